"""Map: which column fills which field, confirmed by a person before anything is read in."""

from collections.abc import Mapping as Pairs
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from workbench import Workbench
from workbench.datasets import catalog
from workbench.doors import jobs
from workbench.doors.web import ui, uploads
from workbench.model.contract import Contract, Field, FromWindow
from workbench.model.template import Mapping, Template
from workbench.prepare import columns
from workbench.prepare.mapping import lacking, open_points, suggest

LEFT_OUT = "(not imported)"
BLANK = "(nothing: as a blank cell)"
INVALID = "(no value: invalid)"
BY_HAND = ("fields", "meanings", "same", "mode", "window", "notes", "clears")
"""The parts of the address with what a person chose otherwise than it was suggested."""
MODES = {
    "upsert": "create new records, update known ones",
    "insert": "only create new records",
    "update": "only update known records",
    "replace": "as upsert, and delete the records of the same scope that the file does not name",
    "preserve": "as upsert, and switch off the records of the same scope that the file does not name",
}


def which_dataset(source: ui.Source) -> Contract:
    """The dataset of the address, or the one that was recognised; else a person says it, or the page ends there."""
    known = {contract.name: contract for contract in catalog.contracts()}
    if source.dataset is None:
        st.markdown(f"**{ui.text(source.sheet.name)}** has the headers of no dataset that is known here.")
        name = st.selectbox("What is a row of it?", known, index=None, format_func=lambda name: known[name].title)
        if name is not None:
            st.query_params["dataset"] = name
            forget()
            st.rerun()
        st.stop()
    contract = known[source.dataset]
    st.markdown(f"**{ui.text(source.sheet.name)}** → **{contract.title}** (`{contract.name}`)")
    return contract


def which_template(wb: Workbench, source: ui.Source, contract: Contract) -> Template | None:
    """The saved mapping to begin with: a template, or that of the import whose file this is."""
    if source.batch is not None:
        st.info("So this file was mapped. Change it to import the file again, as a new import.", icon=":material/redo:")
        mapping = Mapping.from_dict(source.batch.mapping)
        return Template(
            id="", name=f"import of {ui.when(source.batch.created_at)}", dataset=contract.name, mapping=mapping
        )
    saved = {template.id: template for template in wb.templates.all(contract.name)}
    if not saved:
        return None
    said = st.query_params.get("template")
    chosen = st.selectbox(
        "Template",
        saved,
        index=list(saved).index(said) if said in saved else None,
        format_func=lambda identifier: saved[identifier].name,
        placeholder="None: fields are suggested by the headers and the values",
        help="A mapping that somebody saved. Using it needs no second look, unless the file has changed.",
    )
    if chosen != said:
        forget()
        st.query_params.pop("template", None)
        st.query_params.update({"template": chosen} if chosen else {})
    if chosen and (change := wb.sources.header_change(source.sheet, contract.name, chosen)):
        parts = {"gone": change["missing"], "new": change["new"]}
        told = "; ".join(f"{what}: {', '.join(headers)}" for what, headers in parts.items() if headers)
        st.warning(f"The columns are not those of the template ({ui.text(told)}).", icon=":material/difference:")
        known = (one["dataset"] for one in wb.sources.all() if str(one["template_id"]) == chosen)
        ui.link("changes", "What to do when columns change", source=next(known, None))
    return saved[chosen] if chosen else None


@st.cache_data(max_entries=20, show_spinner="Reading every row ...", hash_funcs=ui.SAME_SHEET)
def looked_at(sheet: Any, dataset: str) -> tuple[columns.Column, ...]:
    """Samples and fill of every column."""
    return columns.columns(sheet, catalog.contract(dataset))


