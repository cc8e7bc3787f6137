"""The lines of a file as they stand: which of them is the header, which are no records, and where the table ends."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from workbench.doors.web import layout as said_layout
from workbench.doors.web import words
from workbench.doors.web.known_lines import Recalled
from workbench.doors.web.views import picking
from workbench.model.lines import hold, written
from workbench.model.sheet import Layout, LeftOut, Reading

Lines = Sequence[tuple[int, Sequence[str]]]
"""Each line of the source with its cells."""

HEADER, LEFT_OUT, KEPT, STOP, REFUSED = "▶ header", "✕ left out", "● record", "■ not read", "! refused"
CODECS = ("utf-8", "cp1252", "latin-1", "cp850", "cp437", "mac_roman", "cp1250", "cp1251", "utf-16")
_LONGEST = 500


def signs(reading: Reading, layout: Layout, lines: Lines) -> dict[int, str]:
    """What each of the lines is, where it is no record."""
    ranges = (*layout.skip_lines, *((each.first, each.last) for each in reading.left_out))
    found = {}
    for line, _ in lines:
        if layout.stop_line is not None and line >= layout.stop_line:
            found[line] = STOP
        elif hold(ranges, line):
            found[line] = LEFT_OUT
        elif hold(layout.keep_lines, line):
            found[line] = KEPT
        elif line == reading.header_line and not layout.no_header:
            found[line] = HEADER
    return found


def pick(lines: Lines, sign: Mapping[int, str], *, key: str) -> list[int]:
    """Shows lines as they stand, each with its number and what it is; the lines that somebody picks."""
    width = max((len(cells) for _, cells in lines), default=1)
    shown = pd.DataFrame([[text[:_LONGEST] for text in cells] + [""] * (width - len(cells)) for _, cells in lines])
    shown.columns = pd.Index(["As it stands"] if width == 1 else [f"Cell {place}" for place in range(1, width + 1)])
    shown.insert(0, "Line", [line for line, _ in lines])
    shown.insert(1, "Is", [sign.get(line, "") for line, _ in lines])
    narrow = {name: st.column_config.Column(width=wide) for name, wide in (("Line", 60), ("Is", 90))}
    height = "content" if len(shown) < 12 else 420
    return [lines[place][0] for place in picking.picked(shown, key=key, height=height, column_config=narrow)]


def say_of(picked: Sequence[int], layout: Layout) -> None:
    """The buttons that say what the picked lines are."""
    one = picked[0] if len(picked) == 1 else None
    with st.container(horizontal=True, vertical_alignment="center"):
        _button("This is the header", said_layout.headed(layout, one or 1), disabled=one is None, icon="view_column")
        _button("Leave out", said_layout.without(layout, *picked), disabled=not picked, icon="playlist_remove")
        _button("These are records", said_layout.kept(layout, *picked), disabled=not picked, icon="playlist_add_check")
        _button("Stop here", said_layout.stopped(layout, one), disabled=one is None, icon="stop_circle")
        if layout != Layout():
            _button("As it was found", Layout(), icon="undo")
    st.caption("Pick lines at their left edge, and say what they are. Nothing of the file itself is changed.")


def typed(layout: Layout, header_line: int) -> Layout:
    """The same, typed: the header's line, the lines left out, where it ends; what makes no sense is told."""
    header = st.number_input(
        "The header is on line",
        min_value=1,
        max_value=1_000,
        value=min(max(header_line, 1), 1_000),
        disabled=layout.no_header,
        help="The line with the names of the columns. What stands above it is not imported.",
    )
    none = st.checkbox("It has no header", layout.no_header, help="Its first line is a record already.")
    first, second = st.columns(2)
    skip = first.text_input("Lines to leave out", written(layout.skip_lines), placeholder="e.g. 3, 7-9")
    stop = second.text_input("Stop at line", str(layout.stop_line or ""), placeholder="read to its end")
    codecs = list(dict.fromkeys(("", *CODECS, layout.encoding or "")))
    encoding = st.selectbox(
        "Encoding",
        codecs,
        index=codecs.index(layout.encoding or ""),
        format_func=lambda name: name or "as it was found",
        help="What a text file is written in. Another one where accented letters are wrong.",
    )
    said, why = said_layout.typed(layout, header if header != header_line else None, none, skip, stop)
    if why:
        st.warning(why, icon=":material/info:")
    return replace(said, encoding=encoding or None)


def put_right(line: int, why: str, lines: Sequence[tuple[int, str]], layout: Layout) -> None:
    """A line that cannot be read, with its neighbours: corrected, left out, or where the reading stops."""
    st.error(words.text(f"Line {line}: {why}"), icon=":material/block:")
    with st.container(border=True):
        st.markdown(f"**Put line {line} right here**, or leave it out. The file itself stays as it came.")
        st.dataframe(
            pd.DataFrame(
                {
                    "Line": [number for number, _ in lines],
                    "Is": [REFUSED if number == line else "" for number, _ in lines],
                    "As it stands": [text[:_LONGEST] for _, text in lines],
                }
            ),
            hide_index=True,
            column_config={"Line": st.column_config.Column(width=60), "Is": st.column_config.Column(width=90)},
        )
        standing = layout.mended.get(line, dict(lines).get(line, ""))
        key = f"mend {line} {standing}"
        st.text_input(f"What is read as line {line}", standing, key=key)
        with st.container(horizontal=True, vertical_alignment="center"):
            said = (layout, line, key)
            st.button("Read it so", icon=":material/edit:", type="primary", on_click=_mend, args=said)
            _button("Leave it out", said_layout.without(layout, line), icon="playlist_remove")
            _button("Stop before it", said_layout.stopped(layout, line), icon="stop_circle")


def recalled(known: Recalled | None) -> None:
    """What a template says of a file's lines, with the way to read it as it is found; and what it knows of them that
    this file has not."""
    if known is None or not (known.counts or said_layout.said() == Layout()):
        return
    name = words.text(known.template.name)
    if known.counts and known.told:
        with st.container(horizontal=True, vertical_alignment="center", key="known lines"):
            st.info(f"As the template {name} says, {words.text('; '.join(known.told))}.", icon=":material/bookmark:")
            _button("Read it as it was found", Layout(), icon="undo")
    if known.lacking:
        lacking = words.text("; ".join(known.lacking))
        told = f"The template {name} knows of {lacking}: this file has none there, or several."
        st.warning(told, icon=":material/bookmark:")


def left_out(found: Sequence[LeftOut]) -> None:
    """The lines that are not read as records, each with why."""
    if not found:
        return
    number = sum(each.last - each.first + 1 for each in found)
    with st.expander(f"{words.many(number, 'line')} left out, as no records", icon=":material/playlist_remove:"):
        st.dataframe(
            pd.DataFrame(
                {
                    "Lines": [written([(each.first, each.last)]) for each in found],
                    "Why": [each.what for each in found],
                    "As it stands": [each.text for each in found],
                }
            ),
            hide_index=True,
        )


def _mend(layout: Layout, line: int, key: str) -> None:
    """Says what stands in the box when the button is pressed: it may have been typed in the same moment."""
    said_layout.say(said_layout.mended(layout, line, st.session_state[key]))


def _button(label: str, layout: Layout, *, icon: str, disabled: bool = False) -> None:
    st.button(label, icon=f":material/{icon}:", disabled=disabled, on_click=said_layout.say, args=(layout,))
