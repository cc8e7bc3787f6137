"""Where the SKUs stand in the warehouse (seed 002), in each of the ways in which that is written.

Aisle, row and shelf are numbers: A to Z are 1 to 26, Bottom, Middle and Top are the shelves 1, 2 and 3 unless a value
map says otherwise. What could be read in two ways, or is missing, is an issue of its row.
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.datasets.commerce import locations
from workbench.model.arrays import any_true, joined, matches, only, replaced
from workbench.model.errors import WrongValue
from workbench.model.figure import Figure
from workbench.model.playbook import Known, Part, Playbook, Shaped
from workbench.model.sheet import Chunk
from workbench.model.trimming import trimmed
from workbench.prepare.shaping import in_order, issues

INVALID = "Invalid location"
EXCEEDS = "Location exceeds warehouse configuration"
SEVERAL = "Several locations: the first of them counts"

PARTS = ("aisle", "row", "shelf")
_MOST = dict(zip(PARTS, (locations.AISLES, locations.ROWS, locations.SHELVES), strict=True))
_LEVELS = {"bottom": "1", "middle": "2", "top": "3"}
_LETTERS = "abcdefghijklmnopqrstuvwxyz"

_BETWEEN = " *[-/|,;] *"
_LABELLED = r"\b(aisle|row|shelf|bin)[ .:#_-]*([0-9]+|[a-z]\b)"
_HAL = r"[0-9]{1,3}-[a-z][0-9]{1,2}"
"""As 12-C1: aisle 12, shelf C, row 1. Nobody else writes two parts."""


def number(texts: pa.StringArray, part: str) -> pa.StringArray:
    """The numbers that texts (trimmed, in lower case) say of an aisle, a row or a shelf; null where they say none.

    A number, alone or behind what the part is called (a10, aisle-10), or a letter; a number behind anything else could
    be of another part.
    """
    plain = pc.extract_regex(texts, rf"^(?:{part[0]}|{part}[ .:#_-]*)?(?P<number>[0-9]{{1,9}})$")
    letter = pc.extract_regex(texts, rf"^(?:{part}[ .:#_-]+)?(?P<letter>[a-z])$")
    place = pc.index_in(_group(letter, "letter"), pa.array(list(_LETTERS)), skip_nulls=True)
    known = [_group(plain, "number"), pc.cast(pc.add(place, 1), pa.string())]
    if part == "shelf":
        level = pc.index_in(replaced(texts, ("^shelf[ .:#_-]+", "")), pa.array(list(_LEVELS)), skip_nulls=True)
        known.append(pa.array(list(_LEVELS.values())).take(level))
    found = pc.utf8_ltrim(pc.coalesce(*known), characters="0")
    return only(found, pc.not_equal(found, ""))


def places(texts: pa.StringArray) -> tuple[dict[str, pa.StringArray], pa.BooleanArray]:
    """The number of each part (and the text of the bin) that whole locations (trimmed, in lower case) say, null where
    they say none; and which of them name several places, of which it is the first."""
    several = matches(texts, rf"^{_HAL}(?: ?[/,;] ?{_HAL})+$")
    first = pc.if_else(several, replaced(texts, (rf"^({_HAL}).*$", r"\1")), texts)
    hal = pc.extract_regex(first, r"^(?P<aisle>[0-9]{1,3})-(?P<shelf>[a-z])(?P<row>[0-9]{1,2})$")
    pieces = pc.split_pattern_regex(replaced(first, (_LABELLED, r"\1 \2")), _BETWEEN)
    many = pc.list_value_length(pieces)
    whole = pc.fill_null(pc.or_(pc.equal(many, 3), pc.equal(many, 4)), False)
    # a letter between two others may be the row, or a shelf that stands before it
    whole = pc.and_not(whole, matches(first, r"^[^-/|,;]+[-/|,;] *[a-z] *[-/|,;]"))
    found = {
        part: number(pc.coalesce(_group(hal, part), _piece(pieces, whole, place)), part)
        for place, part in enumerate(PARTS)
    }
    box = _piece(pieces, pc.and_(whole, pc.fill_null(pc.equal(many, 4), False)), 3)
    return found | {"bin": replaced(pc.utf8_upper(box), ("^BIN *", ""))}, several


def _group(found: pa.StructArray, name: str) -> pa.StringArray:
    return only(pc.struct_field(found, name), found.is_valid())


def _piece(pieces: pa.ListArray, where: pa.BooleanArray, place: int) -> pa.StringArray:
    """The pieces at a place, of the lists that have one there."""
    at = np.flatnonzero(np.asarray(where))
    starts = np.asarray(pieces.offsets)[at] + place
    taken = np.full(len(pieces), -1, dtype=np.int64)
    taken[at] = starts
    return pieces.values.take(pa.array(taken, mask=taken < 0))


class _Locations:
    """The rows of a chunk: what each says of its SKU and its place, and whether it can be kept."""

    def __init__(self, columns: Chunk) -> None:
        self._columns = columns
        self.sku = self._text("sku")
        said = {part: _plain(self._text(part)) for part in PARTS}
        written = _plain(self._text("location"))
        own = {part: number(text, part) for part, text in said.items()}
        of_location, several = places(written)
        apart = pc.or_(pc.or_(*(pc.is_valid(said[part]) for part in PARTS[:2])), pc.is_valid(said["shelf"]))
        self.parts = {part: pc.if_else(apart, own[part], of_location[part]) for part in PARTS}
        self.bin = pc.coalesce(self._text("bin"), only(of_location["bin"], pc.invert(apart)))
        self.several = pc.and_not(several, apart)
        self.unread = {part: pc.is_null(number) for part, number in self.parts.items()}
        # two ways of saying it that differ say nothing
        self.unlike = pc.and_(pc.and_(apart, pc.is_valid(written)), self._differs(of_location))
        self.exceeding = {part: self._exceeds(part) for part in PARTS}
        self._apart = apart
        self.good = pc.invert(self.unlike)
        for wrong in (*self.unread.values(), *self.exceeding.values()):
            self.good = pc.and_not(self.good, wrong)

    def _text(self, name: str) -> pa.StringArray:
        if name in self._columns.cells.schema.names:
            return trimmed(self._columns.cells[name])
        return pa.nulls(len(self._columns), pa.string())

    def _differs(self, of_location: Mapping[str, pa.StringArray]) -> pa.BooleanArray:
        same = [pc.fill_null(pc.equal(self.parts[part], of_location[part]), False) for part in PARTS]
        return pc.invert(pc.and_(pc.and_(same[0], same[1]), same[2]))

    def _exceeds(self, part: str) -> pa.BooleanArray:
        """Which numbers of a part no place has in this warehouse."""
        return pc.fill_null(pc.greater(pc.cast(self.parts[part], pa.int64()), self._limit(part)), False)

    def _limit(self, part: str) -> int:
        """The greatest number of a part, as the import says it; raises WrongValue."""
        said = self._text(f"max_{part}")
        text = said[0].as_py() if len(said) else None
        if text is None:
            return _MOST[part]
        if not text.isdecimal() or not 1 <= int(text) <= _MOST[part]:
            why = f"say a whole number from 1 to {_MOST[part]}."
            raise WrongValue(field=f"max_{part}", value=f"'{text}'", why=why)
        return int(text)

    def shaped(self) -> Shaped:
        at = pa.array(np.flatnonzero(np.asarray(self.good)).astype(np.int32))
        cells = {"sku": self.sku, **self.parts, "bin": self.bin}
        rows = pa.RecordBatch.from_arrays([column.take(at) for column in cells.values()], names=list(cells))
        return Shaped(rows=Chunk(lines=self._columns.lines.take(at), cells=rows), at=at)

    def issues_found(self) -> pa.Table:
        found = [issues(self.several, "several_locations", "location", SEVERAL, "warning")]
        if any_true(pc.invert(self.good)):
            whole = pc.and_not(pc.or_(pc.or_(*list(self.unread.values())[:2]), self.unread["shelf"]), self._apart)
            said = joined(f"{INVALID}: ", pc.fill_null(self._text("location"), "it is blank"))
            found.append(issues(whole, "bad_location", "location", said))
            found.append(issues(self.unlike, "bad_location", "location", f"{INVALID}: its parts say another one"))
            for part in PARTS:
                said = joined(f"{INVALID}: {part} ", pc.fill_null(self._text(part), "is blank"))
                found.append(issues(pc.and_(self.unread[part], self._apart), "bad_location", part, said))
                over = joined(f"{EXCEEDS}: {part} ", pc.fill_null(self.parts[part], ""), f" of {self._limit(part)}")
                found.append(issues(self.exceeding[part], "location_exceeds", part, over))
        return in_order(*found)


def _plain(texts: pa.StringArray) -> pa.StringArray:
    """In lower case, out of quotation marks."""
    return trimmed(pc.utf8_trim(pc.utf8_lower(texts), characters="\"'\u201c\u201d "))


def shape(columns: Chunk, known: Known) -> Mapping[str, Shaped]:
    """The locations of SKUs that rows are made into."""
    return {locations.SKU_LOCATIONS.name: _Locations(columns).shaped()}


def check(columns: Chunk, known: Known) -> pa.Table:
    """What is wrong with the locations that rows say."""
    return _Locations(columns).issues_found()


WAREHOUSE_LOCATIONS = Playbook(
    name=locations.WAREHOUSE_LOCATIONS.name,
    title=locations.WAREHOUSE_LOCATIONS.title,
    about="Where the SKUs stand: aisle, row, shelf and bin, apart or in one cell.",
    form=locations.WAREHOUSE_LOCATIONS,
    parts=(
        Part(
            dataset=locations.SKU_LOCATIONS.name,
            columns={name: name for name in ("sku", *PARTS, "bin")},
            made=(*PARTS, "bin"),
        ),
    ),
    shape=shape,
    check=check,
    figures=(
        Figure(name="Locations imported", part=locations.SKU_LOCATIONS.name, outcomes=("created", "updated")),
        Figure(name="SKUs not found in inventory", reasons=("SKU",)),
        Figure(name="Rows not imported", outcomes=("invalid", "unmatched")),
        Figure(name="Rows in total", outcomes=("created", "updated", "skipped", "unmatched", "invalid")),
    ),
)
