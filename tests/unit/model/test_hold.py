"""What a plan waits for, and what is left of it once a person has let some of it go on."""

from workbench.model.hold import Hold, waiting

UNREAD = Hold(code="unread", field="email", message="Line 3 names nobody.", rows=1)
CREATED = Hold(code="created", field="", message="Too many.", rows=9, dataset="elevate.courses", part="Courses")


def test_a_hold_is_kept_and_read_back() -> None:
    kept = [UNREAD.to_dict(), CREATED.to_dict()]
    assert kept[0] == {"code": "unread", "field": "email", "message": "Line 3 names nobody.", "rows": 1}
    assert Hold.all_of({"held_for": kept}) == (UNREAD, CREATED)
    assert Hold.all_of({}) == ()


def test_what_is_let_go_on_by_its_code_waits_no_more() -> None:
    assert waiting((UNREAD, CREATED), ["created"]) == (UNREAD,)
    assert waiting((UNREAD, CREATED), ["all"]) == ()
    assert waiting((UNREAD, CREATED), ["removed"]) == (UNREAD, CREATED)


def test_a_hold_of_a_part_names_the_part_as_people_call_it() -> None:
    assert (UNREAD.sentence, CREATED.sentence) == ("Line 3 names nobody.", "Courses: Too many.")


def test_a_hold_from_before_parts_had_names_names_the_dataset() -> None:
    old = Hold(code="created", field="", message="Too many.", rows=9, dataset="elevate.courses")
    assert old.sentence == "elevate.courses: Too many."
