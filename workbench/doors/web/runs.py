"""A run and the parts behind it: which of them a page is about, and what a page tells of them beside the figures."""

from collections.abc import Iterable, Iterator, Mapping
from uuid import UUID

import streamlit as st

from workbench import Workbench
from workbench.datasets import catalog
from workbench.doors import jobs
from workbench.doors.web import address, correcting, uploads, words
from workbench.doors.web.views import glance, outcomes, runs
from workbench.model import lost, outdated
from workbench.model.batch import Batch, kept_by
from workbench.model.comparison import Comparison
from workbench.model.outdated import Outdated
from workbench.model.reconciliation import Reconciliation
from workbench.model.wording import listed
from workbench.playbooks import PLAYBOOKS


def face(wb: Workbench, batch: Batch) -> Batch:
    """The batch of the whole run: itself, unless it is a part."""
    return batch if batch.part_of is None else wb.batches.get(batch.part_of)


def sheets(wb: Workbench, batch: Batch) -> tuple[Batch, ...]:
    """The batches that hold the rows of a run of several sheets, which has none itself; none for any other import."""
    if batch.part_of is not None or batch.undo_of is not None:
        return ()
    return tuple(part for part in wb.batches.parts(batch) if not part.derived)


def repeating(batch: Batch) -> tuple[str, ...]:
    """The datasets of a run of which one record may well stand on several rows; none of a run whose rows a recipe
    makes: each of those is a record's own."""
    playbook = PLAYBOOKS.get(batch.dataset)
    return tuple(part.dataset for part in playbook.parts if part.repeats) if playbook is not None else ()


def belongs(wb: Workbench, batch: Batch) -> None:
    """Of a part, the run that it is a part of; of a run that brought in rows of an earlier one, that one."""
    if batch.part_of is not None:
        again = ", and was made anew since" if batch.summary.get("replaced") else ""
        runs.part_of(batch, again=again)
        address.jump("The whole run", icon=":material/arrow_upward:", batch=batch.part_of)
    if batch.sweep_of is not None and batch.undo_of is None:
        of = face(wb, wb.batches.get(batch.sweep_of))
        st.info(f"Brings in rows of {_named(of)}: what they refer to has come.", icon=":material/recycling:")
        address.jump("The import whose rows they are", batch=of.id)


def _named(batch: Batch) -> str:
    """What an import is known by: its file, and when it was begun."""
    return f"{words.text(batch.file_name)} of {words.here(batch.created_at)}"


def behind(wb: Workbench, batch: Batch) -> None:
    """The numbers that an import is known by, and the parts of a run, each a way to its rows."""
    if batch.stage in ("queued", "staging", "failed"):
        return
    planned = bool(batch.plan) and batch.stage != "staged"
    if planned and batch.undo_of is None and batch.part_of is None:
        runs.numbers(wb.figures(batch))
        runs.made_of(wb.made_of(batch))
        for name, values in wb.breakdowns(batch).items():
            runs.breakdown(name, values)
    parts = wb.batches.parts(batch)
    if not parts:
        return
    runs.parts([(part, wb.reconcile(part)) for part in parts], planned=planned)
    with st.container(horizontal=True):
        for part in parts:
            address.jump(f"Open {words.part(part)}", icon=":material/table_rows:", batch=part.id)


def figures(wb: Workbench, batch: Batch) -> None:
    """The figures of a run or of a part, and what is behind them; nothing of an import under one contract."""
    if batch.part_of is not None or wb.batches.parts(batch):
        if batch.plan and batch.stage != "staged":
            outcomes.figures(wb.reconcile(batch), planned=batch.stage != "completed")
        behind(wb, batch)


def written(wb: Workbench, batch: Batch) -> str:
    """How much a plan writes: rows; or records, where some of a row may go on though another of it does not."""
    playbook = PLAYBOOKS.get(batch.dataset)
    whole = playbook is None or not playbook.keeps_good_parts
    parts = () if whole else wb.batches.parts(batch)
    number = sum((part.created or 0) + (part.updated or 0) for part in parts or (batch,))
    return words.many(number, "record" if parts else "row")


def commits(wb: Workbench, batch: Batch) -> str:
    """What a plan would do to the records, as its button says it: what it takes away is as much as what it writes."""
    gone = batch.summary.get("removed", {})
    told = [f"{verb} {words.many(gone[action], 'record')}" for action, verb in _TAKES_AWAY.items() if gone.get(action)]
    return listed([f"Commit {written(wb, batch)}", *told])


