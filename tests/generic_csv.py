"""Exports of the generic CSV format, made for tests: forty rows over all eleven entities, and every variant of them."""

import csv
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

TIMES = {"created_at": "2024-01-01T00:00:00Z", "updated_at": "2024-10-01T00:00:00Z"}
Rows = Sequence[Mapping[str, str]]

HEADERS = {
    "institutions": "id,name,short_name,website_url,created_by,admin_email,allow_self_registration,"
    "require_email_verification,is_active,created_at,updated_at",
    "programs": "id,name,short_name,description,institution_id,created_by,is_default,is_active,created_at,updated_at",
    "users": "id,email,first_name,last_name,display_name,role,institution_id,invited_by,invited_at,"
    "registration_completed_at,oauth_provider,created_at,updated_at",
    "user_programs": "user_id,program_id",
    "courses": "id,course_number,course_title,department,credit_hours,institution_id,active,created_at,updated_at",
    "course_programs": "course_id,program_id",
    "terms": "id,term_name,name,start_date,end_date,assessment_due_date,active,institution_id,created_at,updated_at",
    "course_offerings": "id,course_id,term_id,institution_id,status,capacity,total_enrollment,section_count,"
    "created_at,updated_at",
    "course_sections": "id,offering_id,instructor_id,section_number,enrollment,status,grade_distribution,"
    "assigned_date,completed_date,created_at,updated_at",
    "course_outcomes": "id,course_id,clo_number,description,assessment_method,active,assessment_data,narrative,"
    "created_at,updated_at",
    "user_invitations": "id,email,role,institution_id,invited_by,invited_at,status,accepted_at,personal_message,"
    "created_at,updated_at",
}
"""As seed 003 has them."""
SIZES = (2, 3, 5, 5, 4, 4, 2, 4, 5, 4, 2)
"""Rows of each entity: forty together."""


def rows() -> dict[str, list[dict[str, str]]]:
    """Forty rows over all eleven entities, each of which names others of them."""
    at = ("mocku-123", "riverside-7")
    users = [(f"user-{n}", at[0] if n < 4 else at[1]) for n in range(1, 6)]
    return {
        "institutions": [
            {"id": at[0], "name": "Example University", "created_by": "user-1", "is_active": "true", **TIMES},
            {"id": at[1], "name": "Riverside", "created_by": "user-4", "is_active": "true", **TIMES},
        ],
        "programs": [
            {"id": f"prog-{n}", "name": f"Program {n}", "institution_id": at[0], "is_default": "false", **TIMES}
            for n in (1, 2, 3)
        ],
        "users": [
            {
                "id": name,
                "email": f"{name}@example.edu",
                "first_name": "Ann",
                "last_name": "True" if name == "user-2" else "Lee",
                "role": "program_admin" if name == "user-1" else "instructor",
                "institution_id": where,
                "invited_by": "user-1" if name != "user-1" else "user-2",
                **TIMES,
            }
            for name, where in users
        ],
        "user_programs": [{"user_id": name, "program_id": f"prog-{n % 3 + 1}"} for n, (name, _) in enumerate(users)],
        "courses": [
            {
                "id": f"course-{n}",
                "course_number": f"CS10{n}",
                "course_title": 'Say "hello", world\nand again' if n == 1 else f"Course {n}",
                "credit_hours": "3",
                "institution_id": at[0],
                "active": "true",
                **TIMES,
            }
            for n in range(1, 5)
        ],
        "course_programs": [{"course_id": f"course-{n}", "program_id": f"prog-{n % 3 + 1}"} for n in range(1, 5)],
        "terms": [
            {
                "id": name,
                "term_name": called,
                "name": called,
                "start_date": "2024-08-26",
                "end_date": "2024-12-15",
                "active": active,
                "institution_id": at[0],
                **TIMES,
            }
            for name, called, active in (("2024-01-01", "FA2024", "true"), ("term-2", "SP2025", "false"))
        ],
        "course_offerings": [
            {
                "id": f"off-{n}",
                "course_id": f"course-{n}",
                "term_id": "2024-01-01",
                "institution_id": at[0],
                "status": "active",
                "capacity": "75",
                **TIMES,
            }
            for n in range(1, 5)
        ],
        "course_sections": [
            {
                "id": f"section-{n}",
                "offering_id": f"off-{min(n, 4)}",
                "instructor_id": "user-1" if n < 5 else "",
                "section_number": "20240101" if n == 1 else f"00{n}",
                "enrollment": "25",
                "grade_distribution": '{"A": 3, "note": "x, \\"y\\""}' if n == 1 else "{}",
                **TIMES,
            }
            for n in range(1, 6)
        ],
        "course_outcomes": [
            {
                "id": f"outcome-{n}",
                "course_id": "course-1",
                "clo_number": f"CLO{n}",
                "description": "Students will, in time, write programs",
                "active": "true",
                "assessment_data": "" if n == 1 else "[1, 2]",
                **TIMES,
            }
            for n in range(1, 5)
        ],
        "user_invitations": [
            {
                "id": f"inv-{n}",
                "email": f"new{n}@example.edu",
                "role": "instructor",
                "institution_id": at[0],
                "invited_by": "user-1",
                "status": "pending",
                **TIMES,
            }
            for n in (1, 2)
        ],
    }


def members(of: Mapping[str, Rows] | None = None) -> dict[str, str]:
    """The CSV of each entity, by its member's name; a column that no header of the format has stands at the end."""
    return {f"{name}.csv": as_csv(name, found) for name, found in (of if of is not None else rows()).items()}


def as_csv(entity: str, of: Rows) -> str:
    headers = HEADERS[entity].split(",")
    headers += [name for row in of for name in row if name not in headers]
    text = io.StringIO()
    writer = csv.DictWriter(text, dict.fromkeys(headers), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(of)
    return text.getvalue()


def manifest(of: Mapping[str, Rows] | None = None, **changes: Any) -> dict[str, Any]:
    """As seed 003 has it; a change to None takes an entry away."""
    found = of if of is not None else rows()
    said = {
        "format_version": "1.0",
        "export_timestamp": "2024-10-05T22:00:00Z",
        "institution_id": "mocku-123",
        "institution_name": "Example University",
        "adapter_id": "generic_csv_v1",
        "entity_counts": {name: len(of_entity) for name, of_entity in found.items()},
        "import_order": [f"{name}.csv" for name in HEADERS],
        **changes,
    }
    return {name: value for name, value in said.items() if value is not None}


def packed(path: Path, files: Mapping[str, str | bytes], said: Mapping[str, Any] | str | None = None) -> Path:
    """A ZIP of those files, and of a manifest unless it is None."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        if said is not None:
            archive.writestr("manifest.json", said if isinstance(said, str) else json.dumps(said))
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def export(path: Path, of: Mapping[str, Rows] | None = None, **changes: Any) -> Path:
    """A whole export of those rows, of the forty where none are given."""
    return packed(path, members(of), manifest(of, **changes))
