"""The rows of Pathful's sources: what their cells say, and which of them are imported, by role, partner and window."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.datasets import pathful
from workbench.model import dates
from workbench.model.arrays import matches, only
from workbench.model.errors import WrongValue
from workbench.model.figure import Figure
from workbench.model.kinds import KINDS, spelling
from workbench.model.playbook import Known, Shaped
from workbench.model.sheet import Chunk
from workbench.prepare.shaping import gathered, something

PEOPLE = ("educator", "professional")
"""The roles whose people are imported, in lower case."""
ROLES = "Student, Parent"
"""The roles that are left out where nobody says which."""
IMPOSSIBLE = "No date that a session can have: look at its year"


def windowed(said: str | None, today: date) -> str:
    """The window as it is kept: full (when nothing is said: a file is imported as it is), a semester (since August, or
    since January), six months, an academic year, or the day that a person says. Raises WrongValue."""
    match (said or "full").strip().lower().replace("_", " "):
        case "full":
            return "full"
        case "semester":
            return f"semester, since {date(today.year, 8 if today.month >= 8 else 1, 1)}"
        case "six month" | "six months":
            return f"six months, since {today - timedelta(days=180)}"
        case text if re.fullmatch(r"\d{4}-\d{4}", text) and int(text[5:]) == int(text[:4]) + 1:
            return f"{text}, since {text[:4]}-07-01 until {text[5:]}-06-30"
        case text:
            return f"since {_day(text.removeprefix('since ').strip())}"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        why = "say full, semester, six months, an academic year such as 2025-2026, or a day as YYYY-MM-DD."
        raise WrongValue(field="The window", value=f"'{text}'", why=why) from None


def _outside(days: pa.StringArray, window: str | None) -> pa.BooleanArray:
    """Which of the days are out of the window; none that are not known."""
    since = re.search(r"since (\S+)", window or "")
    until = re.search(r"until (\S+)", window or "")
    out = pa.array(np.zeros(len(days), dtype=bool))
    if since:
        out = pc.or_(out, pc.fill_null(pc.less(days, since[1]), False))
    return pc.or_(out, pc.fill_null(pc.greater(days, until[1]), False)) if until else out


class Rows:
    """The rows of a chunk: the texts of the form's columns, and which rows are imported."""

    def __init__(self, columns: Chunk, known: Known, *, day: str, role: str) -> None:
        self._columns = columns
        self._texts: dict[str, pa.StringArray] = {}
        moments = (
            KINDS["timestamp"].parsed(self[day], known.forms.get(day)) if day else pa.nulls(len(columns), pa.string())
        )
        self.moments = only(moments, matches(moments, KINDS["timestamp"].pattern))
        """When each is, as far as it can be read."""
        self.roles = spelling(pc.fill_null(self[role], ""))
        out = pc.or_(self._of_others(), pc.is_in(self.roles, spelling(pa.array(self._setting("without_roles", ROLES)))))
        self.kept = pc.invert(pc.or_(out, _outside(pc.utf8_slice_codeunits(self.moments, 0, 10), known.window)))
        year = matches(dates.academic_year(self.moments), KINDS["academic_year"].pattern)
        self.impossible = pc.and_(self.kept, pc.and_not(pc.is_valid(self.moments), pc.fill_null(year, False)))
        """Whose date is in a year that no session is in, as 1926 and 9999."""

    def __getitem__(self, name: str) -> pa.StringArray:
        if name not in self._texts:
            there = name in self._columns.cells.schema.names
            self._texts[name] = (
                something(self._columns.cells[name], pathful.NOTHING)
                if there
                else pa.nulls(len(self._columns), pa.string())
            )
        return self._texts[name]

    def _setting(self, name: str, otherwise: str) -> list[str]:
        """What was said of the import, the parts of it between commas."""
        column = self[name]
        said = column[0].as_py() if len(column) else None
        return [each.strip() for each in (said or otherwise).split(",") if each.strip()]

    def _of_others(self) -> pa.BooleanArray:
        """Which rows are another partner's, or nobody's; none where no partner is asked for."""
        wanted = [each.upper() for each in self._setting("only_partner", "")]
        if not wanted:
            return pa.array(np.zeros(len(self._columns), dtype=bool))
        return pc.invert(pc.is_in(pc.utf8_upper(self["partner"]), pa.array(wanted)))

    def part(self, where: pa.BooleanArray, cells: Mapping[str, pa.StringArray]) -> Shaped:
        """The rows of a part, of those where that is so; those that say exactly the same become one."""
        at = pa.array(np.flatnonzero(np.asarray(where)).astype(np.int32))
        taken = pa.RecordBatch.from_arrays([column.take(at) for column in cells.values()], names=list(cells))
        return gathered(Shaped(rows=Chunk(lines=self._columns.lines.take(at), cells=taken), at=at))

    def same(self, text: str) -> pa.StringArray:
        """A text, in every row."""
        return pa.array([text] * len(self._columns), pa.string())


def number(texts: pa.StringArray) -> pa.Int64Array:
    """The whole numbers that texts are, 1.0 too; null where one is none."""
    return pc.cast(
        pc.replace_substring_regex(only(texts, matches(texts, r"^[0-9]{1,9}(\.0+)?$")), r"\..*", ""), pa.int64()
    )


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


FIGURES = (
    Figure(name="Rows processed", outcomes=("created", "updated", "skipped", "unmatched", "invalid")),
    Figure(name="Rows created", outcomes=("created",)),
    Figure(name="Rows updated", outcomes=("updated",)),
    Figure(name="Rows skipped (duplicates)", outcomes=("skipped",)),
    Figure(name="Rows unmatched (teacher)", reasons=("teacher",)),
    Figure(name="Rows unmatched (event)", reasons=("event", "date")),
    Figure(name="Rows invalid", outcomes=("invalid",)),
)
"""As the seed's expected output has them, and in its order. A session without a date is no event yet."""
