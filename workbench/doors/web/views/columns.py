"""The columns of a file: which field each of them fills, what stands in every row, and what its texts mean."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from workbench.doors.web import words
from workbench.model.contract import Contract, Field
from workbench.model.kinds import FORMS
from workbench.model.texts import may_mean_itself, takes_any_text
from workbench.model.wording import cut
from workbench.prepare.columns import ChoiceText, Column, Misread, NullText
from workbench.prepare.forms import ColumnForm, shown
from workbench.prepare.mapping import Suggestion

LEFT_OUT = "(not imported)"
BLANK = "(nothing: as a blank cell)"
INVALID = "(no value: invalid)"
AS_IT_STANDS = "(as it stands: it is meant)"
UNSAID = "(not said: told of every row)"


def fields(
    contract: Contract,
    suggested: Sequence[Suggestion],
    columns: Sequence[Column],
    before: Mapping[str, str],
    why: Callable[[Suggestion, str], Suggestion],
    *,
    key: str,
) -> dict[str, str]:
    """Header -> field, "" for a column that is left out: as suggested or chosen `before`, and then as a person says.
    `why` tells of a column and the field that is chosen for it how well it fits."""
    st.caption(
        "A line for each column: what stands in it, the field that it fills, and why. * is required. "
        "On the keyboard, Tab goes to the next line, and the arrow keys and Enter choose."
    )
    said = {given.header: before.get(given.header, given.field or "") for given in suggested}
    options = ["", *(field.name for field in contract.importable)]
    for given, column in list(zip(suggested, columns, strict=True))[turned_to(len(suggested), "Columns", key)]:
        line = _line(
            given.header,
            _stands(column),
            label=_aloud(f"Field of {given.header}"),
            options=options,
            named=partial(_named, contract),
            before=said[given.header],
            key=f"{key} {given.header}",
        )
        said[given.header] = line.said
        line.tell(why(given, line.said))
    return said


_LONGEST = 80
"""So many letters of a header are shown in its line; all of it is told to whoever points at it."""
_LINES = 50
"""So many lines stand on a page at once."""


def turned_to(number: int, what: str, key: str) -> slice:
    """Which of so many lines are shown: all, or of very many those that a person turns to."""
    if number <= _LINES:
        return slice(None)
    first = st.selectbox(
        f"{what} that are shown",
        range(0, number, _LINES),
        format_func=lambda start: f"{start + 1:,} to {min(start + _LINES, number):,} of {number:,}",
        key=f"shown {key}",
    )
    return slice(first, first + _LINES)


@dataclass(frozen=True, kw_only=True)
class _Line:
    """A line with a drop-down: what a person says in it, and the place beside it for the reason."""

    said: str
    beside: DeltaGenerator

    def tell(self, given: Suggestion) -> None:
        """Says why, and how sure that is."""
        by_hand = given.method == "manual"
        badge = f":{'blue' if by_hand else 'green' if given.sure else 'orange'}-badge[{given.score:.0%}] "
        self.beside.caption((badge if given.field else "") + words.text(given.reason))


def _line(
    title: str,
    told: str,
    *,
    label: str,
    options: Sequence[str],
    named: Callable[[str], str],
    before: str,
    key: str,
) -> _Line:
    """A line of a title with what is told of it, and a drop-down that first says what was said before."""
    about, choice, why = st.columns((5, 4, 5), vertical_alignment="center")
    whole = words.text(title) if len(title) > _LONGEST else None
    about.markdown(f"**{words.unlinked(cut(title, _LONGEST))}**  \n:small[{told}]", help=whole)
    st.session_state.setdefault(key, before)
    said = choice.selectbox(label, options, format_func=named, key=key, label_visibility="collapsed")
    return _Line(said=said, beside=why)


def _aloud(label: str) -> str:
    """A label that is read aloud and not shown, with the marks of usual headers as they are: student_email."""
    shown = words.text(label)
    for mark in "_-.#@&()":
        shown = shown.replace(f"\\{mark}", mark)
    return shown


def _stands(column: Column) -> str:
    """What stands in a column, and in how many rows."""
    samples = words.unlinked(" · ".join(column.samples))
    filled = (
        "no rows" if not column.rows else "blank in every row" if not column.filled else f"{column.fill:.0%} filled"
    )
    return f"{samples} ({filled})" if samples else filled


def without(header: str, name: str, *, key: str) -> bool:
    """Whether a person goes on without a column that the template has."""
    return st.checkbox(words.text(f"Go on without {header}, which filled {name} and is in the file no more"), key=key)


def _named(contract: Contract, name: str) -> str:
    if not name:
        return LEFT_OUT
    field = contract.field(name)
    return f"{name} *" if contract.requires(field) else name


def new_ones(shown: Iterable[tuple[str, str, str, str]], fields: Iterable[str]) -> dict[str, str]:
    """Which field each new column fills ("" for none); of each is shown: header, field, instead of what, why."""
    edited = st.data_editor(
        pd.DataFrame(shown, columns=["New column", "Field", "Instead of", "Why"]),
        column_config={"Field": st.column_config.SelectboxColumn(options=["", *fields])},
        disabled=["New column", "Instead of", "Why"],
        placeholder="left out",
        hide_index=True,
        key="columns",
    )
    return dict(zip(edited["New column"], edited["Field"].fillna(""), strict=True))


def constants(
    fields: Sequence[Field], wanted: Sequence[str], before: Mapping[str, str], *, key: str, widget: str
) -> dict[str, str]:
    """One value for every row, of the wanted fields and of those that a person picks."""
    known = {field.name: field for field in fields}
    picked = st.multiselect(
        "One value for every row",
        list(known),
        default=wanted,
        key=widget,
        placeholder="Fields that stand in no column, but are the same in every row",
    )
    return {name: _constant(known[name], before.get(name, ""), key) for name in picked}


def _constant(field: Field, saved: str, key: str) -> str:
    label, key = f"{field.name} in every row", f"constant {field.name} {key}"
    if field.choices:
        choices = ["", *field.choices]
        return st.selectbox(label, choices, index=choices.index(saved) if saved in choices else 0, key=key)
    return st.text_input(label, saved, key=key, placeholder=f"e.g. {field.examples[0]}" if field.examples else None)


def form(column: ColumnForm, known: Sequence[str], chosen: str | None, *, key: str) -> str | None:
    """The form that a column is written in, as its cells or a person say; None where nobody has said it."""
    said: str | None = st.selectbox(
        f"How {words.label(column.header)} is written",
        known,
        index=known.index(chosen) if chosen in known else None,
        format_func=lambda name: FORMS[name].capitalize() + _example(column, name),
        placeholder="Choose",
        key=key,
    )
    st.caption(words.text(column.question or column.said))
    return said


def _example(column: ColumnForm, name: str) -> str:
    """What the column's example means in that form."""
    cell = column.doubts[0] if column.doubts else column.proof
    return f": {cell.text} is {shown(cell.means[name])}" if cell is not None and name in cell.means else ""


