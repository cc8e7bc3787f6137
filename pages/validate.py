"""Validate: what is wrong with a batch's rows, put right here or in a file that comes back."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from shutil import copyfileobj
from tempfile import NamedTemporaryFile
from typing import Any

import pyarrow as pa
import streamlit as st

from workbench import Workbench, open_sheet
from workbench.doors import jobs
from workbench.doors.web import address, batches, correcting, grid, recipe_editor, runs, typed, words
from workbench.doors.web.page import page, person
from workbench.doors.web.steps import stepper
from workbench.doors.web.views import decisions, filters, issues, rows, table_address
from workbench.model.batch import Batch
from workbench.model.errors import ChangedMeanwhile, CorrectedSince
from workbench.model.noticed import Noticed
from workbench.model.person import same_person
from workbench.model.recipe import Condition
from workbench.model.row_query import Order, RowQuery
from workbench.model.stayed import Stayed
from workbench.model.template import Mapping as TemplateMapping
from workbench.prepare.cleaning import own_columns
from workbench.prepare.cleaning.verdicts import Filled, has

OPEN = ("staged", "planned", "held")  # while cells may still be corrected
SEEN = "seen revision"
"""Where the session keeps the revision of the batch that somebody has looked at before a click."""


def the_rows(wb: Workbench, batch: Batch, counts: list[dict[str, Any]]) -> None:
    """A page of the rows with issues, or of all that are searched for, their source cells open for correction."""
    chosen = issues.filters(batch, counts)
    text, cells, start = filters.asked(batch)
    sort, order = rows.ordered(batch) if start == 1 else (None, Order())
    query = RowQuery(**chosen, text=text, cell=cells, order=order)
    by_lines = sort is None
    above = st.container()  # which is always there: a grid that moves among what is drawn begins anew
    key = f"issues {batch.id} {query} {start}"
    shown = rows.page(
        lambda after, limit: wb.rows.page(batch, query, **{"after" if by_lines else "skip": after}, limit=limit),
        key=key,
        start=start - 1,
        by_lines=by_lines,
    )
    if text or cells:
        are_all = start == 1 and rows.are_all(shown, key=key)
        with above:
            filters.told(*fitting(wb, batch, query, len(shown) if are_all else None))
    if not shown:
        st.info(
            "No row fits." if text or cells or start > 1 else "No row has that any more.", icon=":material/search_off:"
        )
        return
    open_ = batch.stage in OPEN and not batch.derived
    first = rows.wrong_fields(counts, chosen.get("field"))
    lines, columns = rows.in_grid(batch, shown, typed.unsaved(wb, batch) if open_ else {}, editable=open_, first=first)
    said = grid.table(
        lines,
        columns,
        key=f"rows {batch.id} {st.session_state.setdefault('cells', 0)} {batch.revision} {batch.plan}",
        shows=(query, shown[0]["line"]),
        order=sort,
        on_order=partial(table_address.order_by, ""),
        on_said=partial(typed.keep, wb, batch, shown) if open_ else None,
        picks=open_,
    )
    if open_:
        correct(wb, batch, shown, said, query)


def fitting(wb: Workbench, batch: Batch, query: RowQuery, known: int | None) -> tuple[int, int]:
    """How many rows fit what is searched and filtered, where that is not `known`, and of how many: counted once, as
    long as the rows are the same ones."""
    asked = (batch.id, batch.revision, batch.plan, replace(query, order=Order()))
    before, numbers = st.session_state.get("rows that fit", (None, (0, 0)))
    if before != asked:
        found = wb.rows.number(batch, query) if known is None else known
        numbers = found, wb.rows.number(batch, replace(query, text="", cell=None, order=Order()))
        st.session_state["rows that fit"] = (asked, numbers)
    return numbers


def correct(wb: Workbench, batch: Batch, shown: list[dict[str, Any]], said: grid.Said | None, query: RowQuery) -> None:
    """What somebody has said in the grid: cells to be corrected, and rows to be changed at once."""
    if said is not None:
        typed.keep(wb, batch, shown, said)
        issues.lost(typed.lost(batch, said))
    cells = typed.unsaved(wb, batch)
    lines = {row["line"] for row in shown}
    elsewhere = sum(len(row) for line, row in cells.items() if line not in lines)
    corrected, discarded = issues.correction(cells, elsewhere)
    issues.changed_meanwhile(typed.changed(wb, batch), cells)
    if corrected:
        typed.correct(wb, batch)
        checked(wb, batch)
    if discarded:
        typed.forget(wb, batch)
        st.rerun()
    at_once(wb, batch, [int(line) for line in said.picked] if said is not None else [], query)


def at_once(wb: Workbench, batch: Batch, picked: list[int], query: RowQuery) -> None:
    """One text in a column of the rows that are picked, or of all that are asked for."""
    with st.expander("Change many rows at once", icon=":material/edit_note:", on_change="rerun", key="at once") as box:
        if not box.open:
            return
        said = issues.change(batch, len(picked), wb.rows.number(batch, query))
    if said is not None:
        which = {"query": query} if said.pop("every") else {"lines": picked}
        at_once_or_told(wb, batch, "fill_cells", rows=len(picked) if "lines" in which else None, **said, **which)


def kinds(wb: Workbench, batch: Batch, counts: list[dict[str, Any]]) -> None:
    """What is wrong, kind by kind; the one that is opened with its texts, each to be put right in all its rows."""
    may = batch.stage in OPEN and not batch.derived and not runs.sheets(wb, batch)
    meant = batch.summary.get("suggestions", ()) if batch.stage != "staged" else ()
    made = made_fields(batch)
    opened, taken = issues.kinds(batch, counts, meant, may_correct=may, made=made)
    if taken is not None:
        means = {each["text"]: each["means"] for each in meant if each["field"] == taken}
        put_right(wb, batch, {taken: means}, remember=batch.template_id is not None)
    if opened is None or runs.sheets(wb, batch):
        return
    kind, place = opened
    with place:
        values, number = wb.rows.wrong_values(batch, code=kind["code"], field=kind["field"])
        clean, is_made = to_clean(batch, kind, values, number), kind["field"] in made
        told = {} if is_made or batch.derived else told_of(wb, batch, kind, values)
        said = issues.values(batch, kind, values, number, told, may_correct=may, is_made=is_made, clean=clean)
    if said is not None:
        texts, remember = said
        put_right(wb, batch, {kind["field"]: texts}, remember=remember)


def told_of(wb: Workbench, batch: Batch, kind: Mapping[str, Any], found: list[dict[str, Any]]) -> dict[int, str]:
    """What is said of the first line of each of a kind's texts, where that is another thing of each: the name of the
    known record that is meant."""
    if not issues.differs(kind):
        return {}
    rows_ = wb.rows.each(batch, lines=[each["line"] for each in found])
    return {row["line"]: words.told(issues.of_kind(row, kind)) for row in rows_}


def made_fields(batch: Batch) -> set[str]:
    """The fields that are filled by what a recipe makes of several cells or of a part of one, in rows of its own."""
    if not (batch.multiplies or batch.by_recipe):
        return set()
    own = own_columns(TemplateMapping.from_dict(batch.mapping).recipe, batch.headers) if batch.multiplies else ()
    return {field for header, field in batch.mapping.get("columns", {}).items() if header not in own}


def to_clean(
    batch: Batch, kind: Mapping[str, Any], found: list[dict[str, Any]], number: int
) -> Callable[[Mapping[str, str]], None] | None:
    """What goes to Clean, to the rows of a kind's texts, with the step prepared that makes of them what is meant; None
    where the import's rows cannot be cleaned again."""
    columns = {field: header for header, field in batch.mapping.get("columns", {}).items()}
    header = columns.get(kind["field"])
    if batch.stage not in OPEN or batch.derived or batch.part_of is not None or header is None or not batch.file_key:
        return None
    filled = Filled(dataset=batch.dataset, field=kind["field"], form=batch.mapping["forms"].get(kind["field"], ""))
    texts = pa.array([each["text"] for each in found], pa.string())
    asked = number > len(found) and all(has(texts, filled, (kind["code"],)).to_pylist())
    wrong = Condition(column=header, test="issue", text=str(filled), values=(kind["code"],)) if asked else None

    def clean(means: Mapping[str, str]) -> None:
        address.go_to("clean", batch=batch.id, **recipe_editor.of_wrong(header, found, means, wrong))

    return clean


