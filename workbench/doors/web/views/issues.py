"""What is wrong with an import's rows: counted, chosen from, and put right in cells or in a file."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Literal

import pandas as pd
import pyarrow as pa
import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.uploaded_file_manager import UploadedFile

from workbench.datasets import catalog
from workbench.doors.web import address, words
from workbench.doors.web.views.outcomes import SIGNS
from workbench.model.batch import Batch
from workbench.model.changed_cell import ChangedCell
from workbench.model.kinds import KINDS
from workbench.model.texts import NO_NAMES, stand_for_nothing
from workbench.model.wording import first_of

TITLES = {
    "conflict": "rows of one key say different things",
    "contradicted": "other rows of the same record say otherwise",
    "duplicate_key": "another row with the same key counts",
    "edited": "kept as people edited it since the last import",
    "same_id": "another record has this id",
    "another_name": "the known record has quite another name",
    "taken": "the record belongs to another slice",
    "not_taken": "a text that was not taken over",
    "two_names": "two names in one row",
}
"""What is wrong in words, where the sentence of one row tells what stands in it."""
_SKIPPED = {"duplicate_key": ": skipped, with a warning"}
"""The warnings that keep a row from being written, with what becomes of it."""
_DECIDED = {"duplicate_key": ", what is said otherwise is not used: a warning"}
"""The same of a sheet whose rows are several records each: only one of them is another row's."""
_OF_SEVERAL_ROWS = ("conflict", "duplicate_key")
"""What is wrong with rows that have one key: no text in the key's cells is what is to be put right."""
_EXAMPLE = "For example: "
SHOWN = 12
"""So many kinds are told at once."""


def titled(batch: Batch, count: Mapping[str, Any]) -> str:
    """A kind of issues in words: the column as the source calls it, and what is wrong with it."""
    said = TITLES.get(count["code"]) or words.in_zone(str(count["message"])).removeprefix(_EXAMPLE).rstrip(".")
    if count["code"].endswith("_not_found"):
        said = said.split(", for ")[0].split(": did you mean")[0]
    column = called(batch, count["field"])
    said = said.removeprefix(f"{count['field']} ")
    return f"{column}: {said[:1].lower()}{said[1:]}" if column else f"{said[:1].upper()}{said[1:]}"


def differs(kind: Mapping[str, Any]) -> bool:
    """Whether the sentence of a kind's rows tells more than their own text does, of each row something else."""
    is_hidden = kind["code"] in TITLES or str(kind["message"]).startswith(_EXAMPLE)
    return is_hidden and not kind["code"].endswith("_not_found")


def of_kind(row: Mapping[str, Any], kind: Mapping[str, Any]) -> list[dict[str, str]]:
    """The issues of a row that are of a kind, without the field, which the kind names."""
    return [
        {**issue, "field": ""}
        for issue in row["issues"]
        if (issue["code"], issue["field"]) == (kind["code"], kind["field"])
    ]


def called(batch: Batch, field: str) -> str:
    """What the source calls a field: the header of its column, if that is words, else the field's title."""
    headers = {name: header for header, name in batch.mapping.get("columns", {}).items()}
    header = headers.get(field, "")
    title = words.field(field, batch.dataset)
    return header if header and "_" not in header else f"{title[:1].upper()}{title[1:]}"


