"""Polaris' datasets (seed 001): the teacher roster of Playbook B.

Both vocabularies of headers are known: the playbook's (`Teacher Email`, `School`) and the running system's (`Email`,
`Building`). The key is the system's: one record per teacher and academic year. The seed replaces the year's records;
the running system switches off who is missing (`preserve`), which is the default here. The district is no column of
the sheet in either: it comes from `--set district=...`. Schools and districts have no dataset of their own:
they are those that the roster's records have.
"""

from workbench.model.contract import Contract, Field, FromWindow, Removal, SameAs
from workbench.model.figure import Figure

TEACHER_ROSTER = Contract(
    name="polaris.teacher_roster",
    title="Teacher Roster Import",
    noun="teacher",
    table="teacher_progress",
    key=("email", "academic_year"),
    modes=("preserve", "replace", "upsert", "insert", "update"),
    removal=Removal(scope=("district", "academic_year")),
    figures=(
        Figure(name="Teachers imported", outcomes=("created", "updated")),
        Figure(name="Teachers created", outcomes=("created",)),
        Figure(name="Teachers updated", outcomes=("updated",)),
        Figure(name="Rows skipped", outcomes=("skipped",)),
    ),
    fields=(
        Field(
            name="email",
            kind="email",
            required=True,
            aliases=("teacher email", "teacher e-mail", "e-mail", "email address"),
            help="Who it is: lower case, trimmed; magic links and the Pathful import find the teacher by it.",
            examples=("ada.park@kck.example", "ben.ruiz@kck.example"),
        ),
        Field(
            name="name",
            kind="name",
            required=True,
            aliases=("teacher name", "full name", "teacher"),
            max_length=300,
            examples=("Ada Park", "Ben Ruiz"),
        ),
        Field(
            name="building",
            required=True,
            recurs=True,
            aliases=("school", "school name", "building name", "school/building", "school or building"),
            max_length=300,
            examples=("Argentine Middle", "Wyandotte High"),
        ),
        Field(
            name="grade",
            aliases=("grade level",),
            max_length=20,
            help="K, 1 to 12, HS.",
            examples=("7", "HS"),
        ),
        Field(
            name="academic_year",
            kind="academic_year",
            required=True,
            aliases=("school year", "year"),
            derive=FromWindow(),
            examples=("2024-2025", "2024-2025"),
        ),
        Field(
            name="virtual_year",
            kind="academic_year",
            aliases=("virtual school year",),
            derive=SameAs(field="academic_year"),
            help="The same as academic_year unless the file says otherwise.",
            examples=("2024-2025", "2024-2025"),
        ),
        Field(
            name="target_sessions",
            kind="integer",
            aliases=("target", "sessions target"),
            default="1",
            minimum=0,
            maximum=1000,
            help="How many sessions the teacher aims for; 1 when blank.",
            examples=("1", "3"),
        ),
        Field(
            name="district",
            recurs=True,
            aliases=("district name", "school district"),
            max_length=300,
            help="Which district's roster this is; usually one for the whole file: --set district=...",
            examples=("Kansas City Kansas Public Schools", "Kansas City Kansas Public Schools"),
        ),
    ),
)

CONTRACTS = (TEACHER_ROSTER,)