def put_right(wb: Workbench, batch: Batch, means: dict[str, dict[str, str]], *, remember: bool) -> None:
    """Puts texts right in every row that says them, and has it all checked again."""
    at_once_or_told(wb, batch, "mean", value_maps=means, remember=remember)


def at_once_or_told(wb: Workbench, batch: Batch, edit: correcting.Edit, **said: Any) -> None:
    """Corrects many rows of the batch as it was seen; where somebody else has changed one of the cells since, that is
    told instead."""
    try:
        correcting.correct(wb, batch, edit, seen=st.session_state[SEEN][str(batch.id)], **said)
    except ChangedMeanwhile as refusal:
        st.error(words.text(refusal), icon=":material/edit_off:")
    else:
        anew()


def seen(wb: Workbench, batch: Batch) -> None:
    """Notes which revision of the batch the page has shown before this click: what is pressed is said of that one. That
    somebody else has corrected the batch since is told once."""
    shown, at = st.session_state.get("shown revision", (None, 0))
    before = at if shown == batch.id else batch.revision
    st.session_state[SEEN] = {str(batch.id): before}
    st.session_state["shown revision"] = (batch.id, batch.revision)
    edits = batch.summary.get("edits", {})
    last = [*edits.get("undone", ()), *edits.get("done", ())][-1:]
    if before != batch.revision and last and not same_person(last[0]["by"], wb.settings.user):
        by = words.text(last[0]["by"])
        st.info(f"{by} has corrected this import since you looked at it: its rows are as they are now.")


