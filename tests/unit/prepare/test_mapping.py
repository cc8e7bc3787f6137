"""Headers and a few rows in; which column fills which field out, or one sentence why not."""

import json
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from workbench.datasets.catalog import CONTRACTS, contract
from workbench.model.errors import (
    AmbiguousColumns,
    ForbiddenColumns,
    MissingColumns,
    Unconfirmed,
    UnknownField,
    UnknownHeader,
    WrongValue,
)
from workbench.model.sheet import Chunk
from workbench.model.template import Mapping, Template
from workbench.prepare.mapping import Suggestion, by_hand, open_points, resolve, secrets, suggest, suggest_values

Sheet = dict[str, list[str]]


def sample(sheet: Sheet) -> Chunk:
    rows = max(map(len, sheet.values()))
    columns = {header: pa.array(cells, pa.string()) for header, cells in sheet.items()}
    return Chunk(lines=pa.array(range(2, 2 + rows), pa.int32()), cells=pa.RecordBatch.from_pydict(columns))


def blank(headers: str) -> Sheet:
    return {header: [""] for header in headers.split("|")}


def suggested(sheet: Sheet, dataset: str, template: Template | None = None) -> dict[str, Suggestion]:
    found = suggest(sheet, sample(sheet), contract(dataset), template)
    assert [given.header for given in found] == list(sheet)
    return {given.header: given for given in found}


def resolved(sheet: Sheet, dataset: str, **said: Any) -> Mapping:
    return resolve(sheet, sample(sheet), contract(dataset), **said)


def saved(**mapping: Any) -> Template:
    return Template(id="1", name="Agency", dataset="elevate.students", mapping=Mapping(**mapping))


# --- what is sure ---


@pytest.mark.parametrize(
    ("dataset", "columns"),
    [
        # The data import guide: the left and the right side of its field mapping tables, and its tables' columns.
        ("elevate.students", "Email=email|Name=full_name|Phone=phone|Your ID=external_id"),
        ("elevate.students", "email=email|full_name=full_name|phone=phone|external_id=external_id"),
        ("elevate.students", "email=email|first_name=first_name|last_name=last_name"),
        ("elevate.courses", "Course Name=name|Course Code=code|Description=description|Duration=duration_weeks"),
        ("elevate.courses", "name=name|code=code|description=description|duration_weeks=duration_weeks"),
        ("elevate.courses", "course_name=name|course_code=code|is_active=is_active"),
        ("elevate.enrollments", "Student Email=student_email|Course Code=course_code|Status=status"),
        ("elevate.enrollments", "Email=student_email|Course=course_code|Start Date=enrolled_at|Progress %=progress"),
        ("elevate.enrollments", "student_email=student_email|course_code=course_code|enrolled_at=enrolled_at"),
        ("elevate.employers", "company_name=company_name|contact_name=contact_name|contact_email=contact_email"),
        ("elevate.staff", "Staff Email=email|Staff Member Name=full_name|Role=role"),
        # Playbook B, and the system that runs it.
        ("polaris.teacher_roster", "Teacher Email=email|Teacher Name=name|School=building|Academic Year=academic_year"),
        ("polaris.teacher_roster", "Email=email|Name=name|Building=building|Grade=grade|Academic Year=academic_year"),
        ("polaris.teacher_roster", "email=email|name=name|School or Building=building|academic_year=academic_year"),
        (
            "polaris.teacher_roster",
            "Teacher Email=email|Teacher Name=name|Building=building|Grade=grade|Academic Year=academic_year"
            "|Virtual Year=virtual_year|Target Sessions=target_sessions",
        ),
    ],
)
def test_every_header_of_the_documents_is_known_without_asking(dataset: str, columns: str) -> None:
    expected = dict(pair.split("=") for pair in columns.split("|"))
    assert resolved({header: [""] for header in expected}, dataset).columns == expected


@pytest.mark.parametrize(
    "header", ["E-Mail Address", "EMAIL_ADDRESS", " email  address ", "e.mail", "Student E-mail", "students email"]
)
def test_headers_are_compared_without_case_spaces_and_punctuation(header: str) -> None:
    assert suggested(blank(header), "elevate.students")[header].field == "email"


