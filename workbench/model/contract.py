"""What one dataset is, declared once.

Everything else is derived: CSV template, field guide, suite, table, aliases, import order.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from workbench.model.classification import Classification
from workbench.model.control_total import ControlTotal
from workbench.model.derivation import (
    AcademicYearOf,
    CodeOf,
    CountOf,
    Derivation,
    FirstOf,
    FromWindow,
    Joined,
    ProductOf,
    SameAs,
)
from workbench.model.figure import Figure
from workbench.model.limits import USUAL, USUAL_OF_IDS, USUAL_OF_NAMES, USUAL_OF_OTHERS
from workbench.model.reference import Reference

Mode = Literal["upsert", "insert", "update", "skip", "replace", "preserve"]
OnEdit = Literal["keep", "overwrite"]
OnConflict = Literal["first", "last", "hold"]


@dataclass(frozen=True, kw_only=True)
class Forward:
    """A status only moves on along an order: whichever of two files comes last, both leave the same one."""

    order: tuple[str, ...]
    final: tuple[str, ...] = ()
    """What says how something ended: where another of these counts than a file says, that is told."""
    agrees: bool = False
    """Whether rows of one file that say different ones of these of one record contradict each other, which is told."""


@dataclass(frozen=True, kw_only=True)
class With:
    """What goes with a status that moves forward: a row whose status does not count says nothing of it."""

    field: str


Merge = Literal["replace", "fill", "greatest", "first", "sum"] | Forward | With
"""What becomes of a stored value that a row has another for: it is replaced, filled only where there is none, the
greater of both, a status that moves forward, or what goes with one. Of several rows of one record, the `first` that
says something counts and another is told; what is made of some of its rows each is added up (`sum`; of rows of which
none is a part of a record, the first counts). What comes of that replaces what is stored."""


@dataclass(frozen=True, kw_only=True)
class FirstKnown:
    """Of a key that is a record's id where it has one, and else its name: which fields these are. A record that gets
    its id later stays under the key that it was first known by, where it is alone in its name and nothing speaks
    against it; where something does, that is told."""

    id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Equal:
    """Another field that a field has to be equal to, but for a little."""

    field: str
    within: str
    """How far they may be apart, e.g. "0.01"."""
    told: str
    """What the other is, in the sentence of a row in which they differ: "{field} says 12.00, and {told} 11.00"."""


@dataclass(frozen=True, kw_only=True)
class Numbered:
    """The records of a file are numbered: 1, 2, 3 without a gap, and none twice, among those that have the same in
    another field."""

    field: str
    within: str


@dataclass(frozen=True, kw_only=True)
class Settles:
    """The amounts of records that name one record come to what that is owed: more than it is told of their rows."""

    reference: str
    """Our field that names it."""
    amount: str
    """Our field."""
    total: str
    """The other contract's field."""


@dataclass(frozen=True, kw_only=True)
class Sums:
    """What a record says that its parts come to, where a sheet of its own has those: where they do not, neither is
    written."""

    of: str
    """The dataset of its parts, whose `part_of` names it."""
    total: str
    """Our field."""
    amount: str
    """The field of a part that is added up."""
    within: str
    """How far they may be apart, e.g. "0.01"."""
    told: str
    """What is added up, in the sentence of a record of which it is another number."""


@dataclass(frozen=True, kw_only=True)
class Once:
    """No two rows of a file say the same in a field."""

    field: str


Rule = Numbered | Once | Settles
"""What a file has to be as a whole."""