def kinds(
    batch: Batch,
    counts: Sequence[Mapping[str, Any]],
    meant: Sequence[Mapping[str, Any]],
    *,
    may_correct: bool,
    made: Container[str] = (),
) -> tuple[tuple[Mapping[str, Any], DeltaGenerator] | None, str | None]:
    """Each kind of issues with its rows, the most frequent first, as a list to choose from: the one that is chosen and
    the place below it, and the field whose nearly fitting texts are to be what they are `meant` to be. The texts of
    `made` fields are no cells of the source."""
    chosen = _at()
    skipped = {} if _makes_several(batch) else _SKIPPED
    stops_at = _DECIDED if _makes_several(batch) else _SKIPPED
    every = st.session_state.get("every kind") or len(counts) <= SHOWN + 1
    opened, taken = None, None
    with st.container(gap="xsmall"):
        for count in counts if every else counts[:SHOWN]:
            here = chosen == (count["field"], count["code"])
            sign = SIGNS["invalid"] if count["severity"] == "error" else "!"
            stops = "" if count["severity"] == "error" else stops_at.get(count["code"], ", a warning")
            number = words.many(count["rows"], "made row" if batch.by_recipe else "row")
            label = f"{sign} **{number}** · {words.text(titled(batch, count))}{stops}"
            st.button(
                label,
                key=f"kind {count['field']} {count['code']} {count['severity']}",
                icon=":material/expand_less:" if here else ":material/expand_more:",
                type="secondary" if here else "tertiary",
                help=f"{words.text(count['message'])} ({words.text(count['code'])})",
                on_click=_go_to,
                args=(None, None) if here else (count["field"], count["code"]),
                wrap=True,
            )
            nearly = [each for each in meant if _nearly(each, count)]
            may_put = may_correct and count["field"] not in made and count["code"] not in _OF_SEVERAL_ROWS
            if nearly and not here:
                taken = count["field"] if _did_you_mean(nearly, may_correct=may_put) else taken
            if here and opened is None:
                opened = count, st.container()
        if not every:
            rest = len(counts) - SHOWN
            st.button(f"{words.many(rest, 'more kind')}", type="tertiary", on_click=_show_every, key="more kinds")
    if opened is None:
        then = " and put it right in all its rows" if may_correct else ""
        some = any(count["code"] in skipped for count in counts)
        but = ", but for those that are skipped, as it says" if some else ""
        st.caption(f"Press one to see what stands in its cells{then}. Rows that only have a warning are written{but}.")
    return opened, taken


def _makes_several(batch: Batch) -> bool:
    """Whether each row of an import is several records, of which a playbook says how they are made."""
    return not batch.derived and batch.dataset in catalog.FORMS


def _nearly(meant: Mapping[str, Any], count: Mapping[str, Any]) -> bool:
    return bool(count["code"].endswith("_not_found") and count["field"] == meant["field"])