def last_edit(wb: Workbench, batch: Batch) -> None:
    """The last correction, with the way to take it back, or to make it again."""
    edits = batch.summary.get("edits", {})
    if batch.stage not in OPEN or batch.derived or not any(edits.values()):
        return
    unsaved = bool(typed.unsaved(wb, batch))
    step = issues.last_edit(edits, waits=unsaved)
    if step is not None:
        rows = edits["done" if step == "taken_back" else "undone"][-1]["rows"]
        seen = st.session_state[SEEN][str(batch.id)]
        try:
            correcting.correct(wb, batch, "take_back" if step == "taken_back" else "make_again", rows=rows, seen=seen)
        except CorrectedSince as refusal:
            st.warning(words.text(refusal), icon=":material/history:")
            return
        anew()


def checked(wb: Workbench, batch: Batch) -> None:
    """Has the batch planned again, if anything of it was corrected, and begins the list of its rows anew."""
    if wb.batches.get(batch).revision != batch.revision:
        again(wb, batch)
    anew()


def again(wb: Workbench, batch: Batch) -> None:
    """Has the corrected batch, or its whole run, planned again, and begins the list of its rows anew."""
    jobs.defer(wb, "plan", batch.part_of or batch)
    anew()


def anew() -> None:
    """Shows what has become of the rows: their list begins anew."""
    st.session_state["cells"] = st.session_state.get("cells", 0) + 1
    st.rerun()


_EVERY = "Every row would be written."
"""Of a plan without rows that are not."""


