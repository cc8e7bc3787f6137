"""What a person decides of rows that contradict each other, and of texts that nearly fit."""

from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from workbench.doors.web import words
from workbench.doors.web.views.picking import picked
from workbench.model.wording import listed

RULES = {"first": "The first counts", "last": "The last counts"}


def contradictions(
    count: int, groups: Sequence[Mapping[str, Any]], repeating: Container[str]
) -> tuple[int | None, str | None]:
    """Rows of one key side by side, the cells that differ marked: the line that a person chooses for its key, or the
    rule for all of them. Of the `repeating` datasets a record may stand on many rows, and its first one counts until
    somebody decides."""
    st.header("Rows that contradict each other")
    has = "has" if count == 1 else "have"
    waits = _waits({group["dataset"]: group["dataset"] in repeating for group in groups})
    st.caption(f"{words.many(count, 'key')} {has} rows that say different things. Decide which one counts. {waits}")
    chosen: int | None = None
    rule: str | None = None
    with st.container(horizontal=True):
        for name, label in RULES.items():
            if st.button(f"{label}, for all", key=f"all {name}", icon=":material/done_all:"):
                rule = name
    for place, group in enumerate(groups):
        with st.container(border=True):
            st.markdown(f"**{words.text(group['key'])}**")
            st.dataframe(_side_by_side(group), hide_index=True, key=f"contradiction {place}")
            chosen = _chosen(place, _choices(group)) or chosen
    if count > len(groups):
        st.caption(f"And {words.many(count - len(groups), 'key')} more, once these are decided.")
    return chosen, rule


def _waits(first_counts: Mapping[str, bool]) -> str:
    """What becomes of such rows before somebody decides, by their datasets: all wait, or the first one counts."""
    if not any(first_counts.values()):
        return "None of them is written before that."
    if all(first_counts.values()):
        return "The first one counts, and what says otherwise waits."
    counting = listed([words.dataset(name) for name, counts in first_counts.items() if counts])
    return f"Under {counting} the first one counts, and what says otherwise waits; of the others none is written."


def made(count: int, found: Sequence[Mapping[str, Any]], rule: str | None, *, key: str) -> tuple[list[int], bool]:
    """What was decided, the last decision first: the lines of which somebody takes back that they count, and whether
    the `rule` for all, in words, is taken back."""
    is_ruled = False
    with st.expander("What was decided of rows", icon=":material/gavel:", expanded=True):
        if rule is not None:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(words.text(rule))
                is_ruled = st.button("Take it back", icon=":material/undo:", key=f"{key} rule")
        if not count:
            return [], is_ruled
        frame = pd.DataFrame(
            [
                {
                    "Counts": f"line {each['line']}",
                    "Key": each["key"] or "",
                    "Decided by": each["decided_by"],
                    "When": words.here(each["decided_at"]),
                }
                for each in found
            ]
        )
        if count > len(found):
            st.caption(f"The last {len(found):,} of {words.many(count, 'line')}.")
        lines = [found[place]["line"] for place in picked(frame, height="content", key=key)]
        label = f"Take back: {words.many(len(lines), 'line')}" if lines else "Take back"
        pressed = st.button(label, disabled=not lines, icon=":material/undo:", key=f"{key} lines")
        if not lines:
            st.caption("Pick the decisions to take back at their left edge.")
    return (lines if pressed else []), is_ruled


_BUTTONS = 8
"""So many lines of one key have a button each; of more, one is chosen from a list."""


def _choices(group: Mapping[str, Any]) -> list[int]:
    """A line for each thing that rows of a key say, the first that says so, and the last line of all at the end."""
    lines, said = list(group["lines"]), group["said"]
    says_last = max(lines, key=lambda line: said[line]["last"])
    return [line for line in lines if line != says_last or line == lines[0]] + [said[says_last]["last"]]


