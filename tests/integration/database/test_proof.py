"""What a signature covers: everything that proves an import, whatever the database's owner alters afterwards."""

import json
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from tests.imports import ask, tamper
from tests.soak import tampering
from workbench import Workbench, verify_evidence
from workbench.database import evidence
from workbench.model.batch import Batch
from workbench.model.errors import NotDone, UnknownBatch, UnusableKey
from workbench.model.manifest import Proof
from workbench.model.sheet import Sheet
from workbench.sources import signing_key

pytestmark = pytest.mark.both_servers

Given = Callable[..., Sheet]
Opened = Callable[..., Workbench]

LEARNERS = """\
email,first_name,last_name,course_code,course_name,status
ada@example.com,Ada,Park,CNA101,Nursing,active
ben@example.com,Ben,Oka,CNA101,Nursing,active
"""


@pytest.fixture
def signed(wb: Workbench, open_wb: Opened) -> Batch:
    """A signed import with something in every table."""
    return tampering.signed(wb, open_wb(user="lea"))


def items(proof: Proof) -> list[str]:
    return [difference.item for difference in proof.differs]


def test_what_nobody_altered_is_what_was_signed(wb: Workbench, signed: Batch) -> None:
    proof = wb.verify(signed)
    assert (bool(proof), proof.differs, proof.signed_by) == (True, (), "lea")
    assert proof.manifest is not None
    counted = {item.name: item.rows for item in proof.manifest.items if item.rows is not None}
    assert counted == {
        "batches": 1,
        "run": 1,
        "rows": 5,
        "outcomes": 10,
        "removals": 4,
        "explanations": 1,
        "corrections": 1,
        "decisions": 1,
        "totals": 1,
        "story": 9,
    }
    assert [item.name for item in proof.manifest.items if item.rows is None] == [
        "figures",
        "log",
        "mapping",
        "reading",
        "data_docs/polaris.teacher_roster/index.html",
        "data_docs/polaris.teacher_roster/validation.json",
        "source",
    ]


def test_every_column_of_every_table_is_covered_or_it_is_said_why_not(wb: Workbench, signed: Batch, url: str) -> None:
    found = tampering.tamper_with_all(url, wb, signed)
    assert (found.unnoticed, found.misnamed) == ([], [])
    assert found.tables == {*tampering.COVERED, *tampering.NOT_COVERED}
    assert wb.verify(signed)


ALTERED = {
    "a forged removal": (
        "insert into workbench.import_removal (tenant_id, batch_id, plan, record_id, seen, action, before) "
        'select tenant_id, batch_id, plan, gen_random_uuid(), seen, action, before || \'{"name": "Forged"}\' '
        "from workbench.import_removal where batch_id = %s limit 1",
        "removals",
    ),
    "a removal that is gone": ("delete from workbench.import_removal where batch_id = %s", "removals"),
    "other headers": ("update workbench.import_batch set headers[1] = 'x' where id = %s", "batches"),
    "another mapping": ("update workbench.import_batch set mapping = '{}' where id = %s", "mapping"),
    "another mode": ("update workbench.import_batch set mode = 'insert' where id = %s", "batches"),
    "an outcome without a row": (
        "insert into workbench.import_outcome (tenant_id, batch_id, plan, line, outcome) "
        "select tenant_id, id, plan, 99, 'skipped' from workbench.import_batch where id = %s",
        "outcomes",
    ),
    "a row without an outcome": (
        "insert into workbench.import_row (tenant_id, batch_id, line, id, raw, payload, status) "
        "select tenant_id, id, 99, id, '[]', '{}', 'validated' from workbench.import_batch where id = %s",
        "rows",
    ),
    "the time of the signature": (
        "update workbench.sign_off set signed_at = signed_at - interval '1 day' where batch_id = %s",
        "signature",
    ),
    "the signature": (
        "update workbench.sign_off set signature = repeat('x', 64)::bytea where batch_id = %s",
        "signature",
    ),
    "no evidence": ("update workbench.sign_off set evidence = '[]' where batch_id = %s", "figures"),
    "evidence without a name": (
        "update workbench.sign_off set evidence = evidence - 'signed_by' - 'created' where batch_id = %s",
        "figures",
    ),
    "no manifest": (
        "update workbench.sign_off set manifest = null, signature = null, public_key = null, number = null "
        "where batch_id = %s",
        "manifest",
    ),
    "half a manifest": (
        "update workbench.sign_off set manifest = left(manifest, 100) where batch_id = %s",
        "manifest",
    ),
    "the batch": ("delete from workbench.import_batch where id = %s", "batches"),
    "its story": ("update workbench.audit_log set detail = '{}' where batch_id = %s and action = 'corrected'", "story"),
    "the signature itself": ("delete from workbench.sign_off where batch_id = %s", "signature"),
}