def test_a_suggestion_says_how_sure_it_is_and_why() -> None:
    sheet = blank("full_name|Primary E-mail|Frist name|Notes") | {"Reach them at": ["(555) 123-4567"]}
    found = {header: (s.field, s.method, s.reason) for header, s in suggested(sheet, "elevate.students").items()}
    assert found == {
        "full_name": ("full_name", "exact", "is the field's own name"),
        "Primary E-mail": ("email", "alias", '"primary email" is another name of email'),
        "Frist name": ("first_name", "similar", 'reads like "first name"'),
        "Notes": (None, "none", "reads like no field of elevate.students"),
        "Reach them at": ("phone", "values", "100% of the values that were looked at are phone numbers"),
    }


def test_scores_fall_from_names_to_likeness_to_values() -> None:
    sheet = blank("Name|Frist name") | {"Login": ["a@b.co"]}
    name, first, login = suggested(sheet, "elevate.students").values()
    assert 1 == name.score > first.score > login.score > 0


def test_a_header_of_signs_alone_means_nothing() -> None:
    assert suggested(blank("%|#"), "elevate.students")["%"].field is None


# --- guesses ---


@pytest.mark.parametrize(
    ("dataset", "header", "cells", "field"),
    [
        ("elevate.students", "Login", ["a@b.co", "", "nobody", "c@d.ef", "e@f.gh", "g@h.ij"], "email"),
        ("elevate.enrollments", "When", ["1/15/2024", "2024-02-01"], "enrolled_at"),
        ("elevate.enrollments", "Where are we", ["Active", "pending"], "status"),
        ("polaris.teacher_roster", "AY", ["2024-25", "2023-24"], "academic_year"),
        ("elevate.students", "Number", ["5551234", "5551235"], None),
        ("elevate.students", "Born", ["2001-01-02", "2001-01-03"], None),
        ("elevate.students", "Login", ["a@b.co", "b", "c", "d"], None),
        ("elevate.students", "Login", ["", ""], None),
    ],
)
def test_values_give_a_column_away_when_most_of_them_look_alike(
    dataset: str, header: str, cells: list[str], field: str | None
) -> None:
    assert suggested({header: cells}, dataset)[header].field == field


def test_a_field_that_has_a_sure_column_is_not_guessed_again_and_no_field_is_guessed_twice() -> None:
    sheet = {"Email": ["a@b.co"], "Other login": ["a@b.co"]}
    assert suggested(sheet, "elevate.students")["Other login"].field is None
    sheet = {"Login": ["a@b.co"], "Other login": ["a@b.co"]}
    assert [given.field for given in suggested(sheet, "elevate.students").values()] == ["email", None]
    assert [given.field for given in suggested(blank("Fristname|First nme"), "elevate.students").values()].count(
        "first_name"
    ) == 1


def test_a_guess_for_an_optional_field_is_not_used_and_stops_nothing() -> None:
    sheet = blank("Email|Name|Phnoe")
    assert suggested(sheet, "elevate.students")["Phnoe"].field == "phone"
    found = resolved(sheet, "elevate.students")
    assert found.columns == {"Email": "email", "Name": "full_name"}
    assert found.not_imported(sheet) == ("Phnoe",)


def test_a_guess_for_a_required_field_waits_for_a_person() -> None:
    sheet = {"Login": ["a@b.co"], "Frist name": ["Ann"], "Last name": ["Lee"]}
    with pytest.raises(Unconfirmed) as stopped:
        resolved(sheet, "elevate.students")
    assert (
        "'Login=email' (100% of the values that were looked at are e-mail addresses), "
        "'Frist name=first_name' (reads like \"first name\")"
    ) in str(stopped.value)
    confirmed = resolved(sheet, "elevate.students", manual={"Login": "email", "Frist name": "first_name"})
    assert confirmed.columns == {"Login": "email", "Frist name": "first_name", "Last name": "last_name"}


# --- what a person says ---


