"""What a lead looks at first: what an import changes, what is unusual about it, and what was decided by whom."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import pandas as pd
import streamlit as st

from workbench.doors.web import address, words
from workbench.doors.web.views.issues import titled
from workbench.doors.web.views.outcomes import REMOVED, SIGNS
from workbench.model.batch import ENDED, OUTCOMES, Batch
from workbench.model.comparison import Comparison, Figures
from workbench.model.hold import Hold, contradictions, waiting
from workbench.model.recipe import steps_in_words
from workbench.model.reconciliation import Reconciliation
from workbench.model.wording import first_of, listed
from workbench.prepare.cleaning import CLEANED, recipe_of

_SHOWN = 6
"""So many sentences are told at once."""


def glance(
    batch: Batch,
    found: Reconciliation,
    written: str,
    comparison: Comparison | None,
    decided: Sequence[str],
    fields: Mapping[str, int],
    *,
    made: Reconciliation | None = None,
    counts: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Three columns: what changes (`fields` of known records in so many rows), what is unusual, what was decided.
    `made` is what becomes of the rows that a recipe made of the file's; `counts` are its kinds of issues."""
    with st.container(key="glance"):
        changes, unusual, by_whom = st.columns(3, gap="small")
    with changes, st.container(border=True, height="stretch", gap="xsmall"):
        st.markdown("**What changed**" if batch.stage == "completed" else "**What changes**")
        st.markdown(_listed([*effects(batch, found, written, decided, made=made), *_named(batch, fields)]))
    with unusual, st.container(border=True, height="stretch", gap="xsmall"):
        st.markdown("**What is unusual**")
        _unusual(batch, comparison)
        _warned(batch, counts)
    with by_whom, st.container(border=True, height="stretch", gap="xsmall"):
        st.markdown("**What was decided, and by whom**")
        _decided(batch, decided)


def _named(batch: Batch, fields: Mapping[str, int]) -> list[str]:
    """Which fields of known records get another value, and in how many rows."""
    told = [f"{_titled(batch, name)} in {words.many(rows)}" for name, rows in fields.items()]
    return [f"Of known ones: {first_of(told, _SHOWN)}."] if told else []


def _titled(batch: Batch, name: str) -> str:
    """What people call a field, with its part of a run (`invoice_headers: lines_priced` is "Invoices: number of lines
    with a price") before it."""
    part, _, field = name.rpartition(": ")
    family = batch.dataset.partition(".")[0]
    title = words.field(field, f"{family}.{part}" if part else batch.dataset)
    return f"{words.dataset(f'{family}.{part}')}: {title}" if part else title


def _decided(batch: Batch, told: Sequence[str]) -> None:
    """What was decided and what is still to be; the steps of a recipe stand behind one line."""
    if batch.undo_of is not None:  # what is told of one is what it has done
        verb = "wants to take it back" if batch.dry_run else "took it back"
        st.markdown(_listed([f"{batch.initiated_by} {verb}, {words.here(batch.completed_at or batch.planned_at)}."]))
        return
    sentences = [*told, *_ended(batch)]
    waits = to_be_decided(batch)
    if waits:
        st.markdown(":orange[:material/pending:] Nobody has decided yet:")
        st.markdown(_listed(waits[:_SHOWN]))
    elif not sentences:
        st.caption("Nobody had to decide anything.")
    steps = [each for each in sentences if CLEANED in each]
    if steps:
        recipe = recipe_of(batch)
        number = steps_in_words(recipe) if recipe is not None else words.many(len(steps), "step")
        with st.expander(f"Cleaned by a recipe of {number}", icon=":material/receipt_long:"):
            st.markdown(_listed([each.replace(CLEANED, "Step ") for each in steps]))
    others = [each for each in sentences if CLEANED not in each]
    if waits and others:
        st.markdown(":green[:material/check:] What was decided:")
    st.markdown(_listed(others[:_SHOWN]))
    if len(others) > _SHOWN:
        st.caption(f"And {words.many(len(others) - _SHOWN, 'more decision')}: they stand in the import log.")


def _ended(batch: Batch) -> list[str]:
    """Who has put an import away, when, and why."""
    if batch.stage != "discarded":
        return []
    why = str(batch.summary["discarded_why"]).rstrip(".")
    return [f"{batch.summary['discarded_by']} discarded it{words.discarded(batch)}{f': {why}' if why else ''}."]


