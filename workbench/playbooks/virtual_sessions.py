"""Virtual sessions (seed 001, Playbook C): one sheet that is sessions, their teachers and their presenters.

A row is a teacher, or several, at a session. The rows of a session have its link, or its title and day. The first of
them that is no simulcast speaks for the session; the others add teachers and presenters, and may bring its status on. A
simulcast row registers its teachers and no more. Teachers are looked for in the roster; presenters stay what they are
called until a person says whose record it is.

What is told over the rows of a session (its time, its seats) is told over a chunk, and such a sheet is one.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from workbench.datasets.polaris.events import ATTENDANCE as CAME
from workbench.datasets.polaris.events import VIRTUAL_SESSIONS as FORM
from workbench.model import dates
from workbench.model.arrays import joined, matches, only, replaced
from workbench.model.errors import WrongValue
from workbench.model.figure import Figure
from workbench.model.kinds import KINDS, spelling
from workbench.model.playbook import Known, Part, Playbook, Recall, Shaped
from workbench.model.sheet import Chunk
from workbench.model.trimming import trimmed
from workbench.playbooks import session_ids
from workbench.playbooks.pathful import STATUSES
from workbench.prepare.shaping import in_order, issues, of_series, series, something

HOST = "PREPKC"
"""Who holds the sessions where nobody says it."""
MINUTES = 60
"""How long a session is, as its contract has it too."""
SEATS = 25
"""Students of a class that took part."""
USUAL_CLOCK = "09:00:00"
"""When a session begins of which nobody says it."""
FIRST_MONTH = 7
"""A day without a year is of the academic year's first one from this month on."""

SIMULCAST = "Simulcast"
ORDER = ("Count", "No Show", "Cancelled", "Draft", "Requested", "Published", "Confirmed", "Completed")
"""Of the rows of a session the highest status counts; a teacher who cancels does not cancel a session that is known."""
_OF_A_TEACHER = ("Count", "No Show", "Cancelled")
ATTENDANCE = {"Completed": "attended", "Cancelled": "cancelled", "No Show": "no_show"}
"""What became of whoever is on a row with that status; of any other it is open."""
_RANKS = {status: rank for rank, status in enumerate(CAME.order)}
"""How much each counts where rows say several of one person, whichever comes first."""
_FAR = {status: rank for rank, status in enumerate(ORDER)}

_CLOCK = r"^[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.0+)?)?( ?[ap]m)?$"
_NO_YEAR = "^[0-9]{1,2}/[0-9]{1,2}$"
_HONORIFICS = r"(?i)^(?:(?:dr|mr|mrs|ms|miss|prof|professor|rev|hon)(?:\. *| +))+"
_FLAGS = {True: "true", False: "false"}
PEOPLE = 100
"""A cell names no more: each of them is a row of its own."""
_TEACHERS, _PRESENTERS = "[/]", "[;&]"
"""What stands between them."""
_TEACHER_OF = ["session", "key", "place"]
"""What tells the teachers of sessions apart."""
_LINES = 1 << 24
"""More than a sheet has: the further people of a row take numbers beyond it."""


# --- the window: which academic year it is ---


def windowed(said: str | None, today: date) -> str | None:
    """The academic year that a person says, as it is kept; None where nobody does. Raises WrongValue."""
    if not (said or "").strip():
        return None
    year = KINDS["academic_year"].parse(pa.array([said]))
    if not matches(year, KINDS["academic_year"].pattern)[0].as_py():
        raise WrongValue(field="The window", value=f"'{said}'", why="say an academic year, such as 2026-2027.")
    return str(year[0])


# --- what cells say ---