def test_a_person_decides_against_every_alias() -> None:
    sheet = blank("Email|Work Email|Name")
    found = resolved(sheet, "elevate.students", manual={"Work Email": "email"})
    assert found.columns == {"Work Email": "email", "Name": "full_name"}


def test_a_person_may_write_a_header_in_another_case() -> None:
    assert (
        resolved(blank("LOGIN-ID|Name"), "elevate.students", manual={"login id": "email"}).columns["LOGIN-ID"]
        == "email"
    )


def test_a_column_that_is_left_out_is_not_asked_about_again() -> None:
    found = resolved(blank("Email|E-mail|Name|Password"), "elevate.students", manual={"E-mail": "", "Password": ""})
    assert found.columns == {"Email": "email", "Name": "full_name"}
    assert found.left_out == ("E-mail", "Password")
    assert found.not_imported(["Email", "E-mail", "Name", "Password", "Notes"]) == ("Notes",)


def test_constants_value_maps_and_clears_are_kept() -> None:
    found = resolved(
        blank("Student Email|Course Code"),
        "elevate.enrollments",
        constants={"status": "Active"},
        value_maps={"status": {"Attnded": "completed", "?": ""}},
        clears=["completed_at", "completed_at"],
    )
    assert (found.constants, found.clears) == ({"status": "Active"}, ("completed_at",))
    assert found.value_maps == {"status": {"Attnded": "completed", "?": ""}}


def test_a_mapping_survives_json() -> None:
    mapping = Mapping(
        columns={"Mail": "email"},
        value_maps={"role": {"Boss": "admin"}},
        constants={"phone": "1"},
        clears=("phone",),
        left_out=("x",),
    )
    assert Mapping.from_dict(json.loads(json.dumps(mapping.to_dict()))) == mapping
    assert Mapping.from_dict({}) == Mapping()


# --- templates ---


def test_a_template_is_a_persons_word() -> None:
    sheet = blank("Login|Name|Mobile|Secret")
    template = saved(columns={"login": "email"}, left_out=("Secret",), constants={"external_id": "A"})
    found = resolved(sheet, "elevate.students", template=template)
    assert found.columns == {"Login": "email", "Name": "full_name", "Mobile": "phone"}
    assert (found.left_out, found.constants) == (("Secret",), {"external_id": "A"})
    said = suggested(sheet, "elevate.students", template)
    assert (said["Login"].method, said["Login"].reason) == ("template", 'the template "Agency" says so')
    assert said["Secret"].reason == 'is left out: the template "Agency" says so'


def test_a_templates_column_comes_before_an_alias() -> None:
    sheet = blank("Email|Work|Name")
    template = saved(columns={"Work": "email"})
    assert resolved(sheet, "elevate.students", template=template).columns["Work"] == "email"
    assert suggested(sheet, "elevate.students", template)["Email"].field is None


def test_what_a_person_says_now_comes_before_the_template() -> None:
    template = saved(
        columns={"Login": "email"},
        constants={"phone": "555-123-4567", "external_id": "A"},
        value_maps={"phone": {"n/a": "555-000-0000", "none": ""}},
        left_out=("Name",),
    )
    found = resolved(
        blank("Login|Mail|Name"),
        "elevate.students",
        template=template,
        manual={"Mail": "email", "Name": "full_name"},
        constants={"phone": "555-765-4321", "external_id": ""},
        value_maps={"phone": {"N/A": ""}},
    )
    assert found.columns == {"Mail": "email", "Name": "full_name"}
    assert (found.constants, found.left_out) == ({"phone": "555-765-4321"}, ())
    assert next(iter(found.value_maps["phone"].items())) == ("N/A", "")


def test_a_templates_column_that_the_sheet_lacks_is_no_obstacle() -> None:
    template = saved(columns={"Login": "email", "Cell": "phone"})
    assert resolved(blank("Email|Name"), "elevate.students", template=template).columns["Email"] == "email"


# --- what stops an import ---