@dataclass(frozen=True, kw_only=True)
class Usual:
    """What a field's texts usually are: any other is taken as it stands, and warned of."""

    pattern: str
    """A regular expression of the whole text."""
    told: str
    """The same in words, e.g. "K, 1 to 12 or HS"."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One column of a dataset."""

    name: str
    kind: str = "text"
    """A name in `kinds.KINDS`."""
    required: bool = False
    column: str | None = None
    """Its column in the table, when that has another name."""
    stored: bool = True
    """False: only an ingredient of another field (first_name of full_name), in no table."""
    aliases: tuple[str, ...] = ()
    """Other headers that mean this field; compared without case, spaces and punctuation."""
    default: str | None = None
    """What a *new* record gets when the cell is blank, in canonical text; it never overwrites a stored value."""
    derive: Derivation | None = None
    choices: tuple[str, ...] = ()
    usual: Usual | None = None
    minimum: float | None = None
    maximum: float | None = None
    max_length: int | None = None
    reference: Reference | None = None
    first_known: FirstKnown | None = None
    """Of a part of a key, beside a reference that is looked for in several ways: how a record is known that has got
    its id since."""
    equal: Equal | None = None
    """A number that has to be the same; where it is not, once all rows of the record are known, they are invalid."""
    merge: Merge = "replace"
    """What becomes of a stored value that a row has another for, and of the values that several rows of one record
    have."""
    protected_by: str | None = None
    """A person's field: once a record has something there, no import changes this one."""
    erases: bool = False
    """Whether a blank cell always erases the stored value; elsewhere it keeps it, unless a template says otherwise."""
    once: bool = False
    """Only a new record gets it: no import changes what one has there, or has not."""
    imported: bool = True
    """False: no file says it. A new record gets the default, whatever stands in a column of that name."""
    never_blank: bool = False
    """Whether its source has something there in every row: so that what reads as no value and may be a name (Null) is
    one, and is warned of like that of a field that is not required."""
    awaited: str = ""
    """The kind of an unmatched row that would make a record and has nothing here, e.g. "date": it waits until the
    record is there. Else such a row is invalid."""
    holder: str = ""
    """Of an id of a person: the field that says what the person is called. One id under two names is told, in a file
    and beside whatever the family has stored of the id."""
    written: str | None = None
    """The form that its column is in where its texts could be read in several and nobody has said which (see
    `kinds.FORMS`)."""
    setting: str = ""
    """Of a playbook's form: no column of its source, but said once of the whole import; how it is told, with {} where
    what was said stands, e.g. "Only rows of partner {}"."""
    filters: str = ""
    """A setting's: the field by which it leaves rows out, which nothing can be asked of without."""
    recurs: bool = False
    """Its texts name things that come again and again (a school) and have no dataset of their own: a text that differs
    from a known one in case, spaces and punctuation alone takes its spelling; one that nearly fits is asked about."""
    called: str = ""
    """What people call it, where its name does not say it by itself (see `title`)."""
    help: str = ""
    examples: tuple[str, ...] = ()
    """Values for the CSV template's example rows, one a row; the template imports as it stands."""

    @property
    def title(self) -> str:
        """What it is called in sentences: full_name is "full name"."""
        return self.called or self.name.replace("_", " ")

    @property
    def target(self) -> str:
        """The table's column that this field ends up in."""
        if self.reference is not None:
            return self.reference.column
        return self.column or self.name

    @property
    def merges(self) -> bool:
        """Whether what is stored has a part in what a row puts there."""
        return self.merge not in ("replace", "first", "sum") or self.protected_by is not None

    @property
    def folds(self) -> bool:
        """Whether several rows of one record say together what it gets."""
        return self.merge != "replace" or self.merges

    @property
    def ingredients(self) -> tuple[str, ...]:
        """The names of the fields that its blank cells are derived from."""
        match self.derive:
            case Joined(fields=names):
                return names
            case FirstOf(fields=names):
                return names
            case CodeOf(field=name) | SameAs(field=name) | AcademicYearOf(field=name):
                return (name,)
            case CountOf(single=single, packs=packs, each=each):
                return (single, packs, each)
            case ProductOf(field=name, by=other):
                return (name, other)
        return ()


@dataclass(frozen=True, kw_only=True)
class Removal:
    """How records that a file no longer names are told apart and taken away (seed 001, Playbook B).

    `scope` are the fields that say which records a file speaks of; the tenant always does. Mode `preserve` sets
    `active` to false and notes the source; mode `replace` deletes. A record that a person switched off
    (`source` in `by_hand`) is never switched on again by an import.
    """

    scope: tuple[str, ...]
    active: str = "is_active"
    source: str = "deactivation_source"
    by_hand: tuple[str, ...] = ("manual_admin",)
    reasons: tuple[str, ...] = ()
    """Why a person usually switches one off; any other reason may be given too."""


SECRETS = (
    "password",
    "password_hash",
    "password_reset_token",
    "password_reset_expires_at",
    "email_verification_token",
    "token",
    "api_key",
    "secret",
)
"""Headers of what nobody imports."""