def days(texts: pa.StringArray, year: str | None) -> pa.StringArray:
    """The days of a column in canonical text: written M/D/YYYY, as ISO 8601 has it, or M/D in that academic year; null
    where there is none, or none that can be read."""
    texts = trimmed(texts)
    if year is not None:
        short = only(texts, matches(texts, _NO_YEAR))
        month = pc.cast(replaced(short, ("/.*", "")), pa.int32())
        texts = pc.coalesce(joined(short, "/", pc.if_else(pc.less(month, FIRST_MONTH), year[5:], year[:4])), texts)
    return dates.day(texts, "mdy")


def clocks(texts: pa.StringArray) -> pa.StringArray:
    """The times of a column as HH:MM:SS; null where there is none, or none that can be read.

    They are written 9:30 AM, 9:30:00 AM, 9 AM, 9:30, 9:30:00 or 9, and a half of the day that is said twice is said
    once.
    """
    plain = replaced(
        pc.utf8_lower(trimmed(texts)),
        (r"([ap])\. ?m\b\.?", r"\1m"),
        ("am ?am$", "am"),
        ("pm ?pm$", "pm"),
        (r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[t ](.*?)(?:z|[+-][0-9]{2}:?[0-9]{2})?$", r"\1"),  # a moment's
        ("^[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4} ", ""),
        ("^([0-9]{1,2})( ?[ap]m)?$", r"\1:00\2"),
    )
    moments = dates.moment(joined("2000-01-01 ", only(plain, matches(plain, _CLOCK))))
    return pc.utf8_slice_codeunits(moments, 11, 19)


def ids_of_links(links: pa.StringArray) -> pa.StringArray:
    """The last parts of the paths of links, without what a spreadsheet makes of a number (12345.0); null where there is
    none."""
    ids = replaced(
        trimmed(links),
        ("^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*", ""),
        ("[?#].*$", ""),
        ("/+$", ""),
        ("^.*/", ""),
        (r"^([0-9]+)\.0+$", r"\1"),
    )
    return trimmed(ids)


def without_honorifics(names: pa.StringArray) -> pa.StringArray:
    """Names without Dr., Mrs. and the like before them."""
    return trimmed(replaced(names, (_HONORIFICS, "")))


# --- what rows are made into ---


def shape(columns: Chunk, known: Known) -> Mapping[str, Shaped]:
    """The sessions, their teachers and their presenters that rows are made into."""
    rows = _Rows(columns, known)
    return {
        "polaris.events": rows.events(),
        "polaris.event_teachers": rows.teachers(),
        "polaris.event_volunteers": rows.presenters(),
    }


def check(columns: Chunk, known: Known) -> pa.Table:
    """What is wrong with rows (no title, no day or time that can be read), and what they should have."""
    return _Rows(columns, known).issues()


class _Rows:
    """The rows of a chunk, and the sessions that they speak of."""

    def __init__(self, columns: Chunk, known: Known) -> None:
        there = columns.cells.schema.names
        blank = pa.nulls(len(columns), pa.string())
        self._texts = {
            field.name: something(columns.cells[field.name], FORM.nothing) if field.name in there else blank
            for field in FORM.fields
        }
        self._year = known.window
        self._stored = _stored(known.stored)
        self._taken = known.taken
        self._rows = self._read(columns.lines)
        self._rows["session"] = self._meant()
        self._speaking = self._rows[self._rows["usable"] & ~self._rows["simulcast"]]
        self._sessions = self._spoken_of()

    def _read(self, lines: pa.Int32Array) -> pd.DataFrame:
        """What each row says, by its position."""
        rows = pd.DataFrame({name: series(texts) for name, texts in self._texts.items()})
        rows["line"] = np.asarray(lines)
        rows["day"] = series(days(self._texts["date"], self._year))
        of_day = clocks(only(self._texts["date"], matches(self._texts["date"], ":")))
        of_day = only(of_day, pc.not_equal(of_day, "00:00:00"))  # what a spreadsheet gives a day
        rows["clock"] = series(pc.if_else(pc.is_valid(self._texts["time"]), clocks(self._texts["time"]), of_day))
        rows["says"] = series(spelling(self._texts["status"]))
        rows["means"] = rows["says"].map(STATUSES)
        rows["simulcast"] = rows["means"] == SIMULCAST
        dated = rows["session_title"].notna() & rows["day"].notna()
        crowded = _crowded(self._texts["teacher_name"], _TEACHERS) | _crowded(self._texts["presenter"], _PRESENTERS)
        rows["usable"] = dated & (rows["clock"].notna() | rows["time"].isna()) & ~crowded
        rows["called"] = series(session_ids.called(of_series(rows["day"]), self._texts["session_title"]))
        return rows

    def _meant(self) -> pd.Series:
        """The session of each row: by its link; else by that of another row of the same title and day (and time, where
        there are several), or the id of such a session that is stored; else by title and day themselves."""
        rows, stored = self._rows, self._stored.reset_index(names="id")
        linked = series(ids_of_links(self._texts["session_link"])).where(rows["usable"])
        linked = linked.mask(linked.isin(_rooms(rows.assign(id=linked))))
        self._rows["own"] = linked
        linked = session_ids.stored_as(linked, rows["called"], self._stored["other"], self._taken)
        session = linked
        for there in (rows.assign(id=linked), stored):
            for names in (["called", "clock"], ["called"]):
                session = session.fillna(_only_one(there, names, rows))
        return session.fillna(rows["called"]).where(rows["usable"])

    def _spoken_of(self) -> pd.DataFrame:
        """What the rows say of each session that they speak for: the first that says anything of a thing."""
        rows = self._speaking
        sessions = rows.groupby("session", sort=False).first()
        stored = self._stored.reindex(sessions.index)
        known = stored["clock"].where(stored["day"] == sessions["day"])
        # Pathful knows day, time and title of a session that it has brought, or given its id: rows do not put theirs in
        # their place, with a link or without, and whichever of the two is imported first it ends the same
        brought = (stored["source"] == session_ids.PATHFUL) & stored["day"].notna()
        given = session_ids.are_own(stored["other"]) & ~session_ids.are_own(sessions.index.to_series())
        of_pathful = brought | (given & sessions["own"].isna())
        sessions["known"] = of_pathful & (known.notna() | (brought & sessions["own"].notna()))
        known = known.mask(sessions["known"], stored["clock"])
        sessions["clock"] = sessions["clock"].mask(sessions["known"], known).fillna(known).fillna(USUAL_CLOCK)
        sessions["title"] = sessions["session_title"].mask(sessions["known"], stored["title"])
        for name in ("day", "called"):
            sessions[name] = sessions[name].mask(sessions["known"], stored[name])
        highest = rows["means"].map(_FAR).groupby(rows["session"]).max()
        sessions["means"] = highest.map(dict(enumerate(ORDER))).reindex(sessions.index)
        took_part = self._rows["means"].isin(["Completed", SIMULCAST])
        took_part &= self._rows["teacher_name"].notna() & self._rows["school_name"].notna()
        classes = self._rows["session"][took_part].value_counts().reindex(sessions.index).fillna(0)
        sessions["seats"] = classes.astype(int) * SEATS
        return sessions

    # -- the parts --

    def events(self) -> Shaped:
        """The sessions that rows speak for, each once."""
        known = self._sessions.index.isin(self._stored.index)
        made = self._sessions.assign(
            start=self._sessions["day"] + "T" + self._sessions["clock"] + "Z",
            status=self._sessions["means"].mask(known & self._sessions["means"].isin(_OF_A_TEACHER)),
            other_id=session_ids.other_ids(
                self._sessions["own"], self._sessions["called"], self._sessions.index.to_series()
            ),
            series=self._sessions["topic_theme"],
            registration_link=self._sessions["session_link"],
            participants=self._sessions["seats"].astype("str"),
            host=self._sessions["host"].fillna(HOST),
            source=pd.Series(FORM.dataset, self._sessions.index, dtype="str").mask(known),
        )
        rows = self._speaking[["line", "session"]].join(made.drop(columns="line"), on="session")
        return _shaped(_EVENT, rows, ["session"])

    def teachers(self) -> Shaped:
        """Who teaches a class at a session, each once; as a simulcast where no row says otherwise."""
        rows = self._teaching
        completed = rows["session"].isin(self._completed)
        clock = rows["session"].map(self._sessions["clock"].combine_first(self._stored["clock"])).astype("str")
        clock = clock.fillna(rows["clock"]).fillna(USUAL_CLOCK)
        # that it was none is said of what is over: until then Pathful may know that it will be one
        simulcast = rows.groupby(_TEACHER_OF, dropna=False)["simulcast"].transform("min")
        ends = pd.to_datetime(rows["day"] + " " + clock) + pd.Timedelta(minutes=MINUTES)
        rows = rows.assign(
            teacher=rows["name"],
            school=rows["school_name"],
            academic_year=_beside(rows, dates.academic_year(of_series(rows["day"]))),
            said_status=rows["status"],
            status=rows["attended"].fillna("registered"),
            simulcast=simulcast.map(_FLAGS).where(simulcast | rows["attended"].notna()),
            confirmed_at=ends.dt.strftime("%Y-%m-%dT%H:%M:%SZ").where(completed & (rows["attended"] == "attended")),
        )
        return _shaped(_TEACHER, rows, _TEACHER_OF)

    @cached_property
    def _teaching(self) -> pd.DataFrame:
        """The rows once for each teacher, those first that count, with what became of the teacher."""
        rows = _people(self._rows[self._rows["usable"]], "teacher_name", _TEACHERS)
        completed = rows["session"].isin(self._completed)
        attended = rows["means"].map(ATTENDANCE).mask(rows["simulcast"] & completed, "attended")
        rows = _counting_first(rows, attended)
        return rows.assign(
            key=_beside(rows, session_ids.folded(of_series(rows["name"]))),
            place=_beside(rows, session_ids.folded(of_series(rows["school_name"]))),
        )

    def _contradicted(self) -> pd.Series:
        """What rows say of a teacher at a session that contradicts each other: which line counts, by position."""
        rows = self._teaching
        known = rows[rows["attended"].notna()].reset_index(names="at")
        groups = known.groupby(_TEACHER_OF, sort=False, dropna=False)
        contrary = known[groups["attended"].transform("nunique") > 1]
        other = contrary[contrary["attended"] != groups["attended"].transform("first")[contrary.index]]
        one, two = (
            contrary[_TEACHER_OF].merge(each.drop_duplicates(_TEACHER_OF), on=_TEACHER_OF, how="left")
            for each in (contrary, other)
        )
        says = [": line " + each["line"].astype("str") + " says " + each["attended"] for each in (one, two)]
        said = one["name"] + says[0] + " and" + says[1].str[1:] + "; line " + one["line"].astype("str") + " counts"
        told = said.set_axis(contrary["at"]).groupby(level=0).first()
        return told.reindex(self._rows.index)

    def presenters(self) -> Shaped:
        """Who presents at a session, each once."""
        rows = self._presenting
        attended, location = rows["attended"], rows["presenter_location"].str.lower()
        rows = rows.assign(
            volunteer=rows["name"],
            status=attended.fillna("registered"),
            delivery_hours=_flags(attended == "attended", str(-(-MINUTES // 60))),
            local=location.str.startswith("local").map({True: "local", False: "non_local"}).where(location.notna()),
            person_of_color=_flags(rows["presenter_of_color"].str.lower() == "yes", "true"),
        )
        return _shaped(_PRESENTER, rows, ["session", "key"])

    @cached_property
    def _presenting(self) -> pd.DataFrame:
        """The rows that speak for a session once for each presenter, those first that count, with what became of the
        presenter."""
        rows = _people(self._speaking, "presenter", _PRESENTERS)
        rows["name"] = _beside(rows, without_honorifics(of_series(rows["name"])))
        rows = rows[rows["name"].notna()]
        completed = rows["session"].isin(self._completed)
        rows = rows.assign(key=_beside(rows, session_ids.folded(of_series(rows["name"]))))
        return _counting_first(rows, rows["means"].map(ATTENDANCE).mask(completed, "attended"))

    def _presented_otherwise(self, name: str) -> pd.Series:
        """What counts of a presenter at a session where rows say otherwise, by the position of those."""
        rows = self._presenting
        keys = [rows["session"], rows["key"]]
        counts = rows.groupby(keys)[name].transform("first").astype("str")
        other = rows[name].notna() & (rows[name].str.lower() != counts.str.lower())
        told = counts.str[:60] + " of " + rows["name"] + ", which counts"
        return told[other].groupby(level=0).first().reindex(self._rows.index)

    @property
    def _completed(self) -> pd.Index:
        """The sessions that are completed, as rows say or as they are stored."""
        stored = self._stored.index[self._stored["status"] == "Completed"]
        return stored.union(self._sessions.index[self._sessions["means"] == "Completed"])

    # -- what is wrong --

    def issues(self) -> pa.Table:
        """What is wrong with each row, and what it should have."""
        found = [issues(where, code, field, said, severity) for where, code, field, severity, said in self._wrong()]
        return in_order(*found)

    def _wrong(self) -> Iterator[tuple[pd.Series, str, str, str, str | pd.Series]]:
        """Which rows have an issue: its code, field and severity, and what is said."""
        rows = self._rows
        for name, called in (("session_title", "Session Title"), ("date", "Date")):
            yield rows[name].isna(), "missing", name, "error", f"Missing {called}"
        day = "Date " + rows["date"]
        unread = rows["date"].notna() & rows["day"].isna()
        yearless = rows["date"].str.fullmatch(_NO_YEAR, na=False) & (self._year is None)
        yield unread & yearless, "bad_day", "date", "error", day + " has no year: give the import its academic year"
        why = " cannot be read: write M/D/YYYY, M/D or YYYY-MM-DD"
        yield unread & ~yearless, "bad_day", "date", "error", day + why
        if self._year is not None:
            year = series(dates.academic_year(of_series(rows["day"])))
            outside = year.notna() & (year != self._year)
            yield outside, "another_year", "date", "warning", day + f" is not in {self._year}"
        unread = rows["time"].notna() & rows["clock"].isna()
        yield unread, "bad_time", "time", "error", "Time " + rows["time"] + " cannot be read: write 9:30 AM"
        for name, called, signs in (
            ("teacher_name", "Teacher Name", _TEACHERS),
            ("presenter", "Presenter", _PRESENTERS),
        ):
            yield (
                _crowded(self._texts[name], signs),
                "too_many",
                name,
                "error",
                f"{called} names more than {PEOPLE} people",
            )
        strange = rows["says"].notna() & rows["means"].isna()
        said = "Status " + rows["status"] + " is not known, and changes none"
        yield strange, "unknown_status", "status", "warning", said
        stored = rows["session"].map(self._stored["status"]).astype("str")
        session = rows["session"].map(self._sessions["means"]).astype("str")
        said = "The session is known as " + stored + ": " + session + " of its teachers does not change that"
        yield session.isin(_OF_A_TEACHER) & (stored != session) & stored.notna(), "not_taken", "status", "warning", said
        timeless = rows["time"].isna() & rows["clock"].isna()
        yield timeless, "missing", "time", "warning", "Missing Time: as it is known, else 9:00 AM"
        for name, called in (
            ("teacher_name", "Teacher Name"),
            ("school_name", "School Name"),
            ("district", "District"),
        ):
            yield rows[name].isna(), "missing", name, "warning", f"Missing {called}"
        said_of = ["clock", "called", "day", "title", "known"]
        spoken = self._sessions.reindex(rows["session"])[said_of].set_axis(rows.index)
        who = spoken["known"].map({True: "Pathful", False: "Another row of the same session"})
        speaks = rows["session"].notna() & ~rows["simulcast"]
        other = speaks & (rows["called"] != spoken["called"]) & spoken["called"].notna()
        later = other & spoken["known"].eq(True) & (rows["day"] != spoken["day"])
        yield later, "another_day", "date", "warning", who + " says " + spoken["day"] + ", which counts"
        other &= ~later | (rows["called"].str[10:] != spoken["called"].str[10:])
        said = who + " says " + spoken["title"].str[:60] + ", which counts"
        yield other, "another_title", "session_title", "warning", said
        contradicted = self._contradicted()
        yield contradicted.notna(), "contradicted", "status", "warning", contradicted
        for name, called in (("organization", "Organization"), ("presenter_location", "Presenter Location")):
            told = self._presented_otherwise(name)
            yield told.notna(), "another_" + name, name, "warning", f"Another row says {called} " + told
        differs = rows["clock"].notna() & spoken["clock"].notna() & (rows["clock"] != spoken["clock"])
        yield (
            differs & ~rows["simulcast"],
            *("another_time", "time", "warning"),
            who + " says " + spoken["clock"].str[:5] + ", which counts",
        )


# --- steps of these ---


def _beside(rows: pd.DataFrame, texts: pa.StringArray) -> pd.Series:
    """Texts that were made of rows in their order, as a column of these."""
    return series(texts).set_axis(rows.index)


def _counting_first(rows: pd.DataFrame, attended: pd.Series) -> pd.DataFrame:
    """Rows of people with what became of each (`attended`), those first that count the most, whatever their lines: by
    that; then by how far the session got, as they say, which of a simulcast is nowhere."""
    far, came = (
        -each.map(ranks).astype("float").fillna(-1).to_numpy()
        for each, ranks in ((rows["means"], _FAR), (attended, _RANKS))
    )
    order = np.lexsort((far, came))
    return rows.assign(attended=attended).take(order)


def _flags(where: pd.Series, text: str) -> pd.Series:
    """The text where that is so, nothing elsewhere."""
    return pd.Series(text, where.index, dtype="str").where(where)


def _crowded(cells: pa.StringArray, signs: str) -> pd.Series:
    """Which cells name more people than one may."""
    return pd.Series(np.asarray(pc.fill_null(pc.greater_equal(pc.count_substring_regex(cells, signs), PEOPLE), False)))


def _stored(events: pa.Table | None) -> pd.DataFrame:
    """The stored sessions by their ids: day, clock, status, title, what they are called, their other id and source."""
    if events is None:
        events = pa.table({name: pa.array([], pa.string()) for name in RECALL.fields})
    session, title, start, status, other, source = (events[name].combine_chunks() for name in RECALL.fields)
    day = pc.utf8_slice_codeunits(start, 0, 10)
    parts = {
        "day": day,
        "clock": pc.utf8_slice_codeunits(start, 11, 19),
        "status": status,
        "called": session_ids.called(day, title),
        "other": other,
        "source": source,
        "title": title,
    }
    return pd.DataFrame({name: series(part).array for name, part in parts.items()}, index=series(session))


def _rooms(rows: pd.DataFrame) -> pd.Index:
    """The ids of links that stand on several days, or at several times under several titles: a room's, and no
    session's."""
    several = rows.groupby("id")[["day", "called", "clock"]].nunique()
    return several.index[(several["day"] > 1) | ((several["called"] > 1) & (several["clock"] > 1))]


def _only_one(there: pd.DataFrame, names: list[str], rows: pd.DataFrame) -> pd.Series:
    """The id of the only one of the sessions `there` that has the same as each row, null where there are none or
    several."""
    known = there[[*names, "id"]].dropna().drop_duplicates()
    known = known.drop_duplicates(names, keep=False)
    return rows[names].merge(known, on=names, how="left")["id"].set_axis(rows.index)


def _people(rows: pd.DataFrame, column: str, signs: str) -> pd.DataFrame:
    """The rows once for each of the people that a cell of theirs names, as `name`."""
    lists = pc.split_pattern_regex(of_series(rows[column]), signs)
    each = rows.drop(columns=column).take(np.asarray(pc.list_parent_indices(lists)))
    each = each.assign(name=_beside(each, something(pc.list_flatten(lists), FORM.nothing)))
    return each[each["name"].notna()]


def _shaped(part: Part, rows: pd.DataFrame, keys: list[str]) -> Shaped:
    """The rows of a part, one for all that have the same keys: it has the first thing that any of them says. Rows know
    their line and, by their index, their position."""
    rows = rows.assign(session_id=rows["session"], at=rows.index)
    groups = rows.groupby(keys, sort=False, dropna=False)
    rows["group"] = groups.ngroup()
    first = groups.first().reset_index()
    first[["at", "line"]] = groups[["at", "line"]].min().to_numpy()
    first["line"] += first.groupby("at").cumcount() * _LINES
    members = rows.sort_values(["group", "at"])
    offsets = np.concatenate(([0], np.cumsum(np.bincount(rows["group"], minlength=len(first)))))
    names = [*part.columns, *part.made]
    cells = [pc.fill_null(of_series(first[name]), "") for name in names]
    return Shaped(
        rows=Chunk(
            lines=pa.array(first["line"], pa.int32()),
            cells=pa.RecordBatch.from_arrays(cells, names=names),
        ),
        at=pa.array(first["at"], pa.int32()),
        groups=pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.array(members["at"], pa.int32())),
    )


# --- the declaration ---

_EVENT = Part(
    dataset="polaris.events",
    columns={
        "session_id": "session_title",
        "title": "session_title",
        "status": "status",
        "session_type": "session_type",
        "series": "topic_theme",
        "registration_link": "session_link",
        "district": "district",
    },
    made=("start", "other_id", "participants", "host", "source"),
    repeats=True,
)
_TEACHER = Part(
    dataset="polaris.event_teachers",
    columns={
        "session_id": "session_title",
        "teacher": "teacher_name",
        "name": "teacher_name",
        "school": "school_name",
        "said_status": "status",
    },
    made=("academic_year", "status", "simulcast", "confirmed_at"),
    repeats=True,
)
_PRESENTER = Part(
    dataset="polaris.event_volunteers",
    columns={
        "session_id": "session_title",
        "volunteer": "presenter",
        "name": "presenter",
        "organization": "organization",
        "local": "presenter_location",
        "person_of_color": "presenter_of_color",
    },
    made=("status", "delivery_hours"),
    repeats=True,
)

RECALL = Recall(dataset="polaris.events", fields=("session_id", "title", "start", "status", "other_id", "source"))

VIRTUAL_SESSIONS = Playbook(
    name=FORM.name,
    title=FORM.title,
    about="One sheet of virtual sessions: events, the teachers whose classes took part, and the presenters.",
    form=FORM,
    parts=(_EVENT, _TEACHER, _PRESENTER),
    shape=shape,
    recall=RECALL,
    windowed=windowed,
    check=check,
    figures=(
        Figure(name="Events processed", part="polaris.events", outcomes=("created", "updated", "skipped")),
        Figure(name="Events created", part="polaris.events", outcomes=("created",)),
        Figure(name="Events updated", part="polaris.events", outcomes=("updated",)),
        Figure(name="Teacher registrations created", part="polaris.event_teachers", outcomes=("created",)),
        Figure(name="Rows skipped", outcomes=("skipped",)),
        Figure(name="Errors", outcomes=("invalid",)),
        Figure(name="Warnings", severity="warning"),
    ),
    keeps_good_parts=True,
)