@pytest.mark.parametrize(
    ("dataset", "headers", "message"),
    [
        (
            "elevate.students",
            "Phone|Notes",
            "No column for the required email, full_name (or first_name and last_name) of elevate.students. "
            "Columns found: Phone, Notes. Name one with --map 'Header=field', "
            "or give one value for every row with --set field=value.",
        ),
        ("elevate.students", "Email|First name", "the required full_name (or first_name and last_name) of"),
        ("elevate.courses", "Description", "the required name of elevate.courses"),
        ("elevate.enrollments", "Status", "the required student_email, course_code of elevate.enrollments"),
        ("polaris.teacher_roster", "Email|Name|School", "the required academic_year (or --window) of"),
    ],
)
def test_a_required_field_without_a_column_stops_the_import(dataset: str, headers: str, message: str) -> None:
    with pytest.raises(MissingColumns) as stopped:
        resolved(blank(headers), dataset)
    assert message in str(stopped.value)


@pytest.mark.parametrize(
    ("dataset", "headers", "said"),
    [
        ("elevate.students", "Email|First|Last", {}),
        ("elevate.courses", "Course", {}),
        ("elevate.enrollments", "Email", {"constants": {"course_code": "CNA101"}}),
        ("polaris.teacher_roster", "Email|Name|School", {"window": "2024-2025"}),
        ("polaris.teacher_roster", "Email|Name|School", {"constants": {"academic_year": "2024-2025"}}),
    ],
)
def test_a_required_field_may_come_from_parts_a_constant_or_the_window(
    dataset: str, headers: str, said: dict[str, object]
) -> None:
    assert resolved(blank(headers), dataset, **said)


@pytest.mark.parametrize(
    ("dataset", "headers", "said"),
    [
        ("elevate.students", "Email|Phone", True),
        ("elevate.students", "Phone", False),
        ("elevate.learners", "Email|First name|Last name", False),
    ],
)
def test_mode_update_is_named_where_only_a_new_record_lacks_something(dataset: str, headers: str, said: bool) -> None:
    with pytest.raises(MissingColumns) as stopped:
        resolved(blank(headers), dataset)
    told = "--set field=value; or --mode update, which changes known records alone."
    assert str(stopped.value).endswith(told) == said
    assert ("--mode update" in str(stopped.value)) == said


def test_two_columns_for_one_field_stop_the_import() -> None:
    with pytest.raises(AmbiguousColumns) as stopped:
        resolved(blank("School|Building|Email|Name"), "polaris.teacher_roster", window="2024-2025")
    assert str(stopped.value) == (
        "Columns School, Building would both fill building. Choose one with --map 'Header=building', "
        "and leave the other out with --map 'Header='."
    )


def test_a_person_cannot_give_one_field_two_columns() -> None:
    with pytest.raises(AmbiguousColumns):
        resolved(blank("A|B|Name"), "elevate.students", manual={"A": "email", "B": "email"})


@pytest.mark.parametrize("header", ["password", "Password Hash", "User Password", "API-Key", "client_secret"])
def test_secrets_are_refused_until_they_are_left_out(header: str) -> None:
    sheet = blank(f"Email|Name|{header}")
    with pytest.raises(ForbiddenColumns, match="carry secrets and are never imported"):
        resolved(sheet, "elevate.students")
    with pytest.raises(ForbiddenColumns):
        resolved(sheet, "elevate.students", manual={header: "external_id"})
    assert resolved(sheet, "elevate.students", manual={header: ""}).left_out == (header,)


@pytest.mark.parametrize(
    "header",
    [
        "password_hash_old",
        "password_salt",
        "PasswordHash",
        "PASSWORDHASH",
        "\uff50assword",
        "pass\u200bword",
        "to\u200bken id",
        "pwd",
        "user_pwd",
        "Passwort neu",
        "passwd1",
        "Passphrase",
        "totp",
        "totp_secret",
        "totpEnabled",
        "private_key",
        "PrivateKey (PEM)",
        "api key id",
        "token2",
        "Token value",
        "access_tokens",
        "clientsecret",
        "secret question",
        "hash salt",
        "p\u00e4ssword",
        "PA\u00dfWORT",
        "passwo\u0301rd",
        "Contrase\u00f1a",
        "Auth_Key",
        "AuthKey",
        "authkeys",
        "access key",
        "api keys",
        "tokenexpires",
        "TokenExpires",
        "accesstokenid",
        "auth tokens old",
        "login credentials",
        "pass_hash",
        "pwhash",
        "p@ssword",
        "User P@$$w0rd",
        "passw0rd",
        "bearer",
        "Bearer (current)",
    ],
)
def test_secrets_are_known_by_the_words_of_a_header(header: str) -> None:
    for dataset in ("elevate.students", "generic_csv.users"):
        assert secrets((header,), contract(dataset)) == (header,)


