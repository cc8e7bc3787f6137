"""Map: which column fills which field, confirmed by a person before anything is read in."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from workbench import Workbench
from workbench.datasets import catalog
from workbench.doors import jobs
from workbench.doors.web import (
    address,
    batches,
    choices,
    formats,
    known_lines,
    several,
    sheets,
    template_steps,
    uploads,
    words,
)
from workbench.doors.web.correcting import correct
from workbench.doors.web.page import page
from workbench.doors.web.recipe_editor import RecipeEditor
from workbench.doors.web.rows_to_clean import NONE_LEFT
from workbench.doors.web.steps import stepper
from workbench.doors.web.views import columns, lines, templates, totals
from workbench.doors.web.views.limits import limits
from workbench.doors.web.views.options import options
from workbench.model.batch import Batch
from workbench.model.contract import Contract
from workbench.model.errors import NoRows, WorkbenchError
from workbench.model.known_lines import KnownLines
from workbench.model.recipe import steps_in_words
from workbench.model.template import Mapping, Template
from workbench.model.wording import first_of
from workbench.prepare import recognition
from workbench.prepare.header_change import in_words
from workbench.prepare.mapping import open_points

OPEN = ("staged", "planned", "held")  # while what its texts mean may still be changed


def cleaned_by(source: sheets.Source) -> None:
    """By what the columns are cleaned before they are mapped, with the way there."""
    if source.recipe.steps:
        with st.container(horizontal=True, vertical_alignment="center"):
            by = f", those of the template {source.by_template}" if source.by_template else ""
            told = f"The columns are cleaned by a recipe of {steps_in_words(source.recipe)}{by}."
            st.caption(words.text(told), width="content")
            address.link("clean", "See them", icon=":material/cleaning_services:", **source.address)


def which_dataset(source: sheets.Source) -> Contract:
    """The dataset of the address, or the one that was recognised; else a person says it, or the page ends there."""
    known = formats.known()
    if source.dataset is None:
        st.markdown(f"**{words.text(source.sheet.name)}** has the headers of no dataset that is known here.")
        name = st.selectbox("What is a row of it?", known, index=None, format_func=lambda name: known[name].title)
        if name is not None:
            st.query_params["dataset"] = name
            choices.forget()
            st.rerun()
        st.stop()
    contract = known[source.dataset]
    st.markdown(f"**{words.text(source.sheet.name)}** → **{contract.title}** (`{contract.name}`)")
    if contract.name in catalog.FORMS:
        st.caption(f"Each row becomes {formats.becomes(contract.name)}, as far as it says something of them.")
    return contract


def which_template(wb: Workbench, source: sheets.Source, contract: Contract) -> tuple[Template | None, tuple[str, ...]]:
    """The saved mapping to begin with, a template or that of the import whose file this is; and the headers of the
    template that the file has no more."""
    if source.batch is not None:
        told = "So this file was mapped. Change it to import the file again, as a new import."
        is_open = source.batch.stage in OPEN and contract.name not in catalog.FORMS
        more = " What is not written yet is changed in this import as well."
        if source.batch.multiplies:
            more = " Which field a column fills is not changed in this one: its recipe makes several rows of one."
        st.info(told + more if is_open else told, icon=":material/redo:")
        name = f"import of {words.here(source.batch.created_at)}"
        before = Mapping.from_dict(source.batch.mapping)
        return Template(id="", name=name, dataset=contract.name, mapping=before), ()
    saved = {template.id: template for template in wb.templates.all(contract.name) if not template.unusable}
    if not saved:
        return None, ()
    said = st.query_params.get("template")
    may = [one for one in saved.values() if not sheets.unread(one, source.raw)]
    fitting = recognition.template_of(source.sheet, may)
    chosen = templates.choice(saved, said or (fitting.id if fitting is not None else None))
    template = saved.get(chosen) if chosen else None
    if chosen != said:
        choices.forget()
        address.put_word("template", chosen)
        if template.mapping.recipe if template is not None else source.recipe:
            st.rerun()  # the columns are those that its recipe leaves
    change = wb.sources.header_change(source.sheet, contract.name, template.id) if template is not None else None
    if change is not None:
        known = (one["dataset"] for one in wb.sources.all() if template and str(one["template_id"]) == template.id)
        renamed, here = change.get("renamed", {}), {**source.address, "template": chosen}
        templates.has_changed(in_words(change), renamed, here, source=next(known, None), dataset=contract.name)
    return template, tuple(change["missing"]) if change is not None else ()


def about(contract: Contract, template: Template | None, rows: int) -> dict[str, Any]:
    """What else there is to say of the import; a mode that is not the usual one stands in the address."""
    usual, asked = contract.modes[0], st.query_params.get("mode")
    clears, lenient = (template.mapping.clears, template.mapping.lenient) if template else ((), ())
    ruled = template.mapping.on_edit if template else None
    said = options(contract, asked if asked in contract.modes else usual, clears, lenient, ruled or contract.on_edit)
    if ruled is None and said["on_edit"] == contract.on_edit:
        said["on_edit"] = None  # nobody has chosen anything
    said["limits"] = limits(contract, template.mapping.limits if template else {})
    said["expected"] = totals.expected(contract)
    address.put_word("mode", said["mode"] if said["mode"] != usual else None)
    if not rows and contract.removal is not None:
        said["allow_empty"] = st.checkbox("The file is meant to be empty: nobody of its scope is left")
    return said


def start(wb: Workbench, source: sheets.Source, said: dict[str, str], mapping: Mapping, **others: Any) -> None:
    """Begins the import, leaves its reading to a worker, and goes where it can be watched."""
    parts: dict[str, Any] = {"columns": said, "value_maps": mapping.value_maps, "constants": mapping.constants}
    batch = wb.begin(**source.to_import, **parts, source="page", **others)
    jobs.defer(wb, "fill", batch)
    if "upload" in source.address:
        upload = source.address["upload"]
        goes_on = several.left(wb, upload, but=[source.raw.reading.sheet or source.raw.name])
        uploads.begun(wb.settings, upload, batch, goes_on=goes_on)
    address.go_to("validate", batch=batch.id)


def put_right(wb: Workbench, batch: Batch, value_maps: dict[str, dict[str, str]]) -> None:
    """Puts what texts mean otherwise right in an import that is not written yet, and has it planned again."""
    mapping = Mapping.from_dict(batch.mapping)
    means = choices.changed(value_maps, mapping)
    if batch.stage not in OPEN or not means:
        return
    remember = columns.changed(means, remembers=batch.template_id is not None)
    if remember is None:
        return
    corrected = correct(wb, batch, "mean", value_maps=means, remember=remember)
    if corrected is not None and corrected.revision == batch.revision:
        st.info("No row says so any more: they were put right before. Validate takes the last correction back.")
        return
    seen_again(batch)


def map_anew(
    wb: Workbench,
    batch: Batch,
    said: dict[str, str],
    value_maps: dict[str, dict[str, str]],
    forms: dict[str, str],
    doubts: Sequence[str],
) -> bool:
    """Offers to let the columns of an import that is not written yet fill the fields that are said now, with what texts
    mean there and how they are written, and has it planned again, once nothing speaks against it; whether any column
    fills another field than in the import."""
    mapping = Mapping.from_dict(batch.mapping)
    before = mapping.columns
    others = {header: name for header, name in said.items() if name != before.get(header, "")}
    if batch.stage not in OPEN or batch.dataset in catalog.FORMS or batch.multiplies or not others:
        return False
    wanted = replace(mapping, columns={header: name for header, name in said.items() if name})
    against = (*open_points(catalog.contract(batch.dataset), wanted, batch.window, batch.mode), *doubts)
    if columns.mapped_anew([(header, before.get(header, ""), name) for header, name in others.items()], against):
        try:
            correct(wb, batch, "remap", columns=others, value_maps=value_maps, forms=forms)
        except WorkbenchError as refusal:
            st.error(words.text(refusal), icon=":material/block:")
        else:
            seen_again(batch)
    return True


def seen_again(batch: Batch) -> None:
    """Leaves for the validation of an import that is planned again; what was chosen by hand is in it now."""
    choices.forget()
    address.go_to("validate", batch=batch.id)


def no_rows(source: sheets.Source, rows: int) -> tuple[str, ...]:
    """That there is nothing to import, where the file has no rows or its recipe leaves none."""
    if rows:
        return ()
    return (NONE_LEFT if len(source.raw.sample(1)) else str(NoRows(source=source.raw.name)),)


def keep(wb: Workbench, contract: Contract, mapping: Mapping, template: Template | None, source: sheets.Source) -> None:
    """Keeps the mapping for the next time, when somebody gives it a name, with what was said of the file's lines."""
    known = template if template and template.id else None
    mapping = replace(mapping, lines=known_lines_of(source, template))
    told = ["What was said of the file's lines is kept with it."] if mapping.lines is not None else []
    if forgotten := known_lines.forgotten(source.raw):
        which = first_of([*map(str, forgotten)], 5)
        told.append(f"Left out of this file alone, for records stand around it: line {which}.")
    said = templates.save(known.name if known else "", everybody=bool(template and template.is_global), more=told)
    if said is not None:
        name, everybody = said
        saved = wb.templates.save(name, contract.name, mapping, is_global=everybody)
        st.query_params["template"] = saved.id
        st.toast(f"Saved as {words.text(saved.name)}")