@pytest.mark.parametrize("what", ALTERED)
def test_what_the_owner_alters_is_named(wb: Workbench, signed: Batch, url: str, what: str) -> None:
    statement, item = ALTERED[what]
    tamper(url, "alter table workbench.sign_off drop constraint signed")
    assert tamper(url, statement, signed.id) > 0
    assert item in items(wb.verify(signed))


def test_evidence_of_what_was_altered_is_written_and_says_so(
    wb: Workbench, signed: Batch, url: str, tmp_path: Path
) -> None:
    assert wb.evidence(signed, tmp_path / "signed.zip")
    tamper(url, "delete from workbench.import_removal where batch_id = %s", signed.id)
    tamper(url, "update workbench.sign_off set evidence = '[]'")
    figures, log, removals = found_in(wb, signed, tmp_path)
    assert (figures, log) == (("figures", "it is not what was signed"), ("log", "it is not what was signed"))
    assert removals == ("removals", "0 rows, where 4 were signed")
    assert items(verify_evidence(tmp_path / "evidence.zip")) == ["figures", "log", "removals"]
    assert verify_evidence(tmp_path / "signed.zip")
    tamper(url, "update workbench.sign_off set manifest = '{}'")
    assert found_in(wb, signed, tmp_path) == [("manifest", "it cannot be read as what was signed")]


def found_in(wb: Workbench, batch: Batch, folder: Path) -> list[tuple[str, str]]:
    return [tuple(difference) for difference in wb.evidence(batch, folder / "evidence.zip").differs]


def test_the_lines_that_differ_are_told(wb: Workbench, signed: Batch, url: str) -> None:
    tamper(url, "update workbench.import_row set raw = '[]' where batch_id = %s and line = 4", signed.id)
    assert [str(difference) for difference in wb.verify(signed).differs] == [
        "rows: not all of its 5 rows are what was signed (polaris.teacher_roster from line 2 on)"
    ]
    tamper(url, "delete from workbench.import_row where batch_id = %s and line = 4", signed.id)
    assert [str(difference) for difference in wb.verify(signed).differs] == [
        "rows: 4 rows, where 5 were signed (polaris.teacher_roster from line 2 on)"
    ]


def test_a_source_or_a_data_doc_that_was_altered_or_is_gone_is_named(wb: Workbench, signed: Batch, home: Path) -> None:
    docs = wb.batches.data_docs(signed)
    assert docs is not None
    for path, item in (
        (home / "files" / str(signed.file_key), "source"),
        (docs, "data_docs/polaris.teacher_roster/index.html"),
        (docs.with_name("validation.json"), "data_docs/polaris.teacher_roster/validation.json"),
    ):
        content = path.read_bytes()
        path.write_bytes(content + b" ")
        assert [str(each) for each in wb.verify(signed).differs] == [f"{item}: it is not what was signed"]
        path.unlink()
        assert [str(each) for each in wb.verify(signed).differs] == [f"{item}: it is gone"]
        path.write_bytes(content)
    assert wb.verify(signed)


def test_a_source_that_is_not_what_was_imported_is_not_signed(wb: Workbench, sheet: Given, home: Path) -> None:
    batch = wb.import_sheet(sheet("email,name\njohn@example.com,John Doe\n"), "elevate.students")
    (home / "files" / str(batch.file_key)).write_text("email,name\n")
    with pytest.raises(NotDone, match="its kept source is no longer what was imported"):
        wb.sign_off(batch)
    (home / "files" / str(batch.file_key)).unlink()  # as on another machine that shares the database
    wb.sign_off(batch)
    assert wb.verify(batch)