Likely = tuple[str, str]
"""What a text is taken for, and why."""


def meanings(
    field: Field, texts: Sequence[ChoiceText], likely: Mapping[str, Likely], before: Mapping[str, str], *, key: str
) -> dict[str, str]:
    """What the texts of a field mean that are none of its choices: one of them, BLANK or INVALID."""
    st.header(f"What the values of {field.name} mean", anchor=False)
    st.caption("These texts are none of its choices. Say what they mean; what has no meaning makes its rows invalid.")
    return _said_of(texts, likely, before, [*field.choices, BLANK, INVALID], key)


def changed(means: Mapping[str, Mapping[str, str]], *, remembers: bool) -> bool | None:
    """Whether the template is to know it too, once a person has those texts put right in an import that is not written
    yet ({field: {text: meaning}}); None before."""
    told = "; ".join(
        f"{name}: {words.unlinked(text)} → {words.text(meaning or BLANK)}"
        for name, texts in means.items()
        for text, meaning in texts.items()
    )
    with st.container(border=True):
        st.markdown(f"These meanings are others than those of this import. {told}")
        st.caption("Its rows that say so are put right and planned again: no new import is needed.")
        remember = remembers and st.checkbox("Let the template know it for the next time", True)
        pressed = st.button("Put them right in this import", icon=":material/published_with_changes:")
    return remember if pressed else None