def _chosen(place: int, lines: Sequence[int]) -> int | None:
    """The line of a key that somebody says is to count."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if len(lines) > _BUTTONS:
            line = st.selectbox("The line that counts", lines, index=None, key=f"line {place}", width=180)
            pressed = st.button("It counts", disabled=line is None, icon=":material/check:", key=f"counts {place}")
            return line if pressed else None
        for at, line in enumerate(lines):
            label = "First" if at == 0 else "Last" if at == len(lines) - 1 else "This one"
            if st.button(f"{label}: line {line}", key=f"line {place} {line}"):
                return line
    return None


def edited(shown: Sequence[Mapping[str, Any]], *, is_open: bool, key: str) -> list[int]:
    """Rows whose records keep what people edited since the last import: the lines of those in which a person lets the
    file count after all."""
    frame = pd.DataFrame(
        [{"Line": row["line"], "Key": row["key"] or "", "Kept": words.told(kept(row))} for row in shown],
        columns=["Line", "Key", "Kept"],
    )
    if not is_open:
        st.dataframe(frame, hide_index=True, key=f"{key} closed")
        return []
    st.caption("Pick the rows in which the file's values shall count after all.")
    lines = [shown[place]["line"] for place in picked(frame, key=key)]
    label = f"Take the file's values: {words.many(len(lines))}" if lines else "Take the file's values"
    taken = st.button(label, disabled=not lines, icon=":material/edit_document:", key=f"{key} take")
    return lines if taken else []


def kept(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What a row leaves as people edited it."""
    return [each for each in row["issues"] if each["code"] == "edited" and each["field"] not in row["changes"]]


def _side_by_side(group: Mapping[str, Any]) -> pd.DataFrame:
    """A column for each thing that rows say, and a row per field; "≠" marks the fields in which they differ."""
    lines: Mapping[int, Mapping[str, Any]] = group["lines"]
    names = list(dict.fromkeys(name for values in lines.values() for name in values))
    said = {line: [values.get(name) for name in names] for line, values in lines.items()}
    differs = ["≠" if len({str(texts[at]) for texts in said.values()}) > 1 else "" for at in range(len(names))]
    shown = {
        _column(line, **group["said"][line]): [words.blank(value) for value in texts] for line, texts in said.items()
    }
    return pd.DataFrame({"": differs, "Field": names, **shown})


def _column(line: int, *, rows: int, last: int) -> str:
    """Which rows say the same: the only line, or the first and the last with how many they are."""
    return f"Line {line}" if rows == 1 else f"Lines {line} to {last}, {rows:,} rows"


def suggestions(
    found: Sequence[Mapping[str, Any]], *, is_open: bool, remembers: bool, accept: Callable[..., None]
) -> None:
    """What references that were not found may have meant, accepted for all rows that have the text."""
    st.header("Not found, but nearly")
    columns = {"take": "Take", "field": "Field", "text": "In the file", "means": "Did you mean", "rows": "Rows"}
    frame = pd.DataFrame([{"take": True, **each} for each in found])[[*columns]]
    shown = {name: st.column_config.Column(title) for name, title in columns.items() if name != "take"}
    config: dict[str, Any] = {**shown, "take": st.column_config.CheckboxColumn("Take")}
    if not is_open:
        st.dataframe(frame.drop(columns="take"), hide_index=True, column_config=config, key="nearly closed")
        return
    said = st.data_editor(
        frame,
        hide_index=True,
        column_config=config,
        disabled=[name for name in columns if name != "take"],
        key="nearly",
    )
    taken = said[said["take"]]
    remember = remembers and st.checkbox("Let the template know it for the next time", value=True)
    rows = int(taken["rows"].sum())
    if st.button(
        f"Correct {words.many(rows)} and check again", disabled=not rows, type="primary", icon=":material/check:"
    ):
        of_fields = taken.groupby("field")
        means = {str(field): dict(zip(of["text"], of["means"], strict=True)) for field, of in of_fields}
        accept(means, remember=remember)
