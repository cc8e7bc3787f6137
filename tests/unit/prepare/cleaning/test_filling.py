"""Cells are filled from above, over the border of chunks too."""

from tests.recipes import done


def test_blank_cells_are_filled_with_what_stands_above_them() -> None:
    cells = {"A": ["", "x", "", " ", "y", ""]}
    for size in (1, 2, 6):
        assert done(cells, "fill_down", "A", rows_in_a_chunk=size) == {"A": ["", "x", "x", "x", "y", "y"]}


def test_what_only_repeats_the_cell_above_becomes_blank() -> None:
    cells = {"A": ["x", "x", "x", "y", "x"]}
    for size in (1, 2, 5):
        assert done(cells, "blank_down", "A", rows_in_a_chunk=size) == {"A": ["x", "", "", "y", "x"]}
