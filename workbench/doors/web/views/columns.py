"""The columns of a file: which field each of them fills, what stands in every row, and what its texts mean."""

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd
import streamlit as st

from workbench.doors.web import words
from workbench.model.contract import Contract, Field
from workbench.model.kinds import FORMS
from workbench.model.texts import takes_any_text
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
    by_hand: Mapping[str, str],
    *,
    key: str,
) -> dict[str, str]:
    """Header -> field, "" for a column that is left out: as suggested or chosen before, and then as a person says."""
    frame = pd.DataFrame(
        {
            "column": [given.header for given in suggested],
            "field": [by_hand.get(given.header, given.field or "") or LEFT_OUT for given in suggested],
            "score": [given.score if given.field else None for given in suggested],
            "samples": [" · ".join(column.samples) for column in columns],
            "fill": [column.fill for column in columns],
            "reason": [given.reason for given in suggested],
        }
    )
    edited = st.data_editor(
        frame,
        key=key,
        hide_index=True,
        disabled=["column", "samples", "fill", "score", "reason"],
        height=min(39 + 35 * len(frame), 640),
        column_config={
            "column": st.column_config.TextColumn("Column", pinned=True, width=130),
            "samples": st.column_config.TextColumn("Samples", width=180),
            "fill": st.column_config.ProgressColumn(
                "Filled", format="percent", min_value=0, max_value=1, width=90, help="Rows with something in it."
            ),
            "field": st.column_config.SelectboxColumn(
                "Fills the field",
                options=[LEFT_OUT, *(field.name for field in contract.importable)],
                format_func=lambda name: _named(contract, str(name)),
                required=True,
                width=130,
                help="Double-click to choose another. * is required.",
            ),
            "score": st.column_config.ProgressColumn(
                "Sure", format="percent", min_value=0, max_value=1, width=90, help="How sure the suggestion is."
            ),
            "reason": st.column_config.TextColumn("Why", width=220),
        },
    )
    return dict(zip(edited["column"], edited["field"].replace(LEFT_OUT, ""), strict=True))


def without(header: str, name: str, *, key: str) -> bool:
    """Whether a person goes on without a column that the template has."""
    return st.checkbox(words.text(f"Go on without {header}, which filled {name} and is in the file no more"), key=key)


def _named(contract: Contract, name: str) -> str:
    if name == LEFT_OUT:
        return name
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
        f"How {column.header} is written",
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


def meanings(field: Field, texts: Sequence[ChoiceText], means: Mapping[str, str], *, key: str) -> dict[str, str]:
    """What the texts of a field mean that are none of its choices: one of them, BLANK or INVALID."""
    st.subheader(f"What the values of {field.name} mean", anchor=False)
    st.caption("These texts are none of its choices. Say what they mean; what has no meaning makes its rows invalid.")
    return _said_of(texts, means, [*field.choices, BLANK, INVALID], key)


def answers(field: Field) -> tuple[str, ...]:
    """What a text that reads as no value may be said to mean in a field."""
    return (BLANK, AS_IT_STANDS, UNSAID) if takes_any_text(field) else (BLANK, UNSAID)


def null_texts(
    field: Field, texts: Sequence[NullText], means: Mapping[str, str], *, of_form: bool, key: str
) -> dict[str, str]:
    """What the texts of a field mean that read as no value: BLANK, AS_IT_STANDS or UNSAID. A field `of_form` is one
    whose rows a playbook's parts judge, and not every part takes it."""
    st.subheader(f"Is there a value of {field.name}?", anchor=False)
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
    return _said_of(texts, means, answers(field), key)


def _said_of(
    texts: Sequence[ChoiceText | NullText], means: Mapping[str, str], options: Sequence[str], key: str
) -> dict[str, str]:
    """What each of the texts means, one of the options, those given to begin with."""
    frame = pd.DataFrame(
        {
            "text": [text.text for text in texts],
            "rows": [text.rows for text in texts],
            "means": [means[text.text] for text in texts],
        }
    )
    edited = st.data_editor(
        frame,
        key=key,
        hide_index=True,
        disabled=["text", "rows"],
        column_config={
            "text": st.column_config.TextColumn("In the file", width="medium"),
            "rows": st.column_config.NumberColumn("Rows", format="localized"),
            "means": st.column_config.SelectboxColumn("Means", options=options, required=True, width="medium"),
        },
    )
    return dict(zip(edited["text"], edited["means"], strict=True))


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
