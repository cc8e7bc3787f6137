"""A recipe in a file of its own, as a person hands it on."""

import json
import os
from pathlib import Path

from workbench.model.errors import UnreadableSource, WrongRecipe
from workbench.model.naming import misleading
from workbench.model.recipe import Recipe
from workbench.sources.csv_writer import save_text


def read_recipe(path: "str | os.PathLike[str]") -> Recipe:
    """The recipe of a JSON file; raises UnreadableSource, and WrongRecipe for what is none."""
    path = Path(path)
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise WrongRecipe(step=path.name, why="it is no text in UTF-8.") from None
    except OSError as error:
        raise UnreadableSource(source=path.name, why=f"{error.strerror or error}.") from None
    try:
        recipe = Recipe.from_dict(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise WrongRecipe(step=path.name, why=f"it is no JSON ({error}).") from None
    if why := misleading(recipe.name):
        raise WrongRecipe(step="The recipe's name", why=f"{why}.")
    return recipe


def save_recipe(recipe: Recipe, path: Path) -> None:
    """Writes the recipe as JSON; raises UnwritableFile, NoSpace."""
    save_text(f"{json.dumps(recipe.to_dict(), indent=2, ensure_ascii=False)}\n", path)