def fields(source: ui.Source, contract: Contract, template: Template | None, key: str) -> tuple[dict[str, str], bool]:
    """Header -> field, "" for a column that is left out, as suggested and then as a person says; and whether a template
    says all of it."""
    suggested = suggest(source.sheet.headers, source.sheet.sample(), contract, template)
    possible = ["", *(field.name for field in contract.fields)]
    by_hand = {header: name for header, name in chosen_before("fields", f"fields {key}").items() if name in possible}
    columns = looked_at(source.sheet, contract.name)
    frame = pd.DataFrame(
        {
            "column": [given.header for given in suggested],
            "field": [by_hand.get(given.header, given.field) or LEFT_OUT for given in suggested],
            "score": [given.score if given.field else None for given in suggested],
            "samples": [" · ".join(column.samples) for column in columns],
            "fill": [column.fill for column in columns],
            "reason": [given.reason for given in suggested],
        }
    )
    edited = st.data_editor(
        frame,
        key=f"fields {key}",
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
                options=[LEFT_OUT, *(field.name for field in contract.fields)],
                format_func=lambda name: named(contract, name),
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
    said = dict(zip(edited["column"], edited["field"].replace(LEFT_OUT, ""), strict=True))
    chosen = {given.header: said[given.header] for given in suggested if said[given.header] != (given.field or "")}
    ui.put_in_address("fields", chosen)
    settled = all(given.method == "template" and said[given.header] == (given.field or "") for given in suggested)
    return said, settled


def chosen_before(part: str, widget: str) -> dict[str, Any]:
    """What the address said when a widget was first shown: one that changes while somebody edits it forgets the last
    edit."""
    if widget not in st.session_state:
        st.session_state[f"before {widget}"] = ui.in_address(part)
    known: dict[str, Any] = st.session_state[f"before {widget}"]
    return known


def forget() -> None:
    """What was chosen by hand was chosen for another dataset or template."""
    for part in BY_HAND:
        st.query_params.pop(part, None)
        st.session_state.pop(part, None)


def named(contract: Contract, name: str) -> str:
    """A field as the list shows it."""
    if name == LEFT_OUT:
        return name
    field = contract.field(name)
    return f"{name} *" if field.required or name in contract.key else name


def constants(contract: Contract, mapped: Pairs[str, str], template: Template | None, key: str) -> dict[str, str]:
    """One value for every row: of the required fields without a column, and of any other that a person picks."""
    unfilled = [field.name for field in lacking(contract, mapped.values()) if field.derive is None]
    saved = template.mapping.constants if template else {}
    possible = [field.name for field in contract.fields if field.name not in (*mapped.values(), *contract.key)]
    widget = f"same {key} {possible}"
    before = saved | {name: text for name, text in chosen_before("same", widget).items() if isinstance(text, str)}
    wanted = st.multiselect(
        "One value for every row",
        possible,
        default=[name for name in possible if before.get(name) or name in unfilled],
        key=widget,
        placeholder="Fields that stand in no column, but are the same in every row",
    )
    said = {name: constant(contract.field(name), before.get(name, ""), key) for name in wanted}
    chosen = {name: said.get(name, "") for name in possible if said.get(name, "") != saved.get(name, "")}
    ui.put_in_address("same", chosen)
    return {name: text for name, text in said.items() if text}


def constant(field: Field, saved: str, key: str) -> str:
    """The value of a field in every row."""
    label, key = f"{field.name} in every row", f"constant {field.name} {key}"
    if field.choices:
        choices = ["", *field.choices]
        return st.selectbox(label, choices, index=choices.index(saved) if saved in choices else 0, key=key)
    return st.text_input(label, saved, key=key, placeholder=f"e.g. {field.examples[0]}" if field.examples else None)


@st.cache_data(max_entries=50, show_spinner="Counting the values of choice fields ...", hash_funcs=ui.SAME_SHEET)
def unknown(sheet: Any, dataset: str, mapped: dict[str, str]) -> dict[str, tuple[Any, ...]]:
    """The texts that are no choice of their field."""
    return columns.choice_texts(sheet, catalog.contract(dataset), mapped)


def values(
    source: ui.Source, contract: Contract, mapped: dict[str, str], template: Template | None, key: str
) -> dict[str, dict[str, str]]:
    """What the texts mean that stand where a choice is expected, and are none."""
    found = unknown(source.sheet, contract.name, {header: name for header, name in mapped.items() if name})
    said = dict(template.mapping.value_maps) if template else {}
    chosen: dict[str, dict[str, str]] = {}
    for name, texts in found.items():
        possible, widget = [*contract.field(name).choices, BLANK, INVALID], f"values {name} {key}"
        saved = {text.lower(): meaning or BLANK for text, meaning in said.get(name, {}).items()}
        suggested = {text.text: saved.get(text.text.lower(), text.like or INVALID) for text in texts}
        before = chosen_before("meanings", widget).get(name)
        before = {text: means for text, means in before.items() if means in possible} if type(before) is dict else {}
        frame = pd.DataFrame(
            {
                "text": [text.text for text in texts],
                "rows": [text.rows for text in texts],
                "means": [before.get(text, means) for text, means in suggested.items()],
            }
        )
        st.subheader(f"What the values of {name} mean", anchor=False)
        st.caption(
            "These texts are none of its choices. Say what they mean; what has no meaning makes its rows invalid."
        )
        edited = st.data_editor(
            frame,
            key=widget,
            hide_index=True,
            disabled=["text", "rows"],
            column_config={
                "text": st.column_config.TextColumn("In the file", width="medium"),
                "rows": st.column_config.NumberColumn("Rows", format="localized"),
                "means": st.column_config.SelectboxColumn("Means", options=possible, required=True, width="medium"),
            },
        )
        meant = dict(zip(edited["text"], edited["means"], strict=True))
        chosen[name] = {text: means for text, means in meant.items() if means != suggested[text]}
        said[name] = said.get(name, {}) | {
            text: "" if meaning == BLANK else meaning for text, meaning in meant.items() if meaning != INVALID
        }
    ui.put_in_address("meanings", {name: texts for name, texts in chosen.items() if texts})
    return said


def which_mode(place: DeltaGenerator, contract: Contract) -> str:
    """How records are treated that are there already, or there no longer; a mode that is not the usual one stands in
    the address."""
    usual, said = contract.modes[0], st.query_params.get("mode", "")
    chosen: str = place.selectbox(
        "Mode",
        contract.modes,
        index=contract.modes.index(said) if said in contract.modes else 0,
        format_func=lambda mode: f"{mode}: {MODES[mode]}",
    )
    st.query_params.pop("mode", None)
    st.query_params.update({"mode": chosen} if chosen != usual else {})
    return chosen


def options(contract: Contract, template: Template | None, rows: int) -> dict[str, Any]:
    """What else there is to say of the import."""
    by_window = any(isinstance(field.derive, FromWindow) for field in contract.fields)
    mode, window = st.columns(2)
    said: dict[str, Any] = {
        "mode": which_mode(mode, contract),
        "window": window.text_input(
            "Academic year" if by_window else "Window",
            placeholder="2024-2025" if by_window else "Which time the file speaks of, for the import log",
            help="Stands in the import log" + (", and in every row whose year is blank." if by_window else "."),
            key="window",
            bind="query-params",
        ).strip()
        or None,
        "notes": st.text_input(
            "Notes for the import log", placeholder="What was decided, and why", key="notes", bind="query-params"
        ),
        "clears": st.multiselect(
            "Fields that a blank cell erases",
            [field.name for field in contract.stored if not field.required],
            default=list(template.mapping.clears) if template else [],
            placeholder="None: a blank cell keeps what is stored",
            key="clears",
            bind="query-params",
        ),
    }
    if not rows and contract.removal is not None:
        said["allow_empty"] = st.checkbox("The file is meant to be empty: nobody of its scope is left")
    return said


def save(wb: Workbench, contract: Contract, mapping: Mapping, template: Template | None) -> None:
    """Keeps the mapping for the next time."""
    with st.popover("Save as template", icon=":material/bookmark_add:"):
        name = st.text_input("Name", template.name if template and template.id else "")
        everybody = st.checkbox("For every tenant", template.is_global if template else False)
        if st.button("Save", disabled=not name.strip()):
            saved = wb.templates.save(name.strip(), contract.name, mapping, is_global=everybody)
            st.query_params["template"] = saved.id
            st.toast(f"Saved as {ui.text(saved.name)}")


def start(wb: Workbench, source: ui.Source, said: dict[str, str], mapping: Mapping, **others: Any) -> None:
    """Begins the import, leaves its reading to a worker, and goes where it can be watched."""
    batch = wb.begin(
        source.sheet,
        columns=said,
        value_maps=mapping.value_maps,
        constants=mapping.constants,
        source="page",
        **others,
    )
    jobs.defer(wb, "fill", batch)
    if "upload" in source.address:
        uploads.begun(wb.settings, source.address["upload"], batch)
    ui.go_to("validate", batch=batch.id)


with ui.page("Map", "Which column fills which field. Nothing is used that you have not confirmed.") as wb:
    source = ui.source(wb)
    ui.stepper("map", source.batch)
    contract = which_dataset(source)
    template = which_template(wb, source, contract)
    key = f"{source.address} {contract.name} {template.id if template else ''}"
    in_sight = st.container()
    said, settled = fields(source, contract, template, key)
    mapped = {header: name for header, name in said.items() if name}
    value_maps = values(source, contract, mapped, template, key)
    st.subheader("The import", anchor=False)
    given = constants(contract, mapped, template, key)
    others = options(contract, template, looked_at(source.sheet, contract.name)[0].rows)
    mapping = Mapping(
        columns=mapped,
        value_maps=value_maps,
        constants=given,
        clears=tuple(others["clears"]),
        left_out=tuple(header for header in said if not said[header]),
    )
    missing = open_points(contract, mapping, others["window"])
    for point in missing:
        in_sight.warning(ui.text(point), icon=":material/priority_high:")
    confirmed = settled or st.checkbox(
        f"I have looked at every line: {len(mapped)} of {len(said)} columns are imported, as said above.",
        key=f"confirmed {key} {hash(tuple(said.items()))}",
        help="What is suggested is never used before a person has said so. A template that was used says so for you.",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        label = "Import it again" if source.batch else "Start the import"
        ready = confirmed and not missing
        if st.button(label, type="primary", disabled=not ready, icon=":material/play_arrow:"):
            chosen = template.id if template and template.id else None
            start(wb, source, said, mapping, dataset=contract.name, template=chosen, **others)
        save(wb, contract, mapping, template)
        if not ready:
            st.caption("Rows are read and checked next; nothing is written yet. " + " ".join(map(ui.text, missing)))
