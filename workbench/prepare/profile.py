"""What is in each column of a sheet: kind, fill, distinct values, patterns, lengths, numbers, outliers and examples."""

import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model import dates, numbers
from workbench.model.arrays import matches
from workbench.model.kinds import FORMS, KINDS, Kind
from workbench.model.sheet import Sheet, Tally
from workbench.model.trimming import trimmed
from workbench.prepare.cleaning import without_removed
from workbench.prepare.counts import Counts, Frequency, shown
from workbench.prepare.forms import ColumnForm, Evidence
from workbench.prepare.guesses import GUESSED, SAMPLE, Guess, guesses, text_range, told_by, weight
from workbench.prepare.histogram import Bin, Histogram
from workbench.prepare.masks import MASKED, masks, rare_shapes
from workbench.prepare.outliers import ANY, DAYS, UNLIKE, Usual, shapes

DISTINCT_LIMIT = 100_000
"""Distinct values counted per column; fewer where there are more than 20 columns, so that memory stays bounded."""
FITTING = 0.95
"""The share of a column's values that have to be of a kind for the column to be of it."""

_DENIED = {
    r"^0[0-9]": frozenset(name for name in GUESSED if KINDS[name].numeric),  # codes, whose zeros count
    r"[0-9][T ,]+[0-9]{1,2}:[0-9]": frozenset({"day"}),  # times of day, which a day would lose
}
"""Looks of a single value that speak against kinds which would take it."""
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_IDS = frozenset({"id", "ids", "identifier", "key", "sku", "guid", "uuid"})
"""Words of a header that make codes identifiers, also where one occurs in many rows."""
_NUMBERS = frozenset({"no", "nr", "number", "code", "ref", "reference"})
"""Words that make numbers identifiers where no two are the same."""
_OF_DIGITS = ("integer", "phone")
_SEVERAL = 5
"""From so many codes on it says something that no two are the same."""
_CODE = r"^[A-Za-z0-9][A-Za-z0-9._/#:+-]{0,39}$"
_DIGIT = "[0-9]"
_PERCENT = r"^[+-]?[0-9]+([.,][0-9]+)?\s?%$"
_WORTH_IT = 0.5  # the share of the first values that have to be of a kind
_EXAMPLES = 3
_TOP = 5
_PATTERNS = 3
_ODD = 5  # outliers of one sort
_SHOWN = 60  # characters of a value
_VALUES_HELD = 2_000_000
_BYTES_HELD = 256_000_000


@dataclass(frozen=True, kw_only=True)
class Outlier:
    """A value that is unlike the others of its column, and why."""

    text: str
    rows: int
    why: str


