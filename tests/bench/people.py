"""A students file of any size, made vectorised and always the same."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

_FIRST = pa.array(["Ada", "Grace", "Alan", "Edsger", "Barbara", "Donald", "Maria", "José", "Ann", "Li"])
_LAST = pa.array(["Lovelace", "Hopper", "Turing", "Dijkstra", "Liskov", "Knuth", "García", "Smith", "Wong", "Young"])
_BLOCK = 500_000


def write_students(path: Path, rows: int) -> Path:
    """Writes `rows` students (email, first_name, last_name, phone, external_id) in no particular order, and returns
    the path."""
    chance = np.random.default_rng(7)
    numbers = chance.permutation(rows)
    with pyarrow.csv.CSVWriter(path, pa.schema([(name, pa.string()) for name in _COLUMNS])) as file:
        for start in range(0, rows, _BLOCK):
            file.write_table(_students(numbers[start : start + _BLOCK], chance))
    return path


def write_learners(path: Path, rows: int) -> Path:
    """Writes `rows` learners, each with one of 20 courses (also course_code, course_name, status), and returns the
    path."""
    chance = np.random.default_rng(7)
    numbers = chance.permutation(rows)
    columns = (*_COLUMNS, "course_code", "course_name", "status")
    with pyarrow.csv.CSVWriter(path, pa.schema([(name, pa.string()) for name in columns])) as file:
        for start in range(0, rows, _BLOCK):
            students = _students(numbers[start : start + _BLOCK], chance)
            course = pa.array(chance.integers(0, 20, len(students))).cast(pa.string())
            status = pa.array(["active", "completed"]).take(pa.array(chance.integers(0, 2, len(students))))
            for name, column in (
                ("course_code", pc.binary_join_element_wise("C", course, "")),
                ("course_name", pc.binary_join_element_wise("Course", course, " ")),
                ("status", status),
            ):
                students = students.append_column(name, column)
            file.write_table(students)
    return path


_COLUMNS = ("email", "first_name", "last_name", "phone", "external_id")


def _students(numbers: np.ndarray, chance: np.random.Generator) -> pa.Table:
    count = len(numbers)
    first = _FIRST.take(pa.array(chance.integers(0, len(_FIRST), count)))
    last = _LAST.take(pa.array(chance.integers(0, len(_LAST), count)))
    number = pa.array(numbers).cast(pa.string())
    email = pc.binary_join_element_wise(first, ".", last, ".", number, "@example.org", "")
    area = pa.array(chance.integers(200, 999, count)).cast(pa.string())
    local = pa.array(chance.integers(1000, 9999, count)).cast(pa.string())
    phone = pc.binary_join_element_wise("555", area, local, "-")
    return pa.table(
        {
            "email": email,
            "first_name": first,
            "last_name": last,
            "phone": phone,
            "external_id": pc.binary_join_element_wise("EMP", number, ""),
        }
    )