def mapped_anew(others: Sequence[tuple[str, str, str]], against: Sequence[str] = ()) -> bool:
    """Whether columns that fill other fields than in an import which is not written yet (header, field then, field now)
    are to fill them in it; not while anything speaks `against` it, a sentence each."""
    told = "; ".join(
        f"{words.unlinked(header)} → {words.text(now or LEFT_OUT)}, before {words.text(then or LEFT_OUT)}"
        for header, then, now in others
    )
    with st.container(border=True):
        st.markdown(f"These columns fill other fields than in this import. {told}")
        st.caption(
            words.text(f"Not yet: {' '.join(against)}")
            if against
            else "Every row is read again and planned again in this import: no new import is needed."
        )
        return st.button("Map them so in this import", icon=":material/published_with_changes:", disabled=bool(against))


def answers(field: Field) -> tuple[str, ...]:
    """What a text that reads as no value may be said to mean in a field."""
    return (BLANK, AS_IT_STANDS, UNSAID) if may_mean_itself(field) else (BLANK, UNSAID)


def null_texts(
    field: Field,
    texts: Sequence[NullText],
    likely: Mapping[str, Likely],
    before: Mapping[str, str],
    *,
    of_form: bool,
    key: str,
) -> dict[str, str]:
    """What the texts of a field mean that read as no value: BLANK, AS_IT_STANDS or UNSAID. A field `of_form` is one
    whose rows a playbook's parts judge, and not every part takes it."""
    st.header(f"Is there a value of {field.name}?", anchor=False)
    st.caption(
        "These texts read as no value. Say that they are none, or meant as they stand: somebody may be called Null. "
        + (
            "Of any other its rows are warned."
            if not _stops(field)
            else "A record that takes any other is invalid."
            if of_form
            else "Rows with any other are invalid."
        )
    )
    return _said_of(texts, likely, before, answers(field), key)


def _said_of(
    texts: Sequence[ChoiceText | NullText],
    likely: Mapping[str, Likely],
    before: Mapping[str, str],
    options: Sequence[str],
    key: str,
) -> dict[str, str]:
    """What each of the texts means, one of the options: what is likely or was said `before`, and then as a person
    says."""
    said = {text.text: before.get(text.text, likely[text.text][0]) for text in texts}
    for text in texts[turned_to(len(texts), "Texts", key)]:
        line = _line(
            text.text,
            words.many(text.rows),
            label=_aloud(f"Meaning of {text.text}"),
            options=options,
            named=str,
            before=said[text.text],
            key=f"{key} {text.text}",
        )
        said[text.text] = line.said
        means, why = likely[text.text]
        line.beside.caption(why if line.said == means else "you chose it")
    return said


def _stops(field: Field) -> bool:
    return field.required or not takes_any_text(field)


def repair(name: str, misread: Misread, before: bool, *, key: str) -> bool:
    """Whether the letters of a field are repaired."""
    cells = f"{misread.rows:,} {'cell' if misread.rows == 1 else 'cells'}"
    return st.toggle(
        f"Repair the letters of {name}: {words.text(misread.before)} becomes {words.text(misread.after)} ({cells})",
        before,
        key=f"{key} {name}",
        help="They were read in a wrong encoding before the file was made. What is not surely so stays as it is.",
    )


def new_values(shown: Iterable[tuple[str, str, int, str]], choices: Iterable[str]) -> list[str]:
    """What new texts mean, in their order ("" for nothing); of each is shown: field, text, rows, the likely one."""
    st.caption("These texts are no value of their field. Blank leaves them so, and their rows are invalid.")
    edited = st.data_editor(
        pd.DataFrame(shown, columns=["Field", "Text in the file", "Rows", "Means"]),
        column_config={"Means": st.column_config.SelectboxColumn(options=["", *choices])},
        disabled=["Field", "Text in the file", "Rows"],
        hide_index=True,
        key="values",
    )
    return list(edited["Means"].fillna(""))