def test_every_part_of_a_run_is_under_its_signature(wb: Workbench, open_wb: Opened, sheet: Given, url: str) -> None:
    batch = wb.import_sheet(sheet(LEARNERS), "elevate.learners")
    open_wb(user="lea").sign_off(batch)
    for part in wb.batches.parts(batch):
        assert wb.verify(batch)
        assert tamper(url, "update workbench.import_outcome set record_id = null where batch_id = %s", part.id) > 0
        (difference,) = wb.verify(batch).differs
        assert (difference.item, f"({part.part}-{part.dataset} from line" in difference.what) == ("outcomes", True)
        restored = "update workbench.import_outcome o set record_id = r.id from workbench.import_row r "
        tamper(url, f"{restored} where (r.batch_id, r.line) = (o.batch_id, o.line) and o.batch_id = %s", part.id)


def test_a_large_import_is_read_in_two_connections_and_block_by_block(
    wb: Workbench, sheet: Given, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "_LARGE", 20)
    monkeypatch.setattr(evidence, "_ROWS", 7)
    lines = "".join(f"s{number}@example.com,Sam Hill\n" for number in range(50))
    batch = wb.import_sheet(sheet(f"email,name\n{lines}"), "elevate.students")
    wb.sign_off(batch)
    proof = wb.verify(batch)
    assert proof
    assert proof.manifest is not None
    (rows,) = [item for item in proof.manifest.items if item.name == "rows"]
    assert [block.rows for block in rows.blocks] == [7, 7, 7, 7, 7, 7, 7, 1]
    tamper(url, "update workbench.import_outcome set record_id = null where line = 20")
    assert [str(difference) for difference in wb.verify(batch).differs] == [
        "outcomes: not all of its 50 rows are what was signed (elevate.students from line 16 on)"
    ]


# --- the key ---


def test_the_key_is_under_the_home_for_its_owner_alone_and_not_in_the_database(
    wb: Workbench, signed: Batch, home: Path, url: str
) -> None:
    path = home / signing_key.NAME
    assert path.stat().st_mode & 0o777 == 0o600
    secret = "".join(path.read_text().splitlines()[1:-1])
    assert secret not in str(ask(url, "select * from workbench.sign_off"))
    assert wb.verify(signed).public_key == signing_key.public_key(home)


def test_whoever_signs_anew_in_the_database_has_not_the_key(
    wb: Workbench, open_wb: Opened, signed: Batch, url: str, tmp_path: Path
) -> None:
    (manifest,) = ask(url, "select manifest from workbench.sign_off")[0]
    forged = manifest.replace('"signed_by":"lea"', '"signed_by":"eve"')
    update = "update workbench.sign_off set manifest = %s, digest = encode(sha256(%s::bytea), 'hex'), signed_by = 'eve'"
    tamper(url, update, forged, forged)
    assert [str(each) for each in wb.verify(signed).differs] == [
        "signature: it is not the one that this home made",
        "signature: it does not fit the manifest and the key",
    ]
    other = signing_key.public_key(tmp_path / "eve")
    forged = forged.replace(signing_key.public_key(wb.settings.home), other)
    signature = signing_key.sign(tmp_path / "eve", forged)
    tamper(url, f"{update}, signature = %s, public_key = %s", forged, forged, signature, other)
    assert [str(each) for each in wb.verify(signed).differs] == ["signature: it is not the one that this home made"]
    own = signing_key.public_key(wb.settings.home)
    elsewhere = open_wb(home=tmp_path / "another home")
    for path in ("files", "docs"):
        shutil.copytree(wb.settings.home / path, tmp_path / "another home" / path)
    assert items(elsewhere.verify(signed, key=own)) == ["signature"]
    assert elsewhere.verify(signed)
    assert elsewhere.verify(signed).remarks == (f"The key that signed it is {other}, that of another home.",)


def test_a_signature_that_this_home_made_and_that_is_gone_with_its_entry_is_noticed(
    wb: Workbench, signed: Batch, url: str
) -> None:
    tamper(url, "delete from workbench.sign_off")
    tamper(url, "delete from workbench.audit_log where action = 'signed off'")
    assert [str(each) for each in wb.verify(signed).differs] == ["signature: it is gone"]


def test_what_is_no_batch_is_no_signature(wb: Workbench, signed: Batch) -> None:
    for unknown in ("", "%", "_", "00000000"):
        with pytest.raises(UnknownBatch):
            wb.verify(unknown)