def to_be_decided(batch: Batch) -> list[str]:
    """What an import waits for a person to decide, a sentence each."""
    if batch.stage not in ("planned", "held") or batch.part_of is not None or batch.undo_of is not None:
        return []
    accepted = [each["code"] for each in batch.summary.get("accepted", ())]
    waits = [hold.sentence for hold in waiting(Hold.all_of(batch.summary), accepted)]
    if batch.refused:
        return [*waits, f"It is imported whole or not at all, and {batch.wrong_rows}."]
    if batch.invalid and not batch.skip_errors:
        waits.append(f"Whether the good rows go on without the {words.many(batch.invalid, 'invalid one')}.")
    return waits


def _unusual(batch: Batch, comparison: Comparison | None) -> None:
    others = _contradicted(batch)
    if comparison is None:
        st.caption(
            "An undo is compared with nothing: it takes back what one import did."
            if batch.undo_of is not None
            else "A part is not compared by itself: its run is, with the runs before it."
        )
        return
    if comparison.unusual:
        st.markdown(_listed(comparison.unusual))
    elif comparison.earlier:
        told = comparison.as_before
        if not (others or Hold.all_of(batch.summary)):
            told = f":green[:material/check_circle:] Nothing: {told}"
        st.markdown(f"{told[:1].upper()}{told[1:]}")
    st.caption(f"{comparison.beside[:1].upper()}{comparison.beside[1:]}.")


def _contradicted(batch: Batch) -> bool:
    """What other imports of the same day say otherwise, each with the way to it; whether there is any."""
    told = contradictions(batch)
    if told:
        st.markdown(f":orange[:material/warning:] {words.many(len(told), 'contradiction')} of the same day:")
        st.markdown(_listed([hold.sentence for hold in told[:_SHOWN]]))
    for other in dict.fromkeys(hold.other for hold in told[:_SHOWN] if hold.other):
        address.jump(f"Import {words.short(UUID(other))}", batch=other)
    return bool(told)


def _warned(batch: Batch, counts: Sequence[Mapping[str, Any]]) -> None:
    """What rows are warned of and written all the same, the most frequent first."""
    warned = [each for each in counts if each["severity"] == "warning" and each["code"] not in _TOLD_ELSEWHERE]
    told = [f"{words.many(each['rows'])} with a warning: {titled(batch, each)}." for each in warned]
    st.markdown(_listed(told[:_SHOWN]))
    if len(told) > _SHOWN:
        st.caption(f"And {words.many(len(told) - _SHOWN, 'more kind')} of warning: they stand at Validate.")


_TOLD_ELSEWHERE = ("duplicate_key", "already_exists", "filtered", "protected", "edited")
"""The warnings of rows that change nothing, or not all: their outcome, or a sentence of its own, says so."""


def _listed(sentences: Sequence[str]) -> str:
    return "\n".join(f"- {words.text(words.in_zone(sentence))}" for sentence in sentences)


def effects(
    batch: Batch,
    found: Reconciliation,
    written: str,
    told_of: Sequence[str] = (),
    *,
    made: Reconciliation | None = None,
) -> list[str]:
    """What an import does, or has done, to the records: what is written, what stays as it is, what stays out; of an
    undo what is `told_of` it, for the records that it removes count as updated, too. `made` is what becomes of the rows
    that a recipe made of its own."""
    if batch.undo_of is not None:
        return list(told_of) or ["Nothing is taken back."]
    if batch.stage in ENDED and batch.stage != "completed":
        return [f"Nothing was written: it {'was discarded' if batch.stage == 'discarded' else 'failed'}."]
    done = batch.stage == "completed"
    verb = "written" if done else "to be written"
    told = ["No row is written."]
    if found.created or found.updated:
        rows = f", as {words.many(made.created + made.updated, 'made row')}" if made is not None else ""
        told = [f"{written} {verb}{rows}: {_made(made or found, done=done)}."]
    told += _skipped(found, done=done)
    out = [f"{getattr(found, name):,} {name}" for name in ("unmatched", "invalid") if getattr(found, name)]
    if out:
        told.append(f"{listed(out)} {'stayed' if done else 'stay'} out.")
    for action, records in batch.summary.get("removed", {}).items():
        if records:
            verb = "was" if done and records == 1 else "were" if done else "will be"
            told.append(f"{words.many(records, 'record')} that the file no longer names {verb} {action}.")
    if kept := batch.summary.get("kept"):
        stay = "stay" if kept > 1 else "stays"
        stay = stay if not done else "was kept" if kept == 1 else "were kept"
        told.append(f"{words.many(kept, 'value')} that people edited since the last import {stay}.")
    if found.undone:
        partly = found.taken_back
        told.append(f"Since then {partly}." if partly else "All of it was taken back since.")
    return told