@dataclass(frozen=True, kw_only=True)
class ColumnProfile:
    """One column. White space around a value does not count; a cell without anything else is blank."""

    name: str
    type: str
    """The kind (`integer`, `day`, `email` ...) that at least 95 % of the values are of; `identifier` for codes whose
    header says so (`Student ID`), or of which no two are the same; `text` for anything else, and for other digits that
    begin with a zero; `blank` where there is no value."""
    form: str = ""
    """In words, how its dates or numbers are written and which value says so: "day first (25/12/2024)"; "could be month
    first or day first (03/02/2024)" where no value does, and "" where all read alike."""
    fits: float
    """The share of the values that are of this type, 0 to 1."""
    rows: int
    filled: int
    distinct: int
    distinct_exact: bool
    """False where there are more distinct values than were counted: then `distinct` is how many there are at least."""
    top: tuple[Frequency, ...]
    """The 5 most frequent values."""
    patterns: tuple[Frequency, ...]
    """The 3 most frequent patterns: A and a for letters, 9 for digits, of the first 40 characters."""
    shortest: int
    """Characters of the shortest value; 0 where there is none."""
    longest: int
    minimum: str
    """The smallest number, the earliest day or the first in alphabetical order of the code points; "" where blank."""
    maximum: str
    examples: tuple[str, ...]
    """The first 3 different values."""
    lengths: tuple[Bin, ...] = ()
    """How long the values are: (from, to, rows), in characters; far-off ones, which are outliers, left out."""
    numbers: tuple[Bin, ...] = ()
    """How the numbers lie (from, to, rows), far-off ones left out; of days, days since 1970-01-01."""
    outliers: tuple[Outlier, ...] = ()
    """Values that are not of the type, numbers and lengths far off, rare patterns: 5 of each at most."""
    usual: Usual = field(default_factory=Usual)
    """What is no outlier: by it all of them are found, with their lines (`outliers.outliers`)."""

    @property
    def fill(self) -> float:
        """The share of the rows that have a value, 0 to 1."""
        return self.filled / self.rows if self.rows else 0.0

    @property
    def unique(self) -> bool:
        """Whether every row is known to have a value, and no two the same."""
        return self.distinct_exact and self.distinct == self.rows > 0

    def to_dict(self) -> dict[str, object]:
        """The fields by their names, and fill and unique; the form only where there is one."""
        said = {**asdict(self), "fits": round(self.fits, 4), "fill": round(self.fill, 4), "unique": self.unique}
        return {name: value for name, value in said.items() if name != "form" or value}


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A sheet, column by column."""

    source: str
    rows: int
    blank_rows: int
    columns: tuple[ColumnProfile, ...]
    values: dict[str, pa.Table] = field(default_factory=dict, repr=False, compare=False)
    """The distinct values that were counted, by column: `text` and `rows`, in no order."""

    def to_dict(self) -> dict[str, object]:
        """{"source", "rows", "blank_rows", "columns": [...]}, ready for JSON."""
        return {
            "source": self.source,
            "rows": self.rows,
            "blank_rows": self.blank_rows,
            "columns": [column.to_dict() for column in self.columns],
        }


def profile(sheet: Sheet, progress: Callable[[int], None] = lambda rows: None) -> Profile:
    """Read the sheet once, in bounded memory; raises what its reading raises (UnreadableSheet).

    What a recipe has removed is left out. `progress` is told how many rows have been read.
    """
    tally = Tally()
    share = max(len(sheet.headers), 1)
    columns = [
        _Column(name=name, values=_limited(share), masks=_limited(share), guesses=list(guesses()))
        for name in sheet.headers
    ]
    rows = 0
    for chunk in without_removed(sheet).chunks(tally):
        rows += len(chunk)
        for column, cells in zip(columns, chunk.cells.columns, strict=True):
            column.add(cells)
        progress(tally.rows)
    return Profile(
        source=sheet.name,
        rows=rows,
        blank_rows=tally.blank_rows,
        columns=tuple(column.profile() for column in columns),
        values={column.name: column.values.table for column in columns},
    )


def _limited(columns: int) -> Counts:
    return Counts(limit=min(DISTINCT_LIMIT, _VALUES_HELD // columns), bytes=_BYTES_HELD // columns)


@dataclass
class _Column:
    """What is known of a column so far."""

    name: str
    values: Counts
    masks: Counts
    guesses: list[Guess]
    evidence: dict[str, Evidence] = field(default_factory=dict)
    """How its dates, its numbers and its percentages are written, by the kind that tells it."""
    rows: int = 0
    filled: int = 0
    denied: frozenset[str] = frozenset()
    """Kinds that the look of a value speaks against."""
    shortest: int | None = None
    longest: int = 0
    lengths: Histogram = field(default_factory=lambda: Histogram(least=1.0))
    low: str | None = None
    high: str | None = None
    examples: list[str] = field(default_factory=list)

    def add(self, cells: pa.StringArray) -> None:
        self.rows += len(cells)
        values = trimmed(cells).drop_null()
        self.filled += len(values)
        if not len(values):
            return
        counted = values.value_counts()
        texts, rows = counted.field("values"), counted.field("counts")
        self.values.add(texts, rows)
        self.masks.add(*masks(texts, rows))
        self._measure(texts, rows)
        self.guesses = self._likely(texts, rows)
        for guess in self.guesses:
            guess.add(texts, rows)
        in_forms = {told_by(guess.kind) for guess in self.guesses if guess.form is not None}
        for name in {told_by(guess.kind) for guess in self.guesses if guess.kind.forms}:
            told = self.evidence.setdefault(name, Evidence(kind=KINDS[name]))
            told.add(texts if name in in_forms else texts.slice(0, SAMPLE))

    def _likely(self, texts: pa.StringArray, rows: pa.Int64Array) -> list[Guess]:
        """The guesses that half of the first values are of, so that it is worth looking at all of them; of a kind that
        all of them are of in some form, no other form, and none where it takes none."""
        of_kinds: dict[str, list[tuple[Guess, float]]] = {}
        perhaps = {look: weight(texts, rows, look) >= _WORTH_IT for look in (dates.PERHAPS, numbers.PERHAPS)}
        for guess in self.guesses:
            if guess.kind.forms and not perhaps[dates.PERHAPS if "dmy" in guess.kind.forms else numbers.PERHAPS]:
                continue
            known = of_kinds.setdefault(guess.kind.name, [])
            if not any(share == 1 and other.form is None for other, share in known):
                known.append((guess, guess.share(texts, rows)))
        likely = []
        for known in of_kinds.values():
            every = [guess for guess, share in known if share == 1]
            written = [guess for guess in every if guess.form != ANY] or every
            likely += written[:1] if every and written[0].form is None else written
            likely += [] if every else [guess for guess, share in known if share >= _WORTH_IT]
        whole = any(guess.kind.name == "integer" and guess.form is None for guess in likely)
        return [guess for guess in likely if not whole or guess.kind.name != "percent"]  # which has signs

    def _measure(self, texts: pa.StringArray, rows: pa.Int64Array) -> None:
        """Lengths, range and examples."""
        characters = pc.utf8_length(texts)
        self.lengths.add(pc.utf8_slice_codeunits(texts, 0, _SHOWN + 1), characters.cast(pa.float64()), rows)
        lengths = pc.min_max(characters).as_py()
        self.shortest = lengths["min"] if self.shortest is None else min(self.shortest, lengths["min"])
        self.longest = max(self.longest, lengths["max"])
        low, high = text_range(texts)
        self.low = low if self.low is None else min(self.low, low)
        self.high = high if self.high is None else max(self.high, high)
        for look, kinds in _DENIED.items():
            if not kinds <= self.denied and pc.any(matches(texts, look)).as_py():
                self.denied |= kinds
        for text in texts.slice(0, _EXAMPLES).to_pylist():  # value_counts keeps the order of first appearance
            if len(self.examples) < _EXAMPLES and text not in self.examples:
                self.examples.append(text)

    def profile(self) -> ColumnProfile:
        guess = self._guess()
        written = self._written(guess.kind) if guess else None
        is_open = written is not None and written.is_open
        low, high = (guess.low, guess.high) if guess else (self.low, self.high)
        if is_open:
            low, high = "", ""
        kind, fits = self._called(guess)
        plain = is_open or kind == "identifier"  # nothing of it is far off
        usual = self._usual(guess, plain)
        return ColumnProfile(
            name=self.name,
            type=kind,
            form=_in_words(written) if written is not None else "",
            fits=fits,
            rows=self.rows,
            filled=self.filled,
            distinct=len(self.values.table) if self.values.exact else self.values.most,
            distinct_exact=self.values.exact,
            top=self.values.top(_TOP, _SHOWN),
            patterns=self.masks.top(_PATTERNS, MASKED),
            shortest=self.shortest or 0,
            longest=self.longest,
            minimum=shown(low or "", _SHOWN),
            maximum=shown(high or "", _SHOWN),
            examples=tuple(shown(example, _SHOWN) for example in self.examples),
            lengths=tuple(self.lengths.bins()),
            numbers=tuple(guess.numbers.bins()) if guess and not plain else (),
            outliers=tuple(self._outliers(guess, usual, plain)),
            usual=usual,
        )

    def _called(self, guess: Guess | None) -> tuple[str, float]:
        """The type, and the share of the values that are of it."""
        if not self.filled:
            return "blank", 1.0
        named = {word.casefold() for word in _WORDS.findall(self.name)}
        if guess is None or guess.kind.name in _OF_DIGITS:
            codes = _share(self.values.table, _CODE, _DIGIT)
            alone = self.values.first(1)["rows"][0].as_py() == 1 and len(self.values.table) >= _SEVERAL
            if codes >= FITTING and (named & _IDS or (alone and (guess is None or named & _NUMBERS))):
                return "identifier", codes
        if guess is not None:
            return guess.kind.name, guess.rows / self.filled
        signs = _share(self.values.table, _PERCENT)
        return ("percent", signs) if signs >= FITTING else ("text", 1.0)

    def _usual(self, guess: Guess | None, plain: bool) -> Usual:
        if guess is None:
            low, high = self.lengths.fences()
            return Usual(low=low, high=high, rare=rare_shapes(self.values.table))
        low, high = (None, None) if plain else guess.numbers.fences()
        return Usual(kind=guess.kind.name, form=guess.form, low=low, high=high)

    def _outliers(self, guess: Guess | None, usual: Usual, plain: bool) -> Iterator[Outlier]:
        """What is unlike the rest, the surest first."""
        if guess is not None:
            for other in guess.others.top(_ODD, _SHOWN):
                yield Outlier(text=other.text, rows=other.rows, why=f"is no {guess.kind.title or guess.kind.name}")
            if plain:
                return
            early, late = ("earlier", "later") if guess.kind.name in DAYS else ("smaller", "larger")
            for text, rows, side in guess.numbers.farthest():
                yield Outlier(text=text, rows=rows, why=f"far {early if side == 'below' else late} than the others")
        else:
            for text, rows, side in self.lengths.farthest():
                why = f"far {'shorter' if side == 'below' else 'longer'} than the others"
                yield Outlier(text=shown(text, _SHOWN), rows=rows, why=why)
            yield from _oddly_written(self.values.table, usual.rare)

    def _guess(self) -> Guess | None:
        """The first kind that the column is of, in the form that its values say; in any where they say none."""
        for name in GUESSED:
            of_kind = {guess.form: guess for guess in self.guesses if guess.kind.name == name}
            if not of_kind or name in self.denied or not self.filled:
                continue
            written = self._written(KINDS[name])
            most = max(of_kind.values(), key=lambda guess: guess.rows)
            guess = most if written is None or written.is_open else of_kind.get(written.form, most)
            if guess.rows >= FITTING * self.filled:
                return guess
        return None

    def _written(self, kind: Kind) -> ColumnForm | None:
        told = self.evidence.get(told_by(kind))
        return told.verdict(self.name, self.name) if told is not None and kind.forms else None


def _in_words(written: ColumnForm) -> str:
    if written.is_open:
        could = " or ".join(FORMS[form] for form in written.candidates)
        return f"could be {could} ({', '.join(cell.text for cell in written.doubts)})"
    return written.said.partition(": ")[2]


def _share(values: pa.Table, *patterns: str) -> float:
    """The share of the counted rows whose texts have all of the patterns."""
    texts, rows = values["text"].combine_chunks(), values["rows"].combine_chunks()
    for pattern in patterns:
        found = pc.fill_null(pc.match_substring_regex(texts, pattern), False)
        texts, values = texts.filter(found), values.filter(found)
    return float((pc.sum(values["rows"]).as_py() or 0) / pc.sum(rows).as_py())


def _oddly_written(values: pa.Table, rare: tuple[str, ...]) -> Iterator[Outlier]:
    """Values of a rare shape."""
    if not rare:
        return
    odd = pc.is_in(shapes(values["text"].combine_chunks()), pa.array(rare, pa.string()))
    for row in values.filter(odd).sort_by([("rows", "ascending")]).slice(0, _ODD).to_pylist():
        yield Outlier(text=shown(row["text"], _SHOWN), rows=row["rows"], why=UNLIKE)
