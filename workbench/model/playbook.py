"""One source, several contracts, in order: how the rows of a source become records, declared once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

import pyarrow as pa

from workbench.model.batch import Batch
from workbench.model.contract import Contract, Mode
from workbench.model.errors import NoExtract
from workbench.model.figure import Breakdown, Figure
from workbench.model.numbering import Numbering
from workbench.model.package import Package
from workbench.model.sheet import Chunk, Sheet


@dataclass(frozen=True, kw_only=True)
class Part:
    """The records of one contract that a playbook makes of its source rows."""

    dataset: str
    columns: Mapping[str, str] = field(default_factory=dict)
    """The contract's field -> the column of the playbook's form that it is taken from."""
    made: tuple[str, ...] = ()
    """The contract's fields that the shape makes of the whole row, whichever columns there are."""
    where: tuple[str, ...] = ()
    """Only of rows that have something in one of these columns; of every row when empty."""
    repeats: bool = False
    """A record may well stand on several rows (a learner with two courses), which then is nothing to warn of."""


@dataclass(frozen=True, kw_only=True)
class Shaped:
    """The rows of one part that were made of a chunk of n source rows: m of them.

    `rows` has the part's lines (unique in the part, the source row's own where it can be) and its cells by field;
    `at` (int32, m) is the position in the chunk of the source row that each is made of, `groups` (m lists of int32) the
    positions of all of them where that may be more than one.
    """

    rows: Chunk
    at: pa.Int32Array
    groups: pa.ListArray | None = None


@dataclass(frozen=True, kw_only=True)
class Known:
    """What a shape knows beside its rows."""

    window: str | None = None
    """The import's, e.g. its academic year."""
    source: str = ""
    """What its file is called."""
    forms: Mapping[str, str] = field(default_factory=dict)
    """Column of the form -> the form that it is written in, as far as it has one (see `kinds.FORMS`)."""
    stored: pa.Table | None = None
    """The records that the playbook asks for (see `Recall`) as they were when the rows were staged: a string column for
    each of the fields, in canonical text, null where there is nothing. None where it asks for none."""
    numbering: Numbering = field(default_factory=Numbering)
    """How many rows of each key earlier chunks of the source had: it is added to."""
    taken: dict[str, str] = field(default_factory=dict)
    """Which of the stored records the shape has given to whom in earlier chunks of the source, so that no later one
    gives it to another: it is added to."""


Shape = Callable[[Chunk, Known], Mapping[str, Shaped]]
"""From a chunk whose cells are the columns of the form to the rows of each part, by its dataset. Vectorised."""

Check = Callable[[Chunk, Known], pa.Table]
"""From the same to what is wrong with the source rows that no part can tell: issues by position (see `ISSUES`)."""


Unpack = Callable[[Sequence[Sheet]], Mapping[str, Sheet]]
"""From the tables of an archive to the sheet of each dataset, checked against what the archive says of itself; raises
what makes it none of the playbook's."""


@dataclass(frozen=True, kw_only=True)
class Recall:
    """What a shape has to know of the records that there are, to tell which of them its rows mean."""

    dataset: str
    fields: tuple[str, ...]
    also: tuple[str, ...] = ()
    """Further datasets that have these fields: their records come after those of the first."""


@dataclass(frozen=True, kw_only=True)
class Extract:
    """Which records of an object of Salesforce are the rows of a playbook's source. Its fields are the form's: the
    first alias of each is its API name."""

    object: str
    where: str = ""
    """A condition in Salesforce's language, e.g. "Contact_Type__c = 'Teacher'"; all records when empty."""
    without: tuple[str, ...] = ()
    """Columns of the form that this object does not have."""


@dataclass(frozen=True, kw_only=True)
class Playbook:
    """What a person starts when one source is more than one dataset."""

    name: str
    title: str
    """The import type as the log names it."""
    about: str
    """One sentence for whoever has to choose it."""
    form: Contract | None
    """The columns of its source, as a contract without a table. None: its source is several sheets, each of one of the
    parts' datasets."""
    parts: tuple[Part, ...]
    """In the order of import: what a part refers to comes before it."""
    shape: Shape | None = None
    """None: each part takes its `columns` as they stand."""
    is_packed: Callable[[Package], bool] | None = None
    """Whether an archive is plainly its source; None: it has no archives of its own."""
    unpack: Unpack | None = None
    """How such an archive is checked. None: each of its sheets is recognised by itself."""
    mode: Mode | None = None
    """How its records are written where nobody says it; None: as the contract of its first part does."""
    recall: Recall | None = None
    """What of the stored records its shape is given; None: nothing."""
    windowed: Callable[[str | None, date], str | None] | None = None
    """What a person says of the window as it is kept, on a day; raises WrongValue. None: it is kept as it is said."""
    check: Check | None = None
    """None: a row is judged by its parts alone."""
    figures: tuple[Figure, ...] = ()
    breakdowns: tuple[Breakdown, ...] = ()
    extracts: tuple[Extract, ...] = ()
    """What of Salesforce is its source, each read a run of its own, in this order; none where it comes from files."""
    keeps_good_parts: bool = False
    """Whether the good parts of an unmatched source row go on; else all or nothing of it is written. Of one that is
    invalid nothing is, in any playbook."""
    by_recipe: bool = False
    """Whether its one part is what a recipe makes of the source's rows, several of one: a dataset's own import."""
    pends: bool = True
    """Whether its unmatched rows are planned again after later imports."""

    @property
    def together(self) -> bool:
        """Whether all source rows that have the same key of the form are written, or none of them: where one is
        refused, the others wait with it."""
        return self.form is not None and self.form.goes == "together"

    @property
    def whole(self) -> bool:
        """Whether a source is written whole or not at all: one row that is invalid or unmatched refuses all of it, and
        nobody can let the others go on."""
        return self.form is not None and self.form.goes == "whole"

    @property
    def datasets(self) -> tuple[str, ...]:
        """The datasets of its parts, in the order of import."""
        return tuple(part.dataset for part in self.parts)

    def extracts_of(self, name: str) -> tuple[Extract, ...]:
        """What it takes of an object of Salesforce; raises NoExtract."""
        found = tuple(each for each in self.extracts if each.object.lower() == name.lower())
        if not found:
            objects = dict.fromkeys(each.object for each in self.extracts)
            raise NoExtract(playbook=self.name, object=name, known=", ".join(objects) or "none")
        return found

    def part(self, dataset: str) -> Part:
        """The part of that dataset; KeyError when there is none."""
        for part in self.parts:
            if part.dataset == dataset:
                return part
        raise KeyError(dataset)


PlaybookOf: TypeAlias = Callable[[Batch], Playbook | None]
"""Tells the playbook that a batch is a run of; None under one contract."""