def _skipped(found: Reconciliation, *, done: bool) -> Iterator[str]:
    """How many rows change nothing by themselves, and how many are skipped for what was said or done since."""
    by = {reason: found.skipped_by_reason.get(reason, 0) for reason in ("explained", "resolved")}
    if alone := found.skipped - sum(by.values()):
        verb = "changed" if done else "changes" if alone == 1 else "change"
        yield f"{words.many(alone)} {verb} nothing."
    if rows := by["explained"]:
        yield f"{words.many(rows)} stayed out, which a person has explained."
    if rows := by["resolved"]:
        yield f"{words.many(rows)} stayed out at first, and came with a later run."


def _made(found: Reconciliation, *, done: bool) -> str:
    """How many rows make new records, and how many change known ones."""
    new, known = found.created, found.updated
    makes = "made" if done else "makes" if new == 1 else "make"
    changes = "changed" if done else "changes" if known == 1 else "change"
    told = [
        f"{new:,} {makes} {'a new record' if new == 1 else 'new records'}" if new else "",
        f"{known:,} {changes} {'a known one' if known == 1 else 'known ones'}" if known else "",
    ]
    return listed([each for each in told if each])


def beside(comparison: Comparison) -> None:
    """The import beside the last ones, figure by figure; nothing where there is none."""
    if not comparison.earlier:
        return
    with (
        st.expander(
            f"{'The last one' if len(comparison.earlier) == 1 else f'The last {len(comparison.earlier)}'} beside it",
            icon=":material/compare_arrows:",
            expanded=True,
        ),
        st.container(key="numbers beside"),
    ):
        st.table(_table(comparison))
        st.caption(" ".join(_told_of(comparison)))


def _told_of(comparison: Comparison) -> Iterator[str]:
    """How the figures of a table of imports are to be read."""
    yield "Each as its plan had it: what was explained or brought in since counts as it did then."
    if any(each.first for each in comparison.earlier):
        yield (
            "To the first import of a source all is new: what this one created, updated and skipped is not compared "
            "with it."
        )


def _table(comparison: Comparison) -> pd.DataFrame:
    some = (comparison.this, *comparison.earlier)
    lines = {"Rows": [f"{each.rows:,}" for each in some]}
    for name in OUTCOMES:
        lines[f"{SIGNS[name]} {name}"] = [f"{each.outcomes.get(name, 0):,} ({each.share(name):.0%})" for each in some]
    for action in dict.fromkeys(action for each in some for action, records in each.removed.items() if records):
        lines[f"{REMOVED} {action}"] = [f"{each.removed.get(action, 0):,}" for each in some]
    for field in some[0].filled:
        fills = [each.fill(field) for each in some]
        lines[f"{words.text(comparison.called(field))} is filled"] = [
            "" if fill is None else f"{fill:.0%}" for fill in fills
        ]
    lines["Signed by"] = ["", *(words.text(each.signed_by or "nobody yet") for each in some[1:])]
    return pd.DataFrame.from_dict(lines, orient="index", columns=_titles(some))


def _titles(some: Sequence[Figures]) -> list[str]:
    """What each import is called at the head of its column, no two alike: its file, else its time, else its place."""
    names, times = [words.unlinked(each.file_name) for each in some[1:]], [words.here(each.at) for each in some[1:]]
    told = next((each for each in (names, times) if len(set(each)) == len(each)), None)
    told = told or [f"{place}: {time}" for place, time in enumerate(times, start=1)]
    return [
        "This one",
        *(f"{name} (the first)" if each.first else name for name, each in zip(told, some[1:], strict=True)),
    ]


def months(found: Sequence[Mapping[str, Any]]) -> None:
    """This month beside the last: imports, how many of them are signed, and rows by outcome."""
    if not found:
        return
    by = {each["now"]: each for each in found}
    names = {
        "imports": "Imports",
        "signed": "Signed",
        "rows": "Rows",
        **{n: f"{SIGNS[n]} {n}" for n in OUTCOMES},
    }
    lines = []
    for now, title in ((True, "This month"), (False, "Last month")):
        said = {name: int(by[now][name]) if now in by else 0 for name in names}
        lines.append({"": title, "Not signed": said["imports"] - said["signed"], **{names[n]: said[n] for n in names}})
    order = ["", "Imports", "Signed", "Not signed", *list(names.values())[2:]]
    shown = pd.DataFrame(lines)[order]
    with st.container(key="numbers of months"):
        st.table(shown.set_index("").map("{:,}".format))
        st.caption(
            "Imports that were undone are in no month, but for the rows whose records were kept. A row is in one "
            "month alone: what a later run brought in is in that run's. So an undo, an explanation or such a run "
            "changes a month that is over, too."
        )