@pytest.mark.parametrize(
    "header",
    [
        "Secretary",
        "Secretariat",
        "Tokens sold",
        "Tokenized",
        "Salted",
        "Sea salt, 1 kg",
        "Saltwater",
        "Hash brown",
        "Author key",
        "Compass hash",
        "Session key",
        "Account key",
        "Tokenisation",
        "Key",
        "Private school",
        "API",
        "Credential Identifier",  # a teacher's
        "Compass",
        "Passport",
        "SSN",  # personal, and no way in: nothing imports it either
        "Social Security Number",
        "Forbearer",
    ],
)
def test_words_that_merely_have_such_a_word_in_them_are_no_secrets(header: str) -> None:
    for dataset in ("elevate.students", "generic_csv.users"):
        assert secrets((header,), contract(dataset)) == ()


def test_a_hash_or_a_salt_alone_is_a_secret_of_people_and_none_of_goods() -> None:
    headers = ("hash", "Salt", "credentials")
    assert secrets(headers, contract("generic_csv.users")) == headers
    assert secrets(headers, contract("generic_csv.institutions")) == headers
    assert secrets(headers, contract("commerce.customers")) == headers[:2]
    assert secrets(headers, contract("polaris.teacher_roster")) == headers[:2]  # whose credentials are licences
    for goods in ("commerce.skus", "commerce.inventory", "commerce.prices"):
        assert secrets(headers, contract(goods)) == ()


def test_a_pin_is_a_secret_of_people_as_a_whole_word() -> None:
    for dataset in ("elevate.students", "generic_csv.users", "commerce.customers"):
        assert secrets(("PIN", "pin ", "Pins"), contract(dataset)) == ("PIN", "pin ", "Pins")
        assert secrets(("PIN code", "Pinned", "Opinion", "Shipping"), contract(dataset)) == ()
    assert secrets(("PIN", "Pins"), contract("commerce.skus")) == ()


def test_the_name_of_a_field_is_no_secret() -> None:
    known = contract("elevate.students")
    assert secrets(("Password", "Login Token"), known) == ("Password", "Login Token")
    phone = replace(known.field("phone"), aliases=("login token",))
    own = replace(known, fields=tuple(phone if field.name == "phone" else field for field in known.fields))
    assert secrets(("Password", "Login Token"), own) == ("Password",)


def test_every_name_of_every_field_is_no_secret() -> None:
    for known in CONTRACTS.values():
        names = [name for field in known.fields for name in (field.name, *field.aliases)]
        assert secrets(names, known) == ()


def test_an_unknown_header_or_field_is_named_with_the_known_ones() -> None:
    sheet = blank("Email|Name")
    with pytest.raises(UnknownHeader, match=r"no column called Nmae\. Its columns: Email, Name"):
        resolved(sheet, "elevate.students", manual={"Nmae": "full_name"})
    for said in ({"manual": {"Name": "nmae"}}, {"constants": {"nmae": "x"}}, {"clears": ["nmae"]}):
        with pytest.raises(
            UnknownField, match=r"elevate\.students has no field called nmae\. Its fields: email, full_"
        ):
            resolved(sheet, "elevate.students", **said)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"constants": {"status": "Aktiv"}}, "status cannot be 'Aktiv': it is one of pending, active, completed."),
        ({"value_maps": {"status": {"x": "y"}}}, "status cannot be 'y': it is one of pending, active, completed."),
        ({"constants": {"enrolled_at": "soon"}}, "enrolled_at cannot be 'soon': Invalid date or time"),
    ],
)
def test_what_a_person_says_has_to_be_a_value_of_the_field(said: dict[str, object], message: str) -> None:
    with pytest.raises(WrongValue) as stopped:
        resolved(blank("Email|Course"), "elevate.enrollments", **said)
    assert message in str(stopped.value)