def test_a_key_that_cannot_be_read_is_one_sentence(wb: Workbench, sheet: Given, home: Path) -> None:
    batch = wb.import_sheet(sheet("email,name\njohn@example.com,John Doe\n"), "elevate.students")
    (home / signing_key.NAME).write_text("no key")
    with pytest.raises(UnusableKey, match=r"The key .*signing_key.pem cannot be used: it is no private Ed25519 key"):
        wb.sign_off(batch)
    assert wb.signature(batch) is None


# --- chains ---


def test_signatures_follow_each_other_and_one_that_is_gone_is_noticed(wb: Workbench, sheet: Given, url: str) -> None:
    batches = [
        wb.import_sheet(sheet(f"email,name\nj{number}@example.com,John\n"), "elevate.students") for number in range(3)
    ]
    for batch in batches:
        wb.sign_off(batch)
    numbers = ask(url, "select number, digest, previous from workbench.sign_off order by number")
    assert [number for number, _, _ in numbers] == [1, 2, 3]
    assert [previous for _, _, previous in numbers] == [None, *[digest for _, digest, _ in numbers[:2]]]
    tamper(url, "delete from workbench.sign_off where number = 2")
    assert [str(each) for each in wb.verify(batches[2]).differs] == [
        "signatures: number 3 or one before it was altered or is gone"
    ]


def test_two_sign_at_once_one_after_the_other(wb: Workbench, open_wb: Opened, sheet: Given, url: str) -> None:
    text = "email,name\nj{}@example.com,John\n"
    batches = [wb.import_sheet(sheet(text.format(number)), "elevate.students") for number in range(6)]
    leads = [open_wb(user=f"lead{number}") for number in range(6)]
    with ThreadPoolExecutor(6) as beside:
        list(beside.map(lambda pair: pair[0].sign_off(pair[1]), zip(leads, batches, strict=True)))
    signed = ask(url, "select number from workbench.sign_off order by 1")
    assert [number for (number,) in signed] == [1, 2, 3, 4, 5, 6]
    assert all(wb.verify(batch) for batch in batches)


# --- earlier versions ---


def signed_earlier(wb: Workbench, batch: Batch, url: str) -> None:
    """A signature as the version before made it."""
    from workbench.database import earlier_signature

    said = {"signed_by": wb.settings.user, **wb._said(batch)}
    digest = earlier_signature._digest(wb._store, batch, json.loads(json.dumps(said)))
    tamper(url, "alter table workbench.sign_off drop constraint signed")
    tamper(
        url,
        "insert into workbench.sign_off (tenant_id, batch_id, signed_by, digest, evidence) values (%s, %s, %s, %s, %s)",
        wb._store.tenant_id,
        batch.id,
        wb.settings.user,
        digest,
        json.dumps(said),
    )


def test_a_signature_of_an_earlier_version_is_verified_as_before_and_says_what_it_covers(
    wb: Workbench, sheet: Given, url: str
) -> None:
    batch = wb.import_sheet(sheet("email,name\njohn@example.com,John Doe\n"), "elevate.students")
    signed_earlier(wb, batch, url)
    proof = wb.verify(batch)
    assert (bool(proof), proof.signed_by) == (True, "ana")
    assert proof.remarks[0].startswith("It was signed by an earlier version: covers the figures")
    tamper(url, "update workbench.import_row set raw = '[]'")
    assert items(wb.verify(batch)) == ["rows"]
    assert items(wb.verify(batch, key="0" * 64)) == ["signature", "rows"]
    tamper(url, "update workbench.sign_off set evidence = '{}'")
    assert "rows" in items(wb.verify(batch))
    other = wb.import_sheet(sheet("email,name\njane@example.com,Jane Doe\n"), "elevate.students")
    wb.sign_off(other)
    assert wb.verify(other), "the chain begins with the first signature that has a manifest"


def test_a_column_that_a_later_version_adds_does_not_break_a_signature_and_one_it_drops_is_named(
    wb: Workbench, signed: Batch, url: str
) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("alter table workbench.import_row add column later text default 'x'")
        assert wb.verify(signed)
        connection.execute("alter table workbench.import_row drop column sources cascade")
    assert str(wb.verify(signed).differs[0]) == "rows: the database no longer has its sources"
