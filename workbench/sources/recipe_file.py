"""A recipe in a file of its own, as a person hands it on."""

import json
import os
from pathlib import Path

from workbench.model.errors import UnreadableSource, WrongRecipe
from workbench.model.recipe import Recipe


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
        return Recipe.from_dict(json.loads(text))
    except ValueError as error:
        raise WrongRecipe(step=path.name, why=f"it is no JSON ({error}).") from None
