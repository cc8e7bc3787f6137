"""The saved mappings, and what a file to fill in looks like: chosen, compared, saved and taken away."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
import streamlit as st

from workbench.doors.web import address, formats, words
from workbench.model.contract import Contract
from workbench.model.template import Template


def choice(saved: Mapping[str, Template], said: str | None) -> str | None:
    """The template to begin with, or that it is none; None where nobody has said it."""
    options = [*saved, address.NO_TEMPLATE]
    return st.selectbox(
        "Template",
        options,
        index=options.index(said) if said is not None and said in options else None,
        format_func=lambda identifier: saved[identifier].name if identifier in saved else _NONE,
        placeholder=_NONE,
        help="A mapping that somebody saved. Using it needs no second look, unless the file has changed.",
    )


_NONE = "None: fields are suggested by the headers and the values"


def has_changed(
    told: str, renamed: Mapping[str, str], here: Mapping[str, object], *, source: str | None, dataset: str
) -> None:
    """A file's columns are not those of its template, and where to read what to do; of those that its recipe knows by
    another name, as it seems (`renamed`: that name -> the file's), where that is said of the file that is `here`."""
    st.warning(f"The columns are not those of the template ({words.text(told)}).", icon=":material/difference:")
    for was, now in renamed.items():
        sentence = f"{was}, which cleaning steps need, is not in this file, and {now} looks like it."
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(words.text(sentence), width="content")
            label = f"Say at Clean that {words.label(now)} is {words.label(was)}"
            address.link("clean", label, icon=":material/cleaning_services:", **{**here, "dataset": dataset})
    address.link("changes", "What to do when columns change", source=source)


def save(name: str, *, everybody: bool, more: Sequence[str] = ()) -> tuple[str, bool] | None:
    """A name to keep a mapping under, and whether for every tenant; None until somebody saves it. `more` is told of
    what is kept with it."""
    with st.popover("Save as template", icon=":material/bookmark_add:"):
        name = st.text_input("Name", name).strip()
        everybody = st.checkbox("For every tenant", everybody)
        for told in more:
            st.caption(words.text(told))
        return (name, everybody) if st.button("Save", disabled=not name) else None


def differences(change: Mapping[str, Sequence[str]] | None, template: Template) -> None:
    """What is missing, and what is new; None where nothing is."""
    if change is None:
        st.markdown(f"Every column is known to the template {words.text(template.name)}.")
        return
    rows = [("missing", header) for header in change["missing"]] + [("new", header) for header in change["new"]]
    st.dataframe(pd.DataFrame(rows, columns=["What", "Column"]), hide_index=True, height="content", key="change")


def to_take_away(contract: Contract, csv: str, guide: str) -> None:
    """A CSV file to fill in, and the field guide."""
    with st.container(horizontal=True):
        st.download_button(
            "CSV template",
            csv,
            f"{contract.dataset}-template.csv",
            "text/csv",
            on_click="ignore",
            icon=":material/download:",
            help="A file to fill in, with example rows that import as they stand.",
        )
        st.download_button(
            "Field guide",
            guide,
            f"{contract.dataset}-field-guide.md",
            "text/markdown",
            on_click="ignore",
            icon=":material/menu_book:",
            help="What each column means, what it may hold, and its other names.",
        )
        with st.popover("Read it here", type="tertiary"):
            st.markdown(formats.shown(guide))


def passed_over(name: str, number: int, of: int, *, own: bool, take: Callable[[], None]) -> None:
    """That `number` of the `of` steps of a template are not done, `own` where the file has steps of its own, with a
    button that takes the template's instead."""
    some = "The" if number == of else f"{number} of the"
    steps = f"{some} {words.many(of, 'step')} of the template {name} {'is' if number == 1 else 'are'} not done"
    why = ": this file has steps of its own" if own else ""
    with st.container(horizontal=True, vertical_alignment="center", key="passed over"):
        st.warning(words.text(f"{steps}{why}."), icon=":material/bookmark:")
        st.button("Take the template's steps instead" if own else "Do the template's steps", on_click=take)


def lacks(name: str, number: int, *, instead: bool, save: Callable[[], None]) -> None:
    """That `number` steps which clean this file are not in its template, with a button that saves them into it,
    `instead` of steps that are in it and are not done."""
    steps = f"{words.many(number, 'step')} of this file's recipe {'is' if number == 1 else 'are'}"
    told = f"{steps} not in the template {name}: next month's file would be cleaned without {_them(number)}."
    with st.container(horizontal=True, vertical_alignment="center", key="lacks steps"):
        st.warning(words.text(told), icon=":material/bookmark_add:")
        into = "Save this recipe in place of the template's" if instead else f"Save {_them(number)} into the template"
        st.button(into, on_click=save, key="save steps")


def _them(number: int) -> str:
    return "it" if number == 1 else "them"
