"""The action plan's schema proposal: every field of ImportBatch, ImportRow and ImportTemplate, and its words."""

import re
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from tests.imports import ask
from workbench import Workbench
from workbench.model.sheet import Sheet
from workbench.model.template import Mapping

Given = Callable[..., Sheet]

SEEDS = Path(__file__).parents[2].parent / "shared" / "seeds"

MODELS = {
    "import_batch": "id tenantId dataType source status templateId fileKey checksum initiatedById summary createdAt "
    "startedAt completedAt",
    "import_result": "id batchId tenantId externalKey payload status errors appliedRecordId createdAt updatedAt",
    "import_template": "id tenantId name dataType description config createdById createdAt updatedAt",
}


def snake(name: str) -> str:
    return re.sub("([A-Z])", r"_\1", name).lower()


@pytest.mark.parametrize("table", MODELS)
def test_every_field_of_the_proposal_is_a_column(url: str, table: str) -> None:
    found = ask(
        url,
        "select column_name from information_schema.columns where table_schema = 'workbench' and table_name = %s",
        table,
    )
    assert {snake(name) for name in MODELS[table].split()} - {name for (name,) in found} == set()


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the folder of the seeds stands beside the checkout")
def test_the_fields_are_those_of_the_document() -> None:
    page = next(SEEDS.glob("002_*.txt")).read_text("utf-8")
    models = {"ImportBatch": "import_batch", "ImportRow": "import_result", "ImportTemplate": "import_template"}
    for model, table in models.items():
        block = re.search(rf"model {model} {{(.*?)\n}}", page, re.DOTALL)
        assert block is not None
        lines = [line.split() for line in block[1].splitlines() if line.strip()]
        relations = {"Tenant", "Tenant?", "User?", "ImportTemplate?", "ImportRow[]", "ImportBatch", "ImportBatch[]"}
        assert [line[0] for line in lines if line[1] not in relations] == MODELS[table].split()


def test_ids_are_uuids_and_summary_payload_errors_and_config_are_json(url: str) -> None:
    types = dict(
        ask(
            url,
            "select table_name || '.' || column_name, data_type from information_schema.columns "
            "where table_schema = 'workbench' and table_name = any(%s)",
            list(MODELS),
        )
    )
    assert {types[f"{table}.id"] for table in MODELS} == {"uuid"}
    assert types["import_batch.tenant_id"] == types["import_batch.template_id"] == "uuid"
    assert types["import_result.batch_id"] == types["import_result.applied_record_id"] == "uuid"
    json = ("import_batch.summary", "import_result.payload", "import_result.errors", "import_template.config")
    assert {types[column] for column in json} == {"jsonb"}
    assert types["import_batch.created_at"] == types["import_result.updated_at"] == "timestamp with time zone"


def test_a_tenants_batches_are_found_by_their_status(url: str) -> None:
    """The document's review item: indexes on (tenantId, status) for queue scans."""
    indexes = [text for (text,) in ask(url, "select indexdef from pg_indexes where tablename = 'import_batch'")]
    assert any("(tenant_id, status)" in text for text in indexes)


def test_a_batchs_status_is_queued_processing_completed_or_failed(wb: Workbench, sheet: Given, url: str) -> None:
    def status() -> str:
        return str(
            ask(url, "select status from workbench.import_batch order by created_at desc, id desc limit 1")[0][0]
        )

    staged = wb.stage(sheet("email,name\njohn@example.com,John Doe\njohn@invalid,John\n"), "elevate.students")
    said = [status()]
    wb.plan(staged)
    said.append(status())
    wb.commit(staged, skip_errors=True)
    said.append(status())
    assert said == ["processing", "processing", "completed"]
    assert wb.batches.get(staged).status == "completed"
    wb.discard(wb.stage(sheet("email,name\njohn@example.com,John Doe\n"), "elevate.students"))
    assert status() == "failed"
    allowed = ask(
        url, "select pg_get_constraintdef(oid) from pg_constraint where conname like 'import_batch_stage%%check'"
    )[0][0]
    words = set(re.findall("'([a-z]+)'", allowed))
    assert words == {"queued", "staging", "staged", "planned", "held", "completed", "failed", "discarded"}


