"""A recipe in a file of its own."""

from pathlib import Path

import pytest

from workbench.model.errors import UnreadableSource, WrongRecipe
from workbench.model.recipe import Recipe, Step
from workbench.sources.recipe_file import read_recipe


def test_a_recipe_is_read_from_json_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "recipe.json"
    for encoding in ("utf-8", "utf-8-sig"):
        path.write_text('{"name": "é", "steps": [{"operation": "trim", "columns": ["Name"]}]}', encoding)
        assert read_recipe(path) == Recipe(name="é", steps=(Step(operation="trim", columns=("Name",)),))


@pytest.mark.parametrize("made", [b"{", b"[1]", b'{"steps": 3}', b'{"stepz": []}', b"\xff\xfe\x00", b'{"version": 9}'])
def test_what_is_no_recipe_is_refused(tmp_path: Path, made: bytes) -> None:
    path = tmp_path / "recipe.json"
    path.write_bytes(made)
    with pytest.raises(WrongRecipe):
        read_recipe(path)


def test_what_has_no_list_of_steps_is_told_as_no_recipe(tmp_path: Path) -> None:
    path = tmp_path / "recipe.json"
    path.write_text("{}")
    with pytest.raises(WrongRecipe, match="it is none: it has no list of steps"):
        read_recipe(path)


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match=r"nowhere.json"):
        read_recipe(tmp_path / "nowhere.json")
