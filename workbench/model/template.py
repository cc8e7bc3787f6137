"""What an import does with a sheet's columns, and how a person keeps it for the next time."""

import re
from collections.abc import Iterable
from collections.abc import Mapping as Pairs
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Self

from workbench.model import said_texts
from workbench.model.errors import WrongTemplateName
from workbench.model.known_lines import KnownLines
from workbench.model.naming import misleading
from workbench.model.recipe import Recipe, shown

ON_CONFLICT = ("first", "last", "hold")
"""What becomes of rows of one key that contradict each other: one counts, or all wait for a person."""

KEEP = "keep"
ON_EDIT = (KEEP, "overwrite")
"""What becomes of a value that a person edited since the last import, and that a file would put back."""

HOLDABLE = ("same_id", "another_name")
"""What a plan warns of by itself: another record has the row's id, the known record's name is quite another."""


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """What an import does with a sheet's columns."""

    columns: dict[str, str] = field(default_factory=dict)
    """Header -> field; a header that is not here is not imported."""
    value_maps: dict[str, dict[str, str]] = field(default_factory=dict)
    """Field -> text in the sheet -> what it means ("" for nothing), e.g. {"status": {"Attnded": "attended"}}."""
    constants: dict[str, str] = field(default_factory=dict)
    """Field -> its text in every row whose cell is blank, or that has no column for it."""
    clears: tuple[str, ...] = ()
    """The fields where a blank cell erases the stored value; elsewhere it keeps it."""
    left_out: tuple[str, ...] = ()
    """The headers that a person left out, so that nobody asks again; also of a column of the template that is gone."""
    forms: dict[str, str] = field(default_factory=dict)
    """Field -> the form in which its column is written, e.g. {"enrolled_at": "dmy"} (see `kinds.FORMS`)."""
    lenient: tuple[str, ...] = ()
    """The fields where a wrong cell costs that cell alone, with a warning; elsewhere it costs the row."""
    repairs: tuple[str, ...] = ()
    """The fields whose doubly encoded texts are repaired."""
    on_conflict: str | None = None
    """Of rows of one key that contradict each other: the first counts, the last, or hold; None is hold."""
    holds: tuple[str, ...] = ()
    """The warnings that wait for a person (see HOLDABLE): a row that has one is invalid until somebody decides."""
    limits: dict[str, str] = field(default_factory=dict)
    """How much the import may change before a person is asked, e.g. {"phone.blanked": "5%"} (see `limits`); the
    contract's where nothing is said."""
    on_edit: str | None = None
    """What becomes of what people edited in a record since the last import; None is as the contract says."""
    confirmed: tuple[str, ...] = ()
    """The headers of columns that look like another field's, and are their own all the same, as a person said."""
    recipe: Recipe | None = None
    """What cleans the sheet before anything else is done with it: the columns here are those that it leaves."""
    lines: KnownLines | None = None
    """What was said of the source's lines: which is the header, which are left out. The next file's are found by it."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON keeps it; a recipe and known lines only where there are any."""
        said = asdict(replace(self, recipe=None, lines=None))
        del said["recipe"], said["lines"]
        said |= {} if self.recipe is None else {"recipe": self.recipe.to_dict()}
        return said if self.lines is None else said | {"lines": self.lines.to_dict()}

    @classmethod
    def from_dict(cls, data: Pairs[str, Any]) -> Self:
        """The mapping that `to_dict` made, read back; parts that are missing are empty."""
        return cls(
            columns=dict(data.get("columns", {})),
            value_maps={name: dict(meanings) for name, meanings in data.get("value_maps", {}).items()},
            constants=dict(data.get("constants", {})),
            clears=tuple(data.get("clears", ())),
            left_out=tuple(data.get("left_out", ())),
            forms=dict(data.get("forms", {})),
            lenient=tuple(data.get("lenient", ())),
            repairs=tuple(data.get("repairs", ())),
            on_conflict=data.get("on_conflict"),
            holds=tuple(data.get("holds", ())),
            limits=dict(data.get("limits", {})),
            on_edit=data.get("on_edit"),
            confirmed=tuple(data.get("confirmed", ())),
            recipe=Recipe.kept(data.get("recipe")),
            lines=KnownLines.kept(data.get("lines")),
        )

    def not_imported(self, headers: Iterable[str]) -> tuple[str, ...]:
        """The headers that fill no field and that nobody left out on purpose: told to the person, and no obstacle."""
        return tuple(header for header in headers if header not in self.columns and header not in self.left_out)

    def of(self, headers: Iterable[str]) -> Self:
        """The mapping as a template keeps it, made for these headers: what it does not import is left out, so that a
        column that comes later is known to be new."""
        return replace(self, left_out=tuple(header for header in headers if header not in self.columns))


LONGEST_NAME = 200
"""So many letters a template's name has at most."""


def as_name(said: str) -> str:
    """What a template is to be called, without the white space around it; raises WrongTemplateName, HalfCharacter."""
    said_texts.refuse_halves(said)
    from workbench.model.trimming import as_said  # needs Arrow, which no --help waits for

    name = as_said(said)
    why = "it needs a name that people can read" if not name else None
    why = why or ("a name is one line" if _BROKEN.search(name) else None)
    why = why or misleading(name)
    why = why or (f"a name has {LONGEST_NAME} letters at most" if len(name) > LONGEST_NAME else None)
    if why is not None:
        raise WrongTemplateName(name=shown(said), why=why)
    return name


_BROKEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, kw_only=True)
class Template:
    """A mapping that a person saved for a dataset; using it is a person's confirmation of all it says."""

    id: str
    name: str
    dataset: str
    mapping: Mapping
    is_global: bool = False
    """True: every tenant may use it; False: only the tenant whose it is."""
    is_own: bool = True
    """Whether it is this tenant's, which alone may change it."""
    description: str = ""
    created_by: str = ""
    updated_at: datetime | None = None
    retired_at: datetime | None = None
    """Since when nobody is to use it any more."""
    unusable: str = ""
    """Why this version of Workbench cannot use it, in a sentence: it may come from a later one. What cleans the sheet
    is then not in its mapping."""
