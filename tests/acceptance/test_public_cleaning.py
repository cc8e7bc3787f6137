"""A file of hospitals in which one letter of a cell became an x, cleaned by a recipe that knows nothing of its answers.

What the recipe knows is what its maker sees in the pages: rows of one hospital agree, so do rows of one measure, and
`state_average` is made of two other columns.
"""

import csv
import json
from pathlib import Path

import pytest

from workbench import open_sheet
from workbench.model.recipe import Recipe
from workbench.prepare.cleaning import cleaned

FOLDER = Path(__file__).parents[2].parent / "shared" / "data" / "raha"

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the folder of public files stands beside the checkout")

RECIPE = Path(__file__).parent / "recipes" / "hospital.json"


def cells(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return [cell for row in list(csv.reader(file))[1:] for cell in row]


def test_a_recipe_repairs_nine_of_ten_wrong_cells_and_makes_no_right_one_wrong() -> None:
    truth = json.loads((FOLDER / "TRUTH.json").read_text("utf-8"))["hospital"]
    recipe = Recipe.from_dict(json.loads(RECIPE.read_text("utf-8")))
    sheet = cleaned(open_sheet(FOLDER / "hospital" / "dirty.csv"), recipe)
    made = [cell for chunk in sheet.chunks() for row in chunk.cells.to_pylist() for cell in row.values()]
    before, right = cells(FOLDER / "hospital" / "dirty.csv"), cells(FOLDER / "hospital" / "clean.csv")
    wrong = [at for at, cell in enumerate(before) if cell != right[at]]
    repaired = sum(made[at] == right[at] for at in wrong)
    spoilt = sum(cell != right[at] for at, cell in enumerate(made)) - (len(wrong) - repaired)
    assert (len(made), len(wrong)) == (truth["rows"] * truth["cols"], truth["cells_different_bytewise"])
    assert (repaired, spoilt) == (488, 0)
    assert repaired >= 0.9 * len(wrong)