def known_lines_of(source: sheets.Source, template: Template | None) -> KnownLines | None:
    """What a template keeps of the file's lines: what it knew, where nobody has said otherwise."""
    recalled = source.recalled
    if template is not None and recalled is not None and recalled.template.id == template.id and recalled.counts:
        return template.mapping.lines
    return known_lines.of_sheet(source.raw)


with page("Map", "Which column fills which field. Nothing is used that you have not confirmed.") as wb:
    source = sheets.source(wb)
    stepper("map", source.batch)
    batches.again(wb, source.batch)
    lines.recalled(source.recalled)
    cleaned_by(source)
    contract = which_dataset(source)
    template, missed = which_template(wb, source, contract)
    if template is not None and source.batch is None:
        template_steps.passed_over(RecipeEditor.of(wb.settings, source), template)
        template_steps.lacking(template, source.recipe)
    key = f"{source.address} {contract.name} {template.id if template else ''}"
    in_sight = st.container()
    said, settled = choices.fields(source, contract, template, key)
    mapped = {header: name for header, name in said.items() if name}
    value_maps, guessed = choices.meanings(source, contract, mapped, template, key)
    in_this_one = st.container()
    forms, forms_to_say, doubts = choices.forms(source, contract, mapped, template, key)
    with in_this_one:
        if source.batch is not None and not map_anew(wb, source.batch, said, value_maps, forms_to_say, doubts):
            put_right(wb, source.batch, value_maps)
    repairs = choices.repairs(source, contract, mapped, template, key)
    st.header("The import", anchor=False)
    given = choices.constants(contract, mapped, template, key)
    rows = sheets.looked_at(source.sheet, contract.name)[0].rows
    others = about(contract, template, rows)
    strange = sheets.strangers(source.sheet, contract.name, mapped, value_maps)
    gone, doubts_of_gone = choices.without(missed, template, (*mapped.values(), *given), key)
    mapping = Mapping(
        columns=mapped,
        value_maps=value_maps,
        constants=given,
        clears=tuple(others["clears"]),
        lenient=tuple(others["lenient"]),
        repairs=repairs,
        left_out=tuple(header for header in said if not said[header]),
        forms=forms,
        on_conflict=template.mapping.on_conflict if template else None,
        holds=template.mapping.holds if template else (),
        limits=others["limits"],
        on_edit=others["on_edit"],
        confirmed=tuple(one.header for one in strange),
        recipe=source.recipe if source.recipe.steps else None,
    )
    missing = (
        *no_rows(source, rows),
        *open_points(contract, mapping, others["window"], others["mode"]),
        *doubts,
        *doubts_of_gone,
    )
    for one in strange:
        in_sight.warning(words.text(f"{one.said}. Is that meant?"), icon=":material/swap_horiz:")
    for point in missing:
        in_sight.warning(words.text(point), icon=":material/priority_high:")
    known = template.mapping.confirmed if template else ()
    confirmed = (settled and not guessed and set(known).issuperset(mapping.confirmed)) or st.checkbox(
        f"I have looked at every line: {len(mapped)} of {len(said)} columns are imported, as said above.",
        key=f"confirmed {key} {hash(tuple(said.items()))}",
        help="What is suggested is never used before a person has said so. A template that was used says so for you.",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        label = "Import it again" if source.batch else "Start the import"
        ready = confirmed and not missing
        if st.button(label, type="primary", disabled=not ready, icon=":material/play_arrow:"):
            chosen = template.id if template and template.id else None
            said_of_it = {"forms": forms_to_say, "repairs": repairs}
            start(wb, source, said | gone, mapping, dataset=contract.name, template=chosen, **said_of_it, **others)
        keep(wb, contract, mapping, template, source)
        if not ready:
            st.caption("Rows are read and checked next; nothing is written yet. " + " ".join(map(words.text, missing)))