def test_a_rows_status_is_validated_failed_applied_or_skipped(wb: Workbench, sheet: Given, url: str) -> None:
    wb.import_sheet(sheet("name,code\nCNA Training,CNA101\n"), "elevate.courses")
    wb.import_sheet(sheet("email,name\njohn@example.com,John Doe\n"), "elevate.students")
    text = """\
student_email,course_code
john@example.com,CNA101
john@example.com,CNA101
nobody@example.com,CNA101
john@invalid,CNA101
"""
    planned = wb.import_sheet(sheet(text), "elevate.enrollments", dry_run=True)

    def rows() -> list[tuple[object, ...]]:
        said = "line, status, applied_record_id is not null, jsonb_array_length(errors)"
        return ask(url, f"select {said} from workbench.import_result where batch_id = %s order by line", planned.id)

    assert rows() == [
        (2, "validated", False, None),
        (3, "validated", False, 1),
        (4, "validated", False, 1),
        (5, "failed", False, 1),
    ]
    wb.commit(planned, skip_errors=True)
    assert rows() == [
        (2, "applied", True, None),
        (3, "skipped", False, 1),
        (4, "failed", False, 1),
        (5, "failed", False, 1),
    ]


def test_a_row_keeps_its_key_its_cells_its_values_and_the_record_it_became(
    wb: Workbench, sheet: Given, url: str
) -> None:
    text = "Email,Name,Notes\n JOHN@example.com ,John  Doe,kept as typed \n"
    batch = wb.import_sheet(sheet(text), "elevate.students")
    (row,) = ask(
        url,
        "select external_key, raw, payload, applied_record_id, id from workbench.import_result where batch_id = %s",
        batch.id,
    )
    key, raw, payload, record, identifier = row
    assert (key, payload) == ("john@example.com", {"email": "john@example.com", "full_name": "John Doe"})
    assert raw == [" JOHN@example.com ", "John  Doe", "kept as typed "]
    assert ask(url, "select id from elevate.profiles") == [(record,)] == [(identifier,)]


def test_a_batch_says_where_its_file_is_and_what_its_bytes_were(wb: Workbench, sheet: Given, home: Path) -> None:
    """The document's checksum is the SHA-256 of the raw file, its fileKey a path in the storage."""
    text = "email,name\njohn@example.com,John Doe\n"
    opened = sheet(text, "students.csv")
    batch = wb.import_sheet(opened, "elevate.students", source="cli", window="Fall", notes="first")
    assert batch.file_key is not None
    assert (home / "files" / batch.file_key).read_text("utf-8") == text
    assert (batch.checksum, batch.source, batch.initiated_by) == (opened.checksum, "cli", "ana")
    assert (batch.file_name, batch.window, batch.notes) == ("students.csv", "Fall", "first")
    assert batch.created_at <= (batch.started_at or batch.created_at) <= (batch.completed_at or batch.created_at)
    assert isinstance(batch.run_id, UUID)


def test_a_template_without_a_tenant_is_for_every_tenant(wb: Workbench, url: str) -> None:
    chosen = Mapping(columns={"Login": "email"})
    wb.templates.save("own", "elevate.students", chosen, description="For us")
    wb.templates.save("for all", "elevate.students", chosen, is_global=True)
    found = ask(
        url,
        "select name, tenant_id is null, data_type, description, config ->> 'columns', created_by_id "
        "from workbench.import_template order by name",
    )
    columns = '{"Login": "email"}'
    assert found == [
        ("for all", True, "elevate.students", None, columns, "ana"),
        ("own", False, "elevate.students", "For us", columns, "ana"),
    ]
