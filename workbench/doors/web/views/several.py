"""The sheets of a file that has several: a line for each, and the runs that the chosen ones are."""

from collections.abc import Mapping, Sequence

import streamlit as st

from workbench.doors.web import address, words
from workbench.doors.web.several import SAID_BELOW, Kinds, Listed, Turn
from workbench.doors.web.views import files, totals
from workbench.doors.web.views.columns import turned_to
from workbench.model.batch import Batch
from workbench.model.wording import first_of
from workbench.playbooks.loads import ALL_OR_NONE

_HEADERS = 6
UNKNOWN = "Not known: choose"


def sheets(
    found: Sequence[Listed],
    kinds: Kinds,
    begun: Mapping[str, Batch],
    known: Mapping[str, str],
    *,
    upload: str,
    shown: str | None,
) -> dict[str, str | None]:
    """What a person says of every sheet: what it is imported as, "" where it is left out, None where nobody has said
    what it is. The datasets are `known` by their titles; `shown` is the sheet that the page shows below, if any is."""
    said = dict(kinds)
    again = f"{number} " if (number := st.session_state.get(SAID_BELOW)) else ""
    for each in found[turned_to(len(found), "Sheets", f"sheets {upload}")]:
        with st.container(border=True):
            about, choice, why = st.columns((5, 4, 5), vertical_alignment="center")
            if each.name in begun:
                with about:
                    st.markdown(f"**{words.unlinked(each.name)}**")
                    st.caption(_told(each))
                with choice:
                    _state(begun[each.name])
                continue
            with about:
                label = f"**{words.unlinked(each.name)}**"
                chosen = st.checkbox(label, kinds[each.name] != "", key=f"import {again}{upload} {each.name}")
                st.caption(_told(each))
            what = _kind(choice, each, kinds[each.name], known, key=f"kind {again}{upload} {each.name}")
            said[each.name] = what if chosen else ""
            with why:
                _why(each, what, chosen)
                if shown is not None and each.name != shown and not each.refused:
                    address.jump("Show it below", icon=":material/visibility:", upload=upload, sheet=each.name)
    return said


def _kind(
    place: st.delta_generator.DeltaGenerator, each: Listed, said: str | None, known: Mapping[str, str], *, key: str
) -> str | None:
    options = list(dict.fromkeys((*each.may_be, *known)))
    likely = said or (each.may_be[0] if len(each.may_be) == 1 else None)
    chosen: str | None = place.selectbox(
        f"What {words.label(each.name)} is",
        options,
        index=options.index(likely) if likely in options else None,
        format_func=lambda name: f"{known.get(name, name)} ({name})",
        placeholder=UNKNOWN,
        key=key,
        label_visibility="collapsed",
    )
    return chosen


def _told(each: Listed) -> str:
    rows = "it cannot be read" if each.refused else words.many(each.rows)
    hidden = " · **hidden in the workbook**" if each.hidden else ""
    return f"{rows} · {words.unlinked(first_of(each.headers, _HEADERS))}{hidden}"


def _why(each: Listed, what: str | None, chosen: bool) -> None:
    """Why a sheet is taken for something, or what to do about it."""
    if each.refused:
        st.caption(words.text(each.refused))
    elif what is None and each.may_be:
        st.caption(f":orange-badge[?] may be {words.text(' or '.join(each.may_be))}")
    elif what is None:
        st.caption("It looks like no dataset." + (" Say what it is." if chosen else ""))
    elif each.may_be and what == each.may_be[0]:
        st.caption(words.text(each.why))
    else:
        st.caption("you chose it")


def _state(batch: Batch) -> None:
    """What became of the import of a sheet, with the way to it."""
    if batch.stage == "completed":
        address.link("reconcile", "Written", icon=":material/check_circle:", batch=batch.id)
    else:
        address.link("validate", f"Go on: {batch.state}", icon=":material/pending:", batch=batch.part_of or batch.id)


def left_out(found: Sequence[Listed], said: Kinds, empty: Sequence[str]) -> None:
    """Which sheets are not imported, and why."""
    out = [each for each in found if said[each.name] == ""]
    told = [
        f"{each.name} ({', '.join(filter(None, (words.many(each.rows), 'hidden' if each.hidden else '')))})"
        for each in out
    ]
    if out:
        st.caption(words.text(f"Left out: {', '.join(told)}."))
    if empty:
        st.caption(words.text(f"Without a cell: {', '.join(empty)}."))


def cleaned(told: Mapping[str, str], known: Mapping[str, Mapping[str, str]], used: Mapping[str, str]) -> dict[str, str]:
    """By what each sheet of the next import is cleaned, or why it is not, with the choice between the templates that
    are `known` to it (their names by their ids) and none. What is chosen otherwise than is `used`, by the sheet."""
    chosen = {}
    for sheet, how in told.items():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(words.text(f"{sheet}: {how}."))
            if names := known.get(sheet):
                said = files.which_template(f"Template of {words.label(sheet)}", names, used.get(sheet), narrow=True)
                if said is not None and said != used.get(sheet):
                    chosen[sheet] = said
    return chosen


def one_run(turn: Turn, *, may: bool) -> dict[str, str] | None:
    """The sheets that are one run, in the order of import, which `may` begin. What they have to come to once they are
    to be imported."""
    st.markdown(f"**{words.many(len(turn.sheets), 'sheet')} are imported as one run**, in this order:")
    st.markdown("\n".join(f"{number}. {words.text(line)}" for number, line in enumerate(turn.lines, start=1)))
    st.caption("What is sure is mapped so; what only looks like a field is refused, and its sheet mapped by hand.")
    expected = totals.expected_of_sheets(turn.sheets)
    pressed = st.button("Import its sheets together", type="primary", icon=":material/account_tree:", disabled=not may)
    return expected if pressed else None


def in_turn(turns: Sequence[Turn], *, ready: bool, before: int) -> dict[str, str] | None:
    """The runs that are still to be begun, one after the other; `ready` says whether the first can be begun now, and
    `before` how many have been. What its sheets have to come to once it is to be begun."""
    st.markdown(f"**Its sheets are {words.many(len(turns) + before, 'import')}**, one after the other:")
    expected = None
    for number, turn in enumerate(turns):
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(f"{before + number + 1}. {words.text(', '.join(turn.lines))}")
            if number == 0 and ready:
                begin = st.button("Begin this import", type="primary", icon=":material/play_arrow:")
            else:
                st.caption("Not begun")
    if ready:
        expected = totals.expected_of_sheets(turns[0].sheets, named=len(turns[0].sheets) > 1, key=f"{before} ")
    st.caption(ALL_OR_NONE)
    return expected if ready and begin else None
