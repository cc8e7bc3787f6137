"""The template is what the import guide prints, and imports as it stands."""

import csv

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from workbench.datasets.catalog import CONTRACTS, contract
from workbench.derived.csv_template import csv_template
from workbench.model.arrays import matches
from workbench.model.contract import Contract, Field
from workbench.model.kinds import KINDS
from workbench.model.sheet import Chunk
from workbench.prepare.mapping import resolve
from workbench.prepare.normalize import normalize

STUDENTS = """\
email,first_name,last_name,phone,external_id
john@example.com,John,Doe,555-123-4567,EMP001
jane@example.com,Jane,Smith,555-987-6543,EMP002
"""
COURSES = """\
name,code,description,duration_weeks
CNA Training,CNA101,Certified Nursing Assistant program,8
Welding Basics,WELD101,Introduction to welding,12
"""
ENROLLMENTS = """\
student_email,course_code,status,enrolled_at
john@example.com,CNA101,active,2024-01-15
jane@example.com,WELD101,completed,2024-02-01
"""


@pytest.mark.parametrize(
    ("dataset", "template"),
    [("elevate.students", STUDENTS), ("elevate.courses", COURSES), ("elevate.enrollments", ENROLLMENTS)],
)
def test_the_template_is_the_one_of_the_import_guide(dataset: str, template: str) -> None:
    assert csv_template(contract(dataset)) == template


def test_the_employers_template_has_the_admin_pages_columns() -> None:
    header = csv_template(contract("elevate.employers")).splitlines()[0]
    assert header == "company_name,contact_name,contact_email,phone,address"


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)
def test_a_template_imports_as_it_stands(contract: Contract) -> None:
    header, *rows = csv.reader(csv_template(contract).splitlines())
    columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    chunk = Chunk(
        lines=pa.array(range(2, 2 + len(rows)), pa.int32()), cells=pa.RecordBatch.from_arrays(columns, names=header)
    )
    mapping = resolve(header, chunk, contract)
    assert list(mapping.columns) == header
    values = normalize(chunk, contract, mapping).values
    assert len(rows) == 2
    for field in contract.stored:
        found = values[field.name] if field.name in values.schema.names else pa.nulls(2, pa.string())
        assert pc.all(matches(found.drop_null(), KINDS[field.kind].pattern)).as_py() is not False
        assert not field.choices or set(found.to_pylist()) <= {*field.choices, None}
        assert found.null_count == 0 or not (field.required or field.name in contract.key)


def test_no_two_templates_of_one_table_speak_of_the_same_record() -> None:
    students, staff = (csv_template(contract(f"elevate.{name}")).splitlines() for name in ("students", "staff"))
    assert not {row.split(",")[0] for row in students[1:]} & {row.split(",")[0] for row in staff[1:]}


def test_fields_without_examples_are_blank_and_commas_are_quoted() -> None:
    fields = (Field(name="a", examples=("1, 2", "3")), Field(name="b", examples=("x",)), Field(name="c"))
    made = Contract(name="t.t", title="T", noun="t", table="t", key=("a",), fields=fields)
    assert csv_template(made) == 'a,b,c\n"1, 2",x,\n3,,\n'