@dataclass(frozen=True, kw_only=True)
class Contract:
    """What one dataset is. Its name is `family.dataset`; its records live in the table `family.table`."""

    name: str
    title: str
    """The import type as the log names it, e.g. "Teacher Roster Import"."""
    noun: str
    """One record, e.g. "student"."""
    table: str = ""
    """None for the form of a playbook's source, whose rows become records of other contracts."""
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    """The fields that tell two records of a tenant apart; their blank is an error."""
    computed: tuple[tuple[str, str, str], ...] = ()
    """Columns that the database computes of others: name, type and expression."""
    fixed: tuple[tuple[str, str], ...] = ()
    """Columns that are the same for every record of this dataset: its slice of a shared table."""
    made: tuple[tuple[str, str, str], ...] = ()
    """Columns that the database makes of a new record, and nobody is shown: name, type and expression."""
    unique: tuple[tuple[str, ...], ...] = ()
    """Fields that, taken together, no two records share either. A row that has them of another record waits for a
    person, with the name of that one."""
    goes: Literal["", "together", "whole"] = ""
    """Of a form: its rows of one key are all written or none of them ("together"), or all of its source ("whole"); the
    database refuses anything else."""
    telling: tuple[str, ...] = ()
    """Fields that two records may share, and seldom do: that another one has the same is told."""
    only: tuple[str, tuple[str, ...]] | None = None
    """A field, and the texts that it has in the rows that come in, in lower case; the others are filtered, and told."""
    slice_by: str | None = None
    """The field (with choices) that tells this dataset's records from others in a shared table; else `fixed` does."""
    modes: tuple[Mode, ...] = ("upsert", "insert", "update")
    """The first is the default."""
    removal: Removal | None = None
    rules: tuple[Rule, ...] = ()
    """What a file has to be as a whole, whatever its rows are by themselves."""
    part_of: str = ""
    """The reference to the record that its records are parts of, and have no life without: where a file names some of
    those of one, the others are deleted, so that the whole is as the file has it."""
    sums: Sums | None = None
    """What its records' parts come to; None where they say nothing of it."""
    limits: tuple[tuple[str, str], ...] = USUAL
    """How much one import may change before a person is asked (see `limits`); a template may say otherwise."""
    on_edit: OnEdit = "keep"
    """What becomes of a value that a person edited since the last import, unless a template says otherwise."""
    on_conflict: OnConflict = "hold"
    """Which of the rows of one key counts that contradict each other, unless somebody says otherwise."""
    forbidden: tuple[str, ...] = SECRETS
    """Headers that are never imported."""
    common_headers: bool = False
    """Whether its headers are so common that a few of them say nothing: a file is recognised as it that has most of its
    columns, or is called after it."""
    drops_secrets: bool = False
    """Whether columns with secrets are left out by themselves, and told; elsewhere somebody has to say so first."""
    nothing: tuple[str, ...] = ()
    """Texts that a form's playbook takes for no value in every field, in lower case: nobody is asked about them."""
    figures: tuple[Figure, ...] = ()
    """The numbers that an import of it is known by, in the words of its procedure."""
    totals: tuple[ControlTotal, ...] = ()
    """What a whole file of it is compared by, beside how many rows it has; nobody declares that one."""
    beside: tuple[str, ...] = ()
    """Headers that its sources often have beside, and that are no field of it: nothing speaks against a source with
    them."""
    adds_up: bool = False
    """Whether several rows of one record are parts of it, and are added up where a field is a `sum`, in a file of the
    dataset itself: the batches of a stock. Elsewhere only what a playbook makes of its source is."""
    classification: Classification | None = None
    """In which class each record is, by when something last happened."""
    template: tuple[str, ...] = ()
    """The fields in the CSV template, in its order; all of them when empty."""
    behind: str = ""
    """The playbook that its files are recognised as: it reads them in more ways than the dataset alone does."""

    @property
    def whole_again(self) -> str:
        """What to do about rows that are not written, where a file of single ones would write a record in part, or put
        a part in its place; else nothing."""
        if self.adds_up:
            return (
                f"Correct the file, and import the whole of it again: the rows of one {self.noun} are added up, and a "
                "file of some of them would replace it."
            )
        if not self.goes_in_parts:
            return ""
        again = f"Correct the file, and import the whole of it again: {self._why_whole}"
        return f"{again} What is written already stays as it is."

    @property
    def goes_in_parts(self) -> bool:
        """Whether several rows make one record, so that some of them alone are a part of it."""
        return bool(self.adds_up or self.goes or self.part_of or self.sums)

    @property
    def _why_whole(self) -> str:
        """Why single rows of a source do not do."""
        if self.goes == "whole":
            return "it goes in whole, or not at all."
        if self.goes == "together":
            key = " and ".join(self.field(name).title.lower() for name in self.key)
            return f"the rows of one {key} go in together, or not at all."
        reference = self.field(self.part_of).reference if self.part_of else None
        whole = reference.noun if reference is not None else self.noun
        return f"what belongs to one {whole} goes in together."

    @property
    def family(self) -> str:
        """The part of the name before the dot, which is also the tables' schema."""
        return self.name.partition(".")[0]

    @property
    def dataset(self) -> str:
        """The part of the name after the dot."""
        return self.name.partition(".")[2]

    @property
    def is_extract(self) -> bool:
        """Whether it is the form of what a playbook reads of Salesforce: the first alias of a field is its API name."""
        return self.family == "salesforce" and not self.table

    @property
    def stored(self) -> tuple[Field, ...]:
        """The fields that end up in the table, in order."""
        return tuple(field for field in self.fields if field.stored)

    @property
    def importable(self) -> tuple[Field, ...]:
        """The fields that a file can say."""
        return tuple(field for field in self.fields if field.imported)

    @property
    def references(self) -> tuple[Field, ...]:
        """The fields that name a record of another contract."""
        return tuple(field for field in self.fields if field.reference is not None)

    @property
    def waits(self) -> bool:
        """Whether its rows may well come before what they name."""
        return any(field.reference is not None and field.reference.waits for field in self.fields)

    @property
    def identifiers(self) -> tuple[Field, ...]:
        """The other ids of a record, which no two records share, and what tells it as well; none by which it names
        somebody else."""
        others = (
            field
            for field in self.stored
            if (field.kind == "identifier" and field.reference is None) or field.name in self.telling
        )
        naming = {name for field in self.key_fields if isinstance(field.derive, FirstOf) for name in field.ingredients}
        return tuple(field for field in others if field.name not in (*self.key, *naming))

    @property
    def names(self) -> tuple[Field, ...]:
        """The fields that say what the person is called whose record it is; what the key says too is no such name."""
        in_key = {*self.key, *(field.derive.field for field in self.key_fields if isinstance(field.derive, SameAs))}
        return tuple(f for f in self.stored if f.kind == "name" and f.required and f.name not in in_key)

    @property
    def usual_limits(self) -> dict[str, str]:
        """The limits of an import that says nothing else, by their names."""
        others = (f for f in self.stored if f.kind in ("phone", "email") or (f.kind == "text" and f.required))
        usual = {f.name: USUAL_OF_OTHERS for f in others if not (f.choices or f.recurs or f.name in self.key)}
        usual |= {f.name: USUAL_OF_IDS for f in self.identifiers} | {f.name: USUAL_OF_NAMES for f in self.names}
        return {f"{name}.changed": limit for name, limit in usual.items()} | dict(self.limits)

    @property
    def by_window(self) -> Field | None:
        """The field that a blank cell takes the import's window for, e.g. the academic year."""
        return next((field for field in self.stored if isinstance(field.derive, FromWindow)), None)

    @property
    def merging(self) -> tuple[Field, ...]:
        """The fields that a row does not simply replace."""
        return tuple(field for field in self.stored if field.merges)

    @property
    def folds(self) -> bool:
        """Whether several rows of one record say together what it gets."""
        return any(field.folds for field in self.stored)

    @property
    def needed(self) -> tuple[Field, ...]:
        """The fields outside the key that a new record cannot do without."""
        return tuple(field for field in self.stored if field.required and field.name not in self.key)

    @property
    def key_fields(self) -> tuple[Field, ...]:
        """The fields of the natural key, in its order."""
        return tuple(self.field(name) for name in self.key)

    @property
    def filling(self) -> "Contract":
        """The same, of which a row fills what a record has nothing in, lets it grow and move on, and replaces
        nothing."""
        replacing = ("replace", "first", "sum")
        fields = (replace(f, merge="fill") if f.merge in replacing else f for f in self.fields)
        return replace(self, fields=tuple(fields))

    @property
    def fills(self) -> bool:
        """Whether its records can be filled only: it takes none away, and keeps what each is to get."""
        return bool(self.merging) and self.removal is None

    def requires(self, field: Field) -> bool:
        """Whether no record can be without it: it is required, or of the key."""
        return field.required or field.name in self.key

    def settings_told(self, said: Mapping[str, str]) -> dict[str, str]:
        """How each setting among what is said of every row (field -> text) is told, by its field."""
        told = {field.name: field.setting for field in self.fields if field.setting}
        return {name: told[name].format(text) for name, text in said.items() if name in told}

    def field(self, name: str) -> Field:
        """The field of that name; KeyError when there is none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)