def corrected_in_a_file(wb: Workbench, batch: Batch) -> None:
    """The rows that are not written, to take away and to bring back corrected into this same batch."""
    st.header("Correct them in a file", help="For many rows, or for the people who own the source.")
    away, back = st.columns(2)
    with away, st.container(border=True, height="stretch"):
        numbers = {name: getattr(batch, name) for name in ("invalid", "unmatched") if getattr(batch, name)}
        none = {"staged": "The plan says which.", "completed": "Every row is written."}.get(batch.stage, _EVERY)
        issues.to_take_away(numbers, none, str(batch.id)[:8], partial(batches.file_of_rows, batch, person()))
    with back, st.container(border=True, height="stretch"):
        st.markdown("**2 Upload the corrected file**")
        if batch.stage not in OPEN:
            st.caption(f"This import is {batch.state}; its rows can no longer be corrected.")
            if whole := wb.batches.whole_again(batch):
                st.caption(words.text(whole))
            return
        number = st.session_state.get("cells", 0)
        key = f"refused file {batch.id} {number}"
        stays = f"stayed {batch.id}"
        file, overwrite, every_cell = issues.corrected(
            number, st.session_state.get(key), st.session_state.get(stays, "")
        )
        if file is None:
            return
        try:
            with NamedTemporaryFile() as copy:
                copyfileobj(file, copy)
                copy.flush()
                opened = open_sheet(copy.name, name=file.name)
                stayed = Stayed()
                wb.corrections.correct_from(batch, opened, overwrite=overwrite, every_cell=every_cell, stayed=stayed)
        except ChangedMeanwhile as refusal:
            st.session_state[key] = str(refusal)
            st.rerun()
        st.session_state[stays] = stayed.sentence
        again(wb, batch)


def data_docs(wb: Workbench, batch: Batch) -> None:
    """What each expectation found, as Great Expectations shows it."""
    docs = wb.batches.data_docs(batch)
    if docs is None or not docs.exists():
        return
    box = st.expander(
        "Data docs: what every expectation found", icon=":material/fact_check:", on_change="rerun", key="docs"
    )
    if box.open:
        with box:
            st.link_button("Open in a tab of its own", f"/docs/{batch.id}/", icon=":material/open_in_new:")
            st.iframe(docs, height=620, alt="Data docs of this batch")


def to_correct(wb: Workbench, batch: Batch, counts: list[dict[str, Any]]) -> None:
    """The rows to correct; those of a run of several sheets sheet by sheet, those that were made of a run's there."""
    several = runs.sheets(wb, batch)
    for sheet in several:
        if wb.rows.issue_counts(sheet):
            label = f"The rows of {words.text(words.sheet(sheet))} ({words.part(sheet)})"
            address.jump(label, icon=":material/edit:", batch=sheet.id)
    if not several:
        the_rows(wb, batch, counts)
        if batch.derived:
            st.caption("These rows were made of the run's. Correct those, and the parts are made anew.")
        else:
            corrected_in_a_file(wb, batch)


def to_decide(wb: Workbench, batch: Batch) -> None:
    """Rows that contradict each other, of a sheet or of a run whose rows are its own."""
    if batch.stage not in OPEN or batch.derived or runs.sheets(wb, batch):
        return
    count, groups = wb.decisions.contradictions(batch)
    if count:
        line, rule = decisions.contradictions(count, groups, runs.repeating(batch))
        if line is not None or rule is not None:
            wb.decisions.prefer(batch, [line] if line is not None else [], on_conflict=rule, seen=batch.decisions)
            again(wb, batch)


def decided(wb: Workbench, batch: Batch) -> None:
    """What people have decided of the rows of a sheet, with the way to take it back."""
    if batch.stage not in OPEN or not batch.decisions or batch.derived or runs.sheets(wb, batch):
        return
    count, found = wb.decisions.made(batch)
    now = wb.decisions.ruling(batch)
    what = {"first": "the first counts", "last": "the last counts", "hold": "all wait"}
    rule = f"Of rows with one key {what[now.rule]}, as {now.by} decided." if now.rule != batch.on_conflict else None
    if not count and rule is None:
        return
    lines, of_rule = decisions.made(count, found, rule, key=f"decided {batch.id} {batch.decisions}")
    if lines:
        wb.decisions.take_back(batch, lines, seen=batch.decisions)
    elif of_rule:
        wb.decisions.prefer(batch, on_conflict=batch.on_conflict, seen=batch.decisions)
    if lines or of_rule:
        again(wb, batch)