def test_a_window_that_is_no_academic_year_is_refused_where_it_would_be_one() -> None:
    with pytest.raises(WrongValue, match="academic_year cannot be 'spring': Not an academic year"):
        resolved(blank("Email|Name|School"), "polaris.teacher_roster", window="spring")
    assert resolved(blank("Email|Name|School|Year"), "polaris.teacher_roster", window="spring")
    assert resolved(blank("Email|Name"), "elevate.students", window="spring")


def test_a_sheet_of_ten_thousand_columns_gets_an_answer_that_fits_a_screen() -> None:
    sheet = {f"column {number}": ["1"] for number in range(10_000)}
    with pytest.raises(MissingColumns) as stopped:
        resolved(sheet, "elevate.students")
    assert "and 9,970 more" in str(stopped.value)
    assert len(str(stopped.value)) < 1000


def test_a_sheet_without_rows_is_mapped_by_its_headers() -> None:
    sheet: Sheet = {"Email": [], "Name": [], "Other": []}
    assert resolved(sheet, "elevate.students").columns == {"Email": "email", "Name": "full_name"}


# --- what a person chooses ---


def test_a_field_that_a_person_chooses_is_scored_by_the_name_of_the_column_or_by_its_values() -> None:
    students = contract("elevate.students")
    rows = sample({"Mail": ["a@example.com", "x"], "Kontakt": ["b@example.com", "c@example.com"], "Phones": ["", ""]})
    found = [
        by_hand(header, name, rows, students)
        for header, name in (
            ("Mail", "email"),
            ("Kontakt", "email"),
            ("Kontakt", "phone"),
            ("Phones", "phone"),
            ("Mail", ""),
        )
    ]
    assert {(each.method, each.sure) for each in found[:4]} == {("manual", True)}
    assert [(each.field, each.score, each.reason) for each in found] == [
        ("email", 1.0, 'you chose it: its header is "mail"'),
        ("email", 1.0, "you chose it: 100% of the values that were looked at are e-mail addresses"),
        ("phone", 0.0, "you chose it: 0% of the values that were looked at are phone numbers"),
        ("phone", 0.91, 'you chose it: its header is 91% like "phone"'),
        (None, 0, "you left it out"),
    ]


# --- values ---


def test_texts_find_the_choice_they_are_like() -> None:
    status = contract("elevate.enrollments").field("status")
    found = suggest_values(status, ["Complete", " ACTIVE ", "pendng", "", "withdrawn", "Inactive", "non-active"])
    assert {text: choice for text, (choice, _) in found.items()} == {
        "Complete": "completed",
        " ACTIVE ": "active",
        "pendng": "pending",
    }
    assert found[" ACTIVE "][1] == 1 > found["pendng"][1] > 0.8


def test_a_field_without_choices_has_no_values_to_suggest() -> None:
    assert suggest_values(contract("elevate.students").field("phone"), ["x"]) == {}
    assert suggest_values(contract("elevate.enrollments").field("status"), []) == {}


def test_what_a_person_still_has_to_say_is_told_in_sentences() -> None:
    students = contract("elevate.students")
    assert open_points(students, Mapping(columns={"Mail": "email", "Who": "full_name"})) == ()
    assert open_points(students, Mapping(columns={"Mail": "email", "E-Mail": "email"})) == (
        "No column for the required full_name (or first_name and last_name).",
        "Mail, E-Mail would all fill email: keep one.",
    )
    roster = contract("polaris.teacher_roster")
    columns = {"Email": "email", "Name": "name"}
    assert open_points(roster, Mapping(columns=columns, constants={"building": ""})) == (
        "No column for the required building.",
        "No column for the required academic_year (or a window).",
    )
    assert open_points(roster, Mapping(columns=columns, constants={"building": "North"}), "2024-2025") == ()