def left_over(meant: Sequence[Mapping[str, Any]], counts: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """What is nearly found in a field that has no kind of its own here: a playbook calls it otherwise."""
    return [each for each in meant if not any(_nearly(each, count) for count in counts)]


def _did_you_mean(meant: Sequence[Mapping[str, Any]], *, may_correct: bool) -> bool:
    """What the texts of a kind probably mean, with their rows; whether somebody says that it is so."""
    told = [f"{each['text']}: {words.many(each['rows'])}, did you mean {each['means']}?" for each in meant]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(words.text(first_of(told, 3)), width="content")
        rows = words.many(sum(each["rows"] for each in meant))
        return may_correct and st.button(f"Yes, in {rows}", icon=":material/check:", key=f"meant {meant[0]['field']}")


def _show_every() -> None:
    st.session_state["every kind"] = True


def _at() -> tuple[str, str] | tuple[None, None]:
    """The kind that the address names."""
    code = st.query_params.get("code")
    return (st.query_params.get("field", ""), code) if code is not None else (None, None)


def _go_to(field: str | None, code: str | None) -> None:
    """Puts a kind of issues into the address; None takes it out."""
    for name, said in (("field", field), ("code", code)):
        if said is None:
            st.query_params.pop(name, None)
        else:
            st.query_params[name] = said


def values(
    batch: Batch,
    kind: Mapping[str, Any],
    found: Sequence[Mapping[str, Any]],
    number: int,
    told: Mapping[int, str] | None = None,
    *,
    may_correct: bool,
    is_made: bool = False,
    clean: Callable[[Mapping[str, str]], None] | None = None,
) -> tuple[dict[str, str], bool] | None:
    """What stands in the cells of a kind's rows, to be put right for all rows that say so: what each text is to be, and
    whether the template is to know it; None while nobody has said it. `told` is what is said of each text's first line,
    where that is another thing of each. Texts that the import's recipe has made (`is_made`) are put right by a step of
    it alone, which `clean` goes to. What is wrong with several rows together is no text's fault."""
    of_several = kind["code"] in _OF_SEVERAL_ROWS
    if not found:
        if kind["field"]:
            st.caption(_MADE if is_made else "No column of the file fills it: correct it at Map, or in the rows below.")
        return None
    column = called(batch, kind["field"])
    frame = pd.DataFrame(
        {
            "text": [each["text"] for each in found],
            "rows": [each["rows"] for each in found],
            "line": [each["line"] for each in found],
            "means": [each["means"] or NOTHING * _is_none(each["text"], kind["code"]) for each in found],
        }
    )
    if told:
        frame.insert(1, "told", [told.get(each["line"], "") for each in found])
    config: dict[str, Any] = {
        "told": st.column_config.TextColumn("What is said of it", width=560 if of_several else "large"),
        "text": st.column_config.TextColumn(f"{column}, made" if is_made else f"{column} in the file"),
        "rows": st.column_config.NumberColumn("Rows", format="localized", width=80),
        "line": st.column_config.NumberColumn("First in line", format="%d", width=100),
        "means": st.column_config.TextColumn(
            "Shall be", help=f"What is meant, as far as it can be guessed. Write {NOTHING} to blank the cell."
        ),
    }
    height: Any = "content" if len(found) < 10 else 380
    key = f"values {batch.id} {batch.revision} {batch.plan} {kind['field']} {kind['code']}"
    if of_several or not may_correct or (is_made and clean is None):
        closed = frame.drop(columns="means")
        st.dataframe(closed, hide_index=True, column_config=config, height=height, key=f"{key} closed")
        if kind["code"] == "conflict" and may_correct:
            st.caption("Decide below which of them counts, or correct the rows.")
        return None
    said = st.data_editor(
        frame, hide_index=True, column_config=config, disabled=["text", "told", "rows", "line"], key=key, height=height
    )
    if number > len(found):
        st.caption(f"The {len(found):,} most frequent of {words.many(number, 'text')}.")
    if not is_made and sum(each["rows"] for each in found) < kind["rows"] and number <= len(found):
        st.caption(f"Counted in the first of {words.many(kind['rows'])}; all of them are put right.")
    taken = said[said["means"].notna() & (said["means"] != "")]
    means = {text: "" if to.strip() == NOTHING else to for text, to in zip(taken["text"], taken["means"], strict=True)}
    with st.container(horizontal=True, vertical_alignment="center"):
        label = f"Put {words.many(int(taken['rows'].sum()))} right and check again" if means else "Put them right"
        pressed = not is_made and st.button(
            label, type="primary", disabled=not means, icon=":material/check:", key="put right"
        )
        remember = (
            not is_made
            and batch.template_id is not None
            and st.checkbox("Let the template know it for the next time", True)
        )
        goes_along = is_made and bool(means)
        cleans = clean is not None and st.button(
            f"Take {words.many(len(means), 'text')} along to Clean" if goes_along else "Clean this column",
            type="primary" if goes_along else "secondary",
            icon=":material/cleaning_services:",
            key="clean this column",
            help="The same as a step of a recipe, which next month's file is cleaned by, too: with what is said here.",
        )
        st.caption(_GOES_ALONG if is_made else "The source file stays as it is.")
    if cleans and clean is not None:
        clean(means)
    return (means, remember) if pressed else None


def _is_none(text: str, code: str) -> bool:
    """Whether a text is surely no value where there is such an issue: also one that stands for none, of a kind that
    takes no words."""
    of_no_words = code in _OF_NO_WORDS and stand_for_nothing(pa.array([text]))[0].as_py()
    return text in NO_NAMES or of_no_words


_OF_NO_WORDS = {
    kind.code for kind in KINDS.values() if kind.numeric or kind.name in ("day", "timestamp", "email", "phone")
}
_MADE = "The recipe makes it of the file's cells: put it right by a step of it, at Clean, or in the rows below."
_GOES_ALONG = (
    "The recipe makes these texts of the file's cells, so a step of it puts them right. What you write under "
    "“Shall be” goes along to Clean, where that step stands ready to be added."
)
NOTHING = "(nothing)"
"""What somebody writes for a cell that is to be blank."""


def last_edit(edits: Mapping[str, Sequence[Mapping[str, Any]]], *, waits: bool) -> str | None:
    """The last correction in words; "taken_back" or "made_again" once somebody wants that of it."""
    done, undone = edits.get("done") or (), edits.get("undone") or ()
    with st.container(horizontal=True, vertical_alignment="center"):
        back = done and st.button(
            "Take it back",
            icon=":material/undo:",
            shortcut="Ctrl+Z",
            disabled=waits,
            help="Save or discard first what is typed." if waits else "Its rows are as before, and checked again.",
            key="take back",
        )
        again = undone and st.button(
            "Make it again", icon=":material/redo:", shortcut="Ctrl+Shift+Z", disabled=waits, key="make again"
        )
        edit = (done or undone)[-1]
        stands = "Last correction" if done else "Taken back"
        rows = words.many(edit["rows"])
        st.caption(f"{stands}: {words.text(edit['said'])} ({rows}, {words.text(edit['by'])})", width="stretch")
    return "taken_back" if back else "made_again" if again else None


def noticed(told: Iterable[tuple[str, str, str]]) -> None:
    """What was noticed of the cells of each column, of all with the same sentence at once, and behind a line where that
    is very much; nothing where nothing was."""
    fields: dict[str, list[str]] = {}
    for field, _, sentence in told:
        fields.setdefault(sentence, []).append(field)
    lines = [f"- **{words.text(', '.join(of))}**: {words.text(sentence)}." for sentence, of in fields.items()]
    if len(lines) > SHOWN:
        with st.expander(f"What was noticed of {words.many(sum(map(len, fields.values())), 'column')}"):
            st.markdown("\n".join(lines))
    elif lines:
        st.header("What was noticed of the columns")
        st.markdown("\n".join(lines))


_WRONG, _ALL = "Every row with something wrong", "All rows"


def filters(batch: Batch, counts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The rows that are shown: those of the kind or the field ("" for the whole row) that the address names, all with
    something wrong, or all."""
    field, code = st.query_params.get("field"), st.query_params.get("code")
    if field is not None or code is not None:
        st.session_state["which"] = None
        kind = next((count for count in counts if (count["field"], count["code"]) == (field, code)), None)
        kind = kind or next((count for count in counts if count["code"] == code), None)
        said = titled(batch, kind) if kind else f"something wrong in {called(batch, field or '') or 'the whole row'}"
        shown = f"Rows with: {said}"
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(words.text(shown), width="content")
            st.button("Show the others too", type="tertiary", on_click=_go_to, args=(None, None), key="all kinds")
        return {"field": field, "code": code, "wrong": True}
    wrong = True
    if counts:
        kept = _ALL if "every" in st.query_params else _WRONG
        st.session_state["which"] = st.session_state.get("which") or kept
        wrong = st.segmented_control("Rows", [_WRONG, _ALL], key="which", label_visibility="collapsed") != _ALL
        address.put_word("every", None if wrong else "row")
    return {"field": None, "code": None, "wrong": wrong and bool(counts)}


def lost(cells: Sequence[tuple[int, str]]) -> None:
    """The cells, by line and header, that stay as they were because nothing keeps what was typed into them."""
    if cells:
        which = first_of([f"line {line:,}, {header}" for line, header in cells], 5)
        st.warning(
            words.text(f"A NUL character, or half of one, was typed, which nothing keeps: {which} stays as it was."),
            icon=":material/block:",
        )


def correction(said: Mapping[int, Mapping[str, str]], elsewhere: int) -> tuple[bool, bool]:
    """Whether the cells that are typed are to be corrected, so many of them in rows that are not shown, and whether
    they are to be left as they were."""
    cells = sum(map(len, said.values()))
    with st.container(horizontal=True, vertical_alignment="center"):
        label = f"Correct {words.many(cells, 'cell')} and check again" if cells else "Correct cells"
        corrected = st.button(label, type="primary", disabled=not cells, icon=":material/check:", key="correct cells")
        discarded = bool(cells) and st.button("Discard", icon=":material/undo:")
        st.caption("Click into a cell to correct it. The source file stays as it is; the correction is kept beside it.")
    if cells:
        others = f", {elsewhere:,} of them in rows that are not shown here" if elsewhere else ""
        st.caption(f":material/edit_note: {words.many(cells, 'cell')} typed and not saved yet{others}. You may leave.")
        typed = [
            f"line {line}, {header}: {words.blank(text)}" for line, row in said.items() for header, text in row.items()
        ]
        st.caption(words.text(first_of(typed, 6)))
    return corrected, discarded


def not_saved(changed: Sequence[ChangedCell]) -> None:
    """That cells were changed by somebody else, where they are out of sight: beside them it is told which, and how."""
    if changed:
        cells = words.many(len(changed), "cell")
        was = "was" if len(changed) == 1 else "were"
        st.warning(f"{cells} {was} not saved: see the rows below.", icon=":material/edit_off:")


def changed_meanwhile(changed: Sequence[ChangedCell], said: Mapping[int, Mapping[str, str]]) -> None:
    """The cells that somebody else changed before what was typed there was saved, with what is theirs and one's own."""
    if not changed:
        return
    told = [f"{cell.sentence}, and yours is {words.blank(said[cell.line][cell.header])}" for cell in changed]
    what = "This cell was" if len(changed) == 1 else "These cells were"
    decide = "Correct again to put yours in its place, or discard yours."
    st.warning(
        words.text(f"{what} changed by somebody else before you saved. Not saved: {first_of(told, 6)}. {decide}"),
        icon=":material/edit_off:",
    )


def change(batch: Batch, picked: int, found: int) -> dict[str, Any] | None:
    """What is to stand in a column of the rows that are picked, or of `every` row that is found, so many each; None
    until somebody has said it. All of them are never meant unsaid."""
    told = {False: f"{words.many(picked, 'picked row')}", True: f"All {words.many(found)} that are found here"}
    every = bool(st.radio("Which rows", told, format_func=told.__getitem__, horizontal=True, key="change which"))
    column, instead, new = st.columns(3)
    header = column.selectbox("Column", batch.headers, index=None, placeholder="Choose a column", key="change column")
    was = instead.text_input("Instead of", key="change was", placeholder="(the whole cell)")
    text = new.text_input("Put", key="change to", placeholder="(nothing)")
    number = found if every else picked
    label = f"Change {words.many(number)} and check again" if number else "Pick rows in the table first"
    ready = header is not None and number > 0
    if st.button(label, type="primary", disabled=not ready, icon=":material/check:", key="change"):
        return {"header": header, "text": text, "instead_of": was or None, "every": every}
    return None


def to_take_away(
    numbers: Mapping[str, int], none: str, name: str, file: Callable[[Literal["csv", "xlsx"], str], bytes]
) -> None:
    """The rows that are not written to take away, by outcome, or why there are none; `file(format, outcome)` makes
    them."""
    st.markdown("**1 Download the rows that are not written**")
    if not numbers:
        st.caption(none)
    for outcome, number in numbers.items():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"{SIGNS[outcome]} {outcome} **{number:,}**", width=120)
            formats: tuple[Literal["csv", "xlsx"], ...] = ("csv", "xlsx")
            for file_format in formats:
                st.download_button(
                    file_format.upper(),
                    partial(file, file_format, outcome),
                    f"{outcome}-{name}.{file_format}",
                    key=f"{outcome} {file_format}",
                    on_click="ignore",
                    icon=":material/download:",
                )


def corrected(number: int, refused: str | None, stayed: str) -> tuple[UploadedFile | None, bool, bool]:
    """The corrected file, once somebody sends it; whether its cells count where they were corrected here too, and
    whether all of them do. An uploader of another number is empty. `refused` is why the file was not taken before,
    `stayed` which cells of the last file were not."""
    if stayed:
        st.info(
            words.text(f"{stayed} To have the file's there too, upload it again and let all its cells count."),
            icon=":material/info:",
        )
    file = st.file_uploader(
        "The downloaded file, corrected",
        type=["csv", "xlsx"],
        key=f"corrected {number}",
        help="Keep its columns `line` and `import` as they are: they say which row of which import each one is. Rows "
        "may be left out.",
    )
    if file is None:
        return None, False, False
    if refused is not None:
        st.error(words.text(refused), icon=":material/edit_off:")
    sent = st.button("Correct and check again", type="primary", icon=":material/check:")
    overwrites = refused is not None and st.button(
        "Put the file's cells in their place", icon=":material/edit_document:", key="overwrite"
    )
    every_cell = bool(stayed) and st.button(
        "Let all cells of the file count", icon=":material/edit_document:", key="every cell"
    )
    return (file if sent or overwrites or every_cell else None), overwrites, every_cell
