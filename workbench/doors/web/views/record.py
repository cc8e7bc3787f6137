"""A record: asked for, as it is now, and what happened to it; a line of a file that is about one."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any

import pandas as pd
import streamlit as st

from workbench.datasets.catalog import contract
from workbench.doors.web import address, grid, words
from workbench.doors.web.views import rows, whole_table
from workbench.doors.web.views.outcomes import SIGNS
from workbench.model import record_event
from workbench.model.trimming import as_said
from workbench.model.wording import first_of
from workbench.prepare.cleaning import said_of

_LAST = ("id", "created_at", "updated_at")
_LONGEST = 200
_BLANK = 6
"""So many blank fields of a record stand among its values; more of them behind a line."""
_NAMED = 3
"""So many refused cells are named."""
NOT_WRITTEN = {
    "staged": "Its import has no plan yet: nothing was written.",
    "planned": "Its import is only planned: nothing was written.",
    "held": "Its import waits for a person's decision: nothing was written.",
    "undone": "Its import was undone.",
}
"""What became of an import whose rows are not in, by its stage."""


def line(titles: Mapping[str, str], *, asked: bool, line: int) -> tuple[str, int] | None:
    """A line of a file (of those titles, by their batch), once somebody has said which; the first of them stands there
    when it is asked for."""
    with (
        st.expander("Or from a line of a file", expanded=asked, icon=":material/format_list_numbered:"),
        st.form("line", border=False),
    ):
        chosen = st.selectbox(
            "File",
            list(titles),
            index=0 if asked else None,
            format_func=titles.__getitem__,
            placeholder="Choose an import",
        )
        number = st.number_input("Line", min_value=1, value=line, help="As a spreadsheet counts: the header is line 1.")
        shown = st.form_submit_button("Show the line", icon=":material/search:")
    return (chosen, number) if shown and chosen is not None else None


def called(record: Mapping[str, Any]) -> str:
    """What a record is called, for somebody who knows it: its key, its title, and what it is."""
    title = f" {words.text(record['title'])}" if record["title"] else ""
    return f"**{words.text(record['key'])}**{title} · {contract(record['dataset']).noun}"


def now(record: Mapping[str, Any], names: Mapping[str, Mapping[str, Any]], *, of: str = "") -> None:
    """A record's values as they are now, by what its dataset (`of`) calls them; ids of records are told by what those
    are called. Of many blank fields the names alone are told, behind a line."""
    fields = [name for name in sorted(record, key=_LAST.__contains__) if name != "tenant_id"]
    blank = [name for name in fields if record[name] is None or record[name] == ""]
    folded = blank if len(blank) > _BLANK else []
    values = [
        (_titled(name, record[name], names, of), "" if record[name] is None else _named(record[name], names))
        for name in fields
        if name not in folded
    ]
    st.dataframe(pd.DataFrame(values, columns=["Field", "Value"]), hide_index=True, height="content", key="now")
    if folded:
        with st.expander(f"{len(folded):,} fields are blank", icon=":material/unfold_more:"):
            st.markdown(words.text(", ".join(words.field(name, of) for name in folded)))


OPENS = grid.Column(name="opens", label="", width=64, sortable=False, pinned=True)
"""The column whose cells open a record."""


def in_grid(
    found: Sequence[Mapping[str, Any]], fields: Sequence[str], names: Mapping[str, Mapping[str, Any]]
) -> list[grid.Row]:
    """Records of one dataset, one a row: what stands in those fields, ids of others by what those are called."""
    return [
        grid.Row(
            id=str(one["record_id"]),
            cells={
                OPENS.name: "Open",
                **{str(place): _in_cell(one["values"].get(name), names) for place, name in enumerate(fields)},
            },
        )
        for one in found
    ]


def _in_cell(value: object, names: Mapping[str, Mapping[str, Any]]) -> str:
    if value is None:
        return ""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{value:,}" if is_number else _named(value, names)[:_LONGEST_CELL]


_LONGEST_CELL = 2_000


def by_hand(words_: Sequence[Mapping[str, Any]]) -> None:
    """What people did to it by hand: who, when, and why."""
    for each in words_:
        said = f"{each['by']}, {words.here(each['at'])}: {each['reason']}"
        st.markdown(f":material/front_hand: **{each['action']}** by hand · {words.unlinked(said)}")


def off(one: Mapping[str, Any]) -> str:
    """Who has switched a record off and why, and which import has named it since."""
    who = f"{one['by']}, {words.here(one['at'])}: {one['reason']}." if one["by"] else "Not by way of Workbench."
    named = one["named"]
    since = f" Named since by {words.many(named['imports'], 'import')}, first by {named['file_name']}" if named else ""
    return words.unlinked(who + (f"{since}, line {named['line']}." if named else ""))


def all_off(found: Sequence[Mapping[str, Any]], opened: Callable[[Mapping[str, Any]], None]) -> None:
    """The same of many records, as a table; a click opens one."""
    told = {
        "Key": [one["key"] for one in found],
        "Name": [one["title"] for one in found],
        "By": [one["by"] for one in found],
        "When": [one["at"] for one in found],
        "Why": [one["reason"] for one in found],
        "Imports that name it since": [one["named"]["imports"] if one["named"] else 0 for one in found],
    }
    whole_table.table(told, key="off", part="off-", opened=lambda place: opened(found[place]))


OTHER = "Other"


def switched(noun: str, *, active: bool, reasons: Sequence[str]) -> str | None:
    """Why a person switches the record off, or on again; None until somebody has said it."""
    label, icon = (
        (f"Switch this {noun} off", ":material/person_remove:")
        if active
        else (f"Switch this {noun} on again", ":material/person_add:")
    )
    with st.popover(label, icon=icon), st.form("switch", border=False):
        if active:
            st.markdown("No import switches it on again: a row that names it is skipped, and says so.")
        usual = [*reasons, OTHER] if active and reasons else [OTHER]
        why = st.selectbox("Why?", usual, key="switch why") if len(usual) > 1 else OTHER
        said = as_said(st.text_input("In your words" if len(usual) > 1 else "Why?", key="switch words"))
        if st.form_submit_button(label, type="primary"):
            full = said if why == OTHER else ": ".join(filter(None, (why, said)))
            if full:
                return full
            st.error("Say why.")
    return None


def progress(found: Mapping[str, Any]) -> None:
    """How far a teacher is with the sessions of the year."""
    figures = {"Progress": found["progress"], "Target": found["target"], "Attended": found["completed"]}
    figures |= {"Still to come": found["planned"], "Over, not reported": found["to_review"]}
    for place, (name, value) in zip(st.columns(len(figures)), figures.items(), strict=True):
        place.metric(name, value)


def _titled(name: str, value: object, names: Mapping[str, Mapping[str, Any]], of: str) -> str:
    return words.field(name.removesuffix("_id")) if str(value) in names else words.field(name, of)


def _named(value: object, names: Mapping[str, Mapping[str, Any]]) -> str:
    one = names.get(str(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        a_day = value.astimezone(UTC).time() == time()  # a file's day, which no zone turns into the day before
        return f"{value.astimezone(UTC):%Y-%m-%d}" if a_day else words.here(value)
    return str(value) if one is None else " ".join(filter(None, (one["key"], one["title"])))


def left(row: Mapping[str, Any], text: str) -> None:
    """A row that became no record, found by a text: where it stands, how it ended, what was wrong, who decided, and a
    way to it."""
    reason = f" ({words.field(row['reason'])})" if row["reason"] else ""
    outcome = row["outcome"] or row["status"]
    tense = "" if outcome not in ("created", "updated") else "was " if row["stage"] == "undone" else "to be "
    with st.container(border=True, gap="xsmall"):
        sheet = f", worksheet {words.unlinked(row['sheet'])}" if row["sheet"] else ""
        where = f"{words.unlinked(row['file_name'])}{sheet}, line {row['line']}"
        st.markdown(f"{SIGNS.get(outcome, '·')} **{tense}{outcome}**{reason} · {where}")
        cells = [str(cell) for cell in row["raw"].values() if cell]
        st.caption(words.unlinked(" · ".join(cells)[:_LONGEST]))
        why = words.told(row["issues"]) or ("" if row["explanation"] else rows.REASONS.get(row["reason"], ""))
        said = [words.unlinked(one) for one in (why, *said_of(row), decided(row)) if one]
        if told := [*filter(None, [NOT_WRITTEN.get(row["stage"])]), *said]:
            st.markdown("\n\n".join(told))  # one element, of which a page has many
        since(row["since"])
        address.jump("Show this line", find=text, batch=row["batch"], line=row["line"])


def since(later: Mapping[str, Any] | None) -> None:
    """That the key of a row which was not written has come with a later import, and the way there."""
    if later is not None:
        when = words.here(later["at"])
        where = f"{words.unlinked(later['file_name'])}, line {later['line']}, {when}"
        st.markdown(f":material/recycling: Its key has been imported since ({later['outcome']}): {where}.")
        address.link("history", "That import's story", batch=later["batch"])


def decided(row: Mapping[str, Any]) -> str:
    """Who decided of a row, when, and why; nothing where nobody did."""
    said = []
    if row["explanation"]:
        how = {"explained": "Explained", "rejected": "Rejected"}.get(row["reason"], "Imported by a later run")
        when = words.here(row["explained_at"])
        said.append(f"{how} by {row['explained_by']}, {when}: {row['explanation']}")
    if row["corrected_by"]:
        said.append(f"Corrected by {row['corrected_by']}, {words.here(row['corrected_at'])}.")
    return " ".join(said)


def happened(event: Mapping[str, Any], names: Mapping[str, Mapping[str, Any]], *, of: str = "") -> None:
    """One import's part in a record `of` a dataset: how it ended, old and new values, who, when, why, who signed."""
    outcome = event["outcome"] or event["stage"]
    is_to_be = event["stage"] != "completed" and outcome in ("created", "updated")
    reason = f" ({words.field(event['reason'])})" if event["reason"] else ""
    kind = "Undo: " if event["undo_of"] else ""
    with st.container(border=True):
        since = ", undone since" if event["undone_by"] else ""
        told = f"to be {outcome}" if is_to_be else outcome
        if said := record_event.by_undo(event):
            told, reason = said, ""
        st.markdown(f"{kind}{SIGNS.get(outcome, '·')} **{told}**{reason}{since} · {words.here(event['at'])}")
        for name, (old, new) in event["changes"].items():
            st.markdown(f"{words.unlinked(words.field(name, of))}: ~~{_shown(old, names)}~~ → **{_shown(new, names)}**")
        for header, (was, is_now) in event["corrected"].items():
            by = f"corrected by {event['corrected_by']}, {words.here(event['corrected_at'])}"
            st.markdown(
                f"{words.unlinked(header)}: ~~{_shown(was, {})}~~ → **{_shown(is_now, {})}**, {words.unlinked(by)}"
            )
        for why in filter(None, (words.told(event["issues"] or ()), *said_of(event), event["explanation"])):
            st.markdown(words.unlinked(why))
        if event["reason"] == "withheld":
            st.markdown(words.unlinked(withheld(event)))
        line = f"line {event['line']}" if event["line"] else "not in the file"
        line += f", corrected by {event['corrected_by']}" if event["corrected_by"] else ""
        signed = f"signed off by {event['signed_by']}" if event["signed_by"] else "not signed off"
        planned = "" if event["stage"] == "completed" else f", only {event['stage']}: nothing was written"
        by = record_event.who(event)
        st.caption(words.unlinked(f"{event['file_name']}, {line} · run by {by} · {signed}{planned}"))
        address.link("history", "This import's story", batch=event["batch"])