_TAKES_AWAY = {"deactivated": "deactivate", "deleted": "delete"}


def committed(wb: Workbench, batch: Batch) -> str:
    """What an import has done to the records, in the same words."""
    gone = batch.summary.get("removed", {})
    told = [f"{words.many(gone[action], 'record')} {action}" for action in _TAKES_AWAY if gone.get(action)]
    return listed([f"{written(wb, batch)} written", *told])


def made(wb: Workbench, batch: Batch) -> Reconciliation | None:
    """What becomes of the rows that a recipe made of an import's own, several of one; None where it made none."""
    part = next(iter(wb.batches.parts(batch)), None) if batch.multiplies and batch.part_of is None else None
    return wb.reconcile(part) if part is not None else None


def at_a_glance(wb: Workbench, batch: Batch, found: Reconciliation) -> Comparison | None:
    """What changes, what is unusual and what was decided, side by side; what the import was compared with, None where
    nothing is: of a part, or of an undo."""
    compared = None if batch.part_of or batch.undo_of else wb.compare(batch)
    glance.glance(
        batch,
        found,
        written(wb, batch),
        compared,
        [*wb.decided(batch), *_taken_back(wb, batch)],
        wb.changed_fields(batch),
        made=made(wb, batch),
        counts=wb.rows.issue_counts(batch),
    )
    return compared


def _taken_back(wb: Workbench, batch: Batch) -> Iterator[str]:
    """Who has undone an import, and when; where it took several undos, or something was kept, how much each did."""
    left = 0
    for undo in wb.batches.undos(batch) if batch.undone_by is not None else ():
        done, kept = (undo.created or 0) + (undo.updated or 0), kept_by(undo)
        of = f"the other {left:,}" if left else words.many(done + kept, "change")
        what = f"{done:,} of {of}" if kept else f"the rest ({words.many(done, 'change')})" if left else "it"
        yield f"{undo.initiated_by} took {what} back, {words.here(undo.completed_at)}."
        left = kept


def goes_on(wb: Workbench, batch: Batch) -> None:
    """The way to the sheets of the same upload that are still to be imported, if there are any."""
    if (upload := uploads.of_batch(wb.settings, batch)) is not None:
        label = f"Go on with the other sheets of {words.text(upload.name)}"
        address.link("upload", label, icon=":material/account_tree:", upload=upload.id)


def waits(wb: Workbench, batch: Batch) -> int:
    """Of an import that is written, which of its rows wait, for what, and what brings them in; how many can be."""
    if batch.state != "completed" or batch.part_of or batch.undo_of:
        return 0
    if gone := lost.told(wb.batches.lost(batch)):
        st.warning(words.text(gone), icon=":material/person_remove:")
    found = wb.reconcile(batch)
    if not found.unmatched:
        just_brought_in()
        return 0
    ready, old = wb.sweeps.waiting(batch)
    others = found.unmatched - ready - sum(len(each.lines) for each in old)
    back = wb.sweeps.held_back(batch)
    if stuck := min(others, sum(back.values())):
        st.warning(f"{words.many(stuck)} still unmatched: {_held_back(wb, batch, back)}", icon=":material/block:")
    if others := others - stuck:
        kinds = {kind: number - back.get(kind, 0) for kind, number in found.unmatched_by_kind.items()}
        kinds = {kind: number for kind, number in kinds.items() if number}
        numbers = others == sum(kinds.values())  # of which kind those are whose records are there is not counted
        named = ", ".join(f"{words.text(kind)} {number:,}" if numbers else kind for kind, number in kinds.items())
        why = f"what names a record that is not there is not written ({named}). {_brought_by(wb, batch, kinds)}"
        st.warning(f"{words.many(others)} still unmatched: {why}", icon=":material/hourglass_empty:")
    bring_in(wb, {batch.id: ready} if ready else {}, "of this import")
    _outdated(wb, old)
    return ready


def _held_back(wb: Workbench, batch: Batch, kinds: Mapping[str, int]) -> str:
    """Why rows wait that no later import brings in, and what to do about them."""
    whole = wb.batches.whole_again(batch)
    if list(kinds) == ["other line"] or whole == catalog.whole_again(batch.dataset):
        return f"another row of the same record is invalid, and no later import brings them in. {whole}"
    named = ", ".join(f"{words.text(kind)} {number:,}" for kind, number in kinds.items())
    return f"what names a record that is not there is not written, nor what goes in with it ({named}). {whole}"


