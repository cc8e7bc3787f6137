from workbench.doors.web import layout
from workbench.model.sheet import Layout


def test_lines_that_are_left_out_beside_each_other_become_one_range() -> None:
    said = layout.without(Layout(skip_lines=((3, 4),)), 5, 9)
    assert said.skip_lines == ((3, 5), (9, 9))


def test_a_line_is_a_record_or_left_out_as_it_was_said_last() -> None:
    said = layout.kept(layout.without(layout.mended(Layout(), 4, "a,b"), 3, 4), 3)
    assert (said.skip_lines, said.keep_lines, said.mended) == (((4, 4),), ((3, 3),), {})
    assert layout.without(said, 3).keep_lines == ()


def test_what_is_typed_wrongly_changes_nothing_and_is_told() -> None:
    before = Layout(stop_line=9)
    assert layout.typed(before, None, False, "3", "end") == (before, "Lines are numbers from 1 on: 3, or 3, 7-9.")


def test_a_header_that_nobody_moved_is_not_said() -> None:
    assert layout.typed(Layout(), None, False, "", "") == (Layout(), "")
    assert layout.typed(Layout(), 2, False, "", "")[0] == Layout(header_row=2)