def withheld(event: Mapping[str, Any]) -> str:
    """For whose sake a part was not written: the rows of the source that were refused, and why."""
    if not event["refused"]:
        return f"{rows.REASONS['withheld']}."
    each = (f"line {one['line']}: {one['field']}: {words.in_zone(one['message'])}" for one in event["refused"])
    return f"Not written, for what it belongs to was refused: {first_of(list(each), _NAMED)}."


def _shown(value: object, names: Mapping[str, Mapping[str, Any]]) -> str:
    return words.unlinked(_named(value, names)) if value not in (None, "") else "(blank)"


def cells(row: Mapping[str, Any]) -> None:
    """A line of a file: what became of it, why, and its cells as they are and as they came."""
    st.header(f"Line {row['line']} of the file")
    rows.table([row], key="row")
    for said in filter(None, (*said_of(row), decided(row))):
        st.markdown(words.unlinked(said))
    made = {
        name: words.blank(value) for name, value in row["payload"].items()
    }  # a part's row, or an undo's, has no cells
    told = dict(row["raw"]) if isinstance(row["raw"], Mapping) and row["raw"] else made
    cells = pd.DataFrame(list(told.items()), columns=["Column", "Cell"])
    if corrected := row["corrected"]:
        cells["As it came"] = [corrected[name][0] if name in corrected else "" for name in cells["Column"]]
    if cleaned := row["cleaned"]:
        cells["In the source"] = [cleaned[name]["was"] if name in cleaned else "" for name in cells["Column"]]
    st.dataframe(cells.fillna(""), hide_index=True, height="content", key="cells")
