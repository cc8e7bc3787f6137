"""The recipe of a source that is being cleaned, with all that it was before: kept under the home, so that it can be
undone and outlives leaving the page, a reload and a restart.

It lies below `drafts/<tenant>`, one file a source: whoever opens the source sees it cleaned. It goes after a month.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Self

from workbench.doors.web import drafts
from workbench.model.errors import WrongRecipe
from workbench.model.recipe import Recipe
from workbench.settings import Settings

KEPT = 200
"""So many states of a recipe can be gone back to."""


@dataclass(frozen=True, kw_only=True)
class History:
    """What a recipe was, is, and was before it was undone."""

    recipes: tuple[Recipe, ...] = (Recipe(steps=()),)
    at: int = 0
    """Which of them it is."""
    by: str = ""
    """Who changed it last."""
    number: int = 0
    """How often it was changed: two people who change it at the same time are told."""

    @property
    def now(self) -> Recipe:
        """The recipe as it is."""
        return self.recipes[self.at]

    @property
    def is_own(self) -> bool:
        """Whether it says something of the source: it has steps, or has taken those away that it began with."""
        return bool(self.now.steps or self.recipes[0].steps)

    @property
    def can_undo(self) -> bool:
        """Whether it was another before."""
        return self.at > 0

    @property
    def can_redo(self) -> bool:
        """Whether something was undone."""
        return self.at + 1 < len(self.recipes)

    def changed(self, recipe: Recipe) -> Self:
        """With another recipe; what was undone is forgotten."""
        before = self.recipes[: self.at + 1][-KEPT + 1 :]
        return replace(self, recipes=(*before, recipe), at=len(before))

    def undone(self) -> Self:
        """As it was before the last change."""
        return replace(self, at=max(self.at - 1, 0))

    def redone(self) -> Self:
        """As it was before the last undo."""
        return replace(self, at=min(self.at + 1, len(self.recipes) - 1))


def kept(configuration: Settings, source: str) -> History | None:
    """The history of a source's recipe; None where nobody has cleaned it."""
    try:
        found = json.loads(_file(configuration, source).read_text("utf-8"))
        recipes = tuple(Recipe.from_dict(each) for each in found["recipes"])
        at = min(max(int(found["at"]), 0), len(recipes) - 1)
        return History(recipes=recipes, at=at, by=str(found["by"]), number=int(found["number"])) if recipes else None
    except (OSError, ValueError, TypeError, KeyError, AttributeError, WrongRecipe):
        return None


def keep(configuration: Settings, source: str, history: History) -> History:
    """Keeps a history unless somebody else has changed it since it was read: then theirs is returned, and stays.

    Raises NoSpace and UnwritableFile.
    """
    with _ONE_AT_A_TIME:
        theirs = kept(configuration, source)
        if theirs is not None and theirs.number != history.number:
            return theirs
        mine = replace(history, by=configuration.user, number=history.number + 1)
        _write(configuration, source, mine)
        return mine


def settle(configuration: Settings, source: str, history: History) -> None:
    """Keeps what steps have met, which is no change of a person: whoever changes the history at the same moment is not
    told of it, and theirs stays. Raises NoSpace and UnwritableFile."""
    with _ONE_AT_A_TIME:
        theirs = kept(configuration, source)
        if theirs is not None and theirs.number == history.number:
            _write(configuration, source, replace(history, by=theirs.by))


_ONE_AT_A_TIME = Lock()
"""Streamlit begins the next answer while the one before still draws its page: each reads and writes what is kept."""


def _write(configuration: Settings, source: str, history: History) -> None:
    said = {
        "recipes": [each.to_dict() for each in history.recipes],
        "at": history.at,
        "by": history.by,
        "number": history.number,
    }
    drafts.write(configuration, _file(configuration, source), said)


def of_upload(upload: str, worksheet: str | None) -> str:
    """What the recipe of an upload's worksheet is kept under."""
    return hashlib.sha256(f"{upload} {worksheet or ''}".encode()).hexdigest()[:32]


def _file(configuration: Settings, source: str) -> Path:
    return drafts.folder(configuration) / source / "recipe.json"