def _outdated(wb: Workbench, old: list[Outdated]) -> None:
    """Says which rows stay out because a later import is newer, the ways to those imports, and offers to explain the
    rows by that."""
    if not old:
        return
    with st.container(border=True):
        st.markdown(words.text(outdated.told(old)))
        with st.container(horizontal=True):
            rows = words.many(sum(len(each.lines) for each in old))
            explained = st.button(f"Explain {rows}", icon=":material/comment:", key="explain outdated")
            for by in {each.by.id: each.by for each in old}.values():
                address.jump(f"Open {words.text(by.file_name)}", icon=":material/open_in_new:", batch=by.id)
        st.caption(words.text("The reason is then: " + " ".join(dict.fromkeys(each.reason for each in old))))
    if explained:
        for each in old:
            wb.explain(each.sheet, each.lines, each.reason)
        st.rerun()


def _brought_by(wb: Workbench, batch: Batch, kinds: Iterable[str]) -> str:
    """Which imports bring what rows of a run wait for."""
    datasets = [part.dataset for part in wb.batches.parts(batch) or (batch,)]
    named = [field.reference for name in datasets for field in catalog.contract(name).references]
    titles = dict.fromkeys(
        catalog.contract(each.dataset).title for each in named if each is not None and each.noun in kinds
    )
    by = f" by {' or '.join(titles)}" if titles else ""
    playbook = PLAYBOOKS.get(batch.dataset)
    if playbook is not None and playbook.pends:
        return f"They come by themselves once it is imported{by}."
    return f"They can be brought in once it is imported{by}."


_BROUGHT = "rows brought in"


def just_brought_in() -> None:
    """What was brought in when that was asked for last."""
    if (told := st.session_state.pop(_BROUGHT, None)) is not None:
        st.success(told, icon=":material/recycling:")


def bring_in(wb: Workbench, pending: dict[UUID, int], whose: str) -> None:
    """Offers to import the rows that were unmatched, now that what they name is there; and says what was brought in
    when that was asked for last."""
    just_brought_in()
    if not pending:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        command = f"`workbench sweep{f' {words.short(next(iter(pending)))}' if len(pending) == 1 else ''}`"
        st.markdown(f"**{words.many(sum(pending.values()))}** {whose} can be brought in now ({command}).")
        if st.button("Bring them in", type="primary", icon=":material/input:", key=f"bring in {whose}"):
            few = [batch for batch, number in pending.items() if number <= correcting.FEW]
            for batch in pending.keys() - few:
                jobs.defer(wb, "sweep", batch)
            with st.spinner("Bringing them in ..."):
                swept = [run for batch in few for run in wb.sweep(batch)]
            if few:
                st.session_state[_BROUGHT] = _brought(wb, swept)
            st.rerun()


def _brought(wb: Workbench, swept: list[Batch]) -> str:
    if not swept:
        return "No row could be brought in: what they name is there, and something else is wrong with them."
    rows = words.many(sum(run.processed or 0 for run in swept))
    made = " and ".join(written(wb, run) for run in swept)
    files = ", ".join(dict.fromkeys(words.text(run.file_name) for run in swept))
    return f"Brought in: {rows} of {files}, with {made} written."


def resolved(wb: Workbench, batch: Batch) -> None:
    """Rows that were unmatched and are so no more: of this run, and of others since this one was committed."""
    if batch.state != "completed" or batch.part_of or batch.undo_of or batch.sweep_of:
        return
    _told("of this run", wb.batches.sweeps(batch))
    theirs = wb.batches.resolved_by(batch)
    earlier = {run.sweep_of for run in theirs}
    _told("of an earlier run" if len(earlier) == 1 else "of earlier runs", theirs)


def _told(whose: str, brought: list[Batch]) -> None:
    if brought:
        rows = sum(run.processed or 0 for run in brought)
        are = "is" if rows == 1 else "are"
        st.info(f"{words.many(rows)} {whose} {are} unmatched no more.", icon=":material/recycling:")
        with st.container(horizontal=True):
            for run in brought[-5:]:
                address.jump(f"Those of {_named(run)}", batch=run.id)
