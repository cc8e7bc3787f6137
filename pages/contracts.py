"""Contracts and templates: what a file has to say, the saved mappings, and what to do when columns change."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from workbench import Workbench
from workbench.datasets.catalog import contract
from workbench.derived.csv_template import MARK, csv_template
from workbench.doors.web import address, formats, words
from workbench.doors.web.page import empty, page
from workbench.model.kinds import FORMS
from workbench.model.template import Mapping, Template

COLUMNS = ("Column", "Field")
VALUES = ("Field", "Text in the file", "Means")
CONSTANTS = ("Field", "Value in every row")
ABOUT = {
    "Columns": "Which field each column fills",
    "Values": "What the texts of a column mean",
    "Constants": "What stands in every row whose cell is blank",
}


def guides() -> None:
    """Each dataset's field guide, and a CSV file to fill in."""
    known = formats.known()
    name = address.choose("guide", "Dataset", list(known), next(iter(known)), formats.named)
    guide = formats.guide(known[name])
    with st.container(horizontal=True):
        quiet: dict[str, Any] = {"on_click": "ignore", "icon": ":material/download:"}
        told = "A header and example rows; it can be imported as it stands."
        st.download_button(
            "CSV template", MARK + csv_template(known[name]), f"{name}.csv", "text/csv", help=told, **quiet
        )
        st.download_button("Field guide", guide, f"{name}.md", "text/markdown", **quiet)
    st.html(_TABLE)
    with st.container(key="guide-text"):
        st.markdown(formats.shown(guide))


_TABLE = """<style>.st-key-guide-text table { display: block; overflow-x: auto }
.st-key-guide-text td { vertical-align: top; min-width: 5rem }
.st-key-guide-text td:nth-last-child(-n+2) { min-width: 9rem }
</style>"""
"""On a narrow screen a table is moved sideways, and no cell becomes a tower of words."""


def templates(wb: Workbench) -> None:
    """The saved mappings: looked at, changed, made global, retired."""
    st.caption("A template is a mapping that a person confirmed; an import that uses it need not ask again.")
    address.link("changes", "A source's columns have changed: what to do", icon=":material/published_with_changes:")
    known, titles = wb.templates.all(), formats.titles()
    if not known:
        empty("No template yet.", "Map a file's columns, and save that as one.", "upload", "Start an import")
    for one in known:
        scope = "for everybody" if one.is_global else "of this tenant"
        label = f"**{words.text(one.name)}** · {titles.get(one.dataset, one.dataset)} · {scope}"
        asked = st.query_params.get("template") == one.id
        box = st.expander(label, asked, icon=":material/table_rows:", on_change="rerun", key=f"open {one.id}")
        if box.open:
            with box:
                template(wb, one)


def template(wb: Workbench, one: Template) -> None:
    """One template, open to be changed."""
    if one.description:
        st.caption(words.text(one.description))
    if not one.is_own:
        st.caption("Another tenant keeps it for everybody, and alone can change it.")
    if one.unusable:
        st.warning(f"This version cannot use it. {words.text(one.unusable)}", icon=":material/block:")
    else:
        change(wb, one)
    with st.container(horizontal=True):
        if (
            one.is_own
            and not one.is_global
            and st.button(
                "Make global", key=f"share {one.id}", icon=":material/public:", help="Every tenant can use it then."
            )
        ):
            wb.templates.share(one.id)
            st.rerun()
        if one.is_own:
            with st.popover("Retire", icon=":material/archive:"):
                st.markdown("No import is offered it any more. Those that used it stay as they are.")
                if st.button("Retire it", key=f"retire {one.id}", type="primary"):
                    wb.templates.retire(one.id)
                    st.rerun()


def change(wb: Workbench, one: Template) -> None:
    """A form with what a template says."""
    said = one.mapping
    if said.forms:
        written = (f"{name} {FORMS[form]}" for name, form in said.forms.items())
        st.caption(f"Columns are written: {words.text(', '.join(written))}.")
    columns = [*said.columns.items(), *((header, "") for header in said.left_out)]
    values = [(name, text, means) for name, texts in said.value_maps.items() for text, means in texts.items()]
    with st.form(f"form {one.id}", border=False):
        name = st.text_input("Name", one.name, key=f"name {one.id}", disabled=not one.is_own)
        edited = Mapping.from_dict(
            {
                **said.to_dict(),
                **sorted_out(table(one, "Columns", COLUMNS, columns)),
                "value_maps": nested(table(one, "Values", VALUES, values)),
                "constants": {
                    field: value for field, value in table(one, "Constants", CONSTANTS, list(said.constants.items()))
                },
            }
        )
        if st.form_submit_button("Save", type="primary", icon=":material/save:", disabled=not one.is_own):
            if name.strip() != one.name:
                wb.templates.rename(one.id, name)
            wb.templates.update(one.id, edited)
            st.rerun()


def table(one: Template, title: str, names: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """One part of a template as a table to edit; its rows as they are now, without blank ones."""
    fields = ["", *(field.name for field in contract(one.dataset).fields)]
    st.caption(ABOUT[title])
    edited = st.data_editor(
        pd.DataFrame(rows, columns=list(names), dtype="string"),
        placeholder="left out" if title == "Columns" else "",
        column_config={"Field": st.column_config.SelectboxColumn(options=fields)},
        num_rows="dynamic",
        disabled=not one.is_own,
        hide_index=True,
        key=f"{title} {one.id}",
    )
    return [tuple(row) for row in edited.astype("string").fillna("").itertuples(index=False) if row[0]]


def sorted_out(rows: list[tuple[str, ...]]) -> dict[str, Any]:
    """A template's columns: those that fill a field, and those that a person left out."""
    return {"columns": {h: f for h, f in rows if f}, "left_out": [h for h, f in rows if not f]}


def nested(rows: list[tuple[str, ...]]) -> dict[str, dict[str, str]]:
    """A template's value maps, by field."""
    fields = dict.fromkeys(name for name, _, _ in rows)
    return {field: {text: means for name, text, means in rows if name == field} for field in fields}


with page(
    "Contracts and templates", "What a file has to say to be imported, and the mappings that people saved."
) as wb:
    guide, saved = st.tabs(["Field guides", "Templates"], key="view", bind="query-params")
    if guide.open:
        with guide:
            guides()
    if saved.open:
        with saved:
            templates(wb)