def edited(wb: Workbench, batch: Batch) -> None:
    """What people edited in records since the last import, and the plan keeps."""
    if batch.stage == "staged" or not batch.summary.get("kept") or runs.sheets(wb, batch):
        return
    st.header("Kept as people edited it")
    key = f"edited {batch.id} {batch.plan}"
    shown = rows.page(
        lambda after, limit: wb.rows.page(batch, RowQuery(code="edited"), after=after, limit=limit), key=key
    )
    shown = [row for row in shown if decisions.kept(row)]
    lines = decisions.edited(shown, is_open=batch.stage in OPEN and not batch.derived, key=key)
    if lines:
        wb.decisions.prefer(batch, lines)
        again(wb, batch)


def nearly(wb: Workbench, batch: Batch, counts: list[dict[str, Any]]) -> None:
    """References that were not found and nearly fit what is known."""
    meant = batch.summary.get("suggestions", ()) if batch.stage != "staged" else ()
    found = issues.left_over(meant, counts)
    if not found or batch.derived:
        return

    accept = partial(put_right, wb, batch)
    remembers = batch.template_id is not None
    decisions.suggestions(found, is_open=batch.stage in OPEN, remembers=remembers, accept=accept)


def next_step(wb: Workbench, batch: Batch) -> None:
    """What comes after this page; of a part, that is the run's to say."""
    if batch.part_of is not None:
        return
    if batch.stage in OPEN:
        said = typed.unsaved(wb, batch)
        cells = words.many(typed.number(said), "cell")
        label = f"Correct {cells} and make the plan" if said else "Look at the plan"
        if batch.stage == "staged" and not said:
            label = "Make the plan"
            st.caption("The plan compares every row with the records that are there. It writes none of them.")
        issues.not_saved(typed.changed(wb, batch))
        may_wait = bool(batch.invalid) and not said
        if st.button(
            label, type="secondary" if may_wait else "primary", icon=":material/arrow_forward:", key="next step"
        ):
            if said and not typed.correct(wb, batch):
                checked(wb, batch)
            if said or batch.stage == "staged":
                jobs.defer(wb, "plan", batch)
            address.go_to("commit", batch=batch.id)
    elif batch.stage == "completed":
        address.link("reconcile", "Reconcile it", batch=batch.id)
    else:
        address.link("upload", "Start another import")
    batches.discard(wb, batch)


with page("Validate", "What is wrong with the rows, and where to put it right.") as wb:
    batch = batches.chosen(wb)
    seen(wb, batch)
    stepper("validate", runs.face(wb, batch))
    batches.facts(wb, batch)
    batches.busy(wb, batch)
    counts = wb.rows.issue_counts(batch)
    next_step(wb, batch)
    runs.figures(wb, batch)
    issues.noticed(Noticed.from_dict(batch.summary.get("noticed", {})).told())
    if counts:
        st.header("What is wrong")
        last_edit(wb, batch)
        kinds(wb, batch, counts)
        to_decide(wb, batch)
        decided(wb, batch)
        edited(wb, batch)
        nearly(wb, batch, counts)
        st.header("The rows")
        to_correct(wb, batch, counts)
    elif batch.stage != "failed":
        st.success("Nothing is wrong with any row.", icon=":material/check_circle:")
        last_edit(wb, batch)
        decided(wb, batch)
        has_rows = batch.stage not in ("queued", "staging") and batch.undo_of is None
        if has_rows and (batch.headers or batch.derived) and not runs.sheets(wb, batch):
            st.header("The rows")
            the_rows(wb, batch, counts)
    data_docs(wb, batch)
