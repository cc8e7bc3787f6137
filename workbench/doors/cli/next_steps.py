"""What to type next, when a batch needs a person."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING
from uuid import UUID

from workbench.doors.cli import holds
from workbench.doors.cli.command import Asked
from workbench.doors.cli.printing import say, sheets, short
from workbench.model import outdated
from workbench.model.batch import Batch, kept_by, taken_back
from workbench.model.outdated import Outdated
from workbench.model.reconciliation import Reconciliation
from workbench.model.row_query import RowQuery
from workbench.model.template import HOLDABLE
from workbench.model.wording import many

if TYPE_CHECKING:
    from workbench import Workbench


def next_steps(asked: Asked, wb: "Workbench", batch: Batch, tenant: str | None = None) -> None:
    """Says what became of a batch that goes no further, else which commands take it on."""
    steps = _Steps(asked=asked, wb=wb, batch=batch, tenant=tenant)
    if batch.stage in _ENDED or batch.undone_by is not None:
        steps.ended()
    elif batch.is_stale and batch.undo_of is None:
        steps.stale()
    elif batch.stage == "held":
        steps.held()
    elif batch.stage == "planned":
        steps.planned()
    elif steps.figures.unexplained:
        steps.unexplained()
    elif steps.figures.done and batch.undo_of is None and batch.part_of is None and wb.signature(batch) is None:
        steps.done()
    if steps.figures.rejected and batch.state == "completed":
        steps.rejected()


_ENDED = ("failed", "discarded")

_SOMEBODY = "SOMEBODY"
"""Stands for another person's name in a command."""
_FILE = "invalid.xlsx"
_NAMED = 100
"""So many lines a command names."""
_BY_WINDOW = ("no_day",)
"""Issues of what the window of an import says, where no column of its file does."""

_WORDS = (
    ("unmatched", "explain", "Or say why unmatched rows stay so:"),
    ("invalid", "reject", "Or say why invalid rows stay out:"),
)
"""What is said of rows of an outcome, by which command."""


@dataclass(frozen=True, kw_only=True)
class _Steps:
    asked: Asked
    wb: "Workbench"
    batch: Batch
    tenant: str | None

    @cached_property
    def figures(self) -> Reconciliation:
        return self.wb.reconcile(self.batch)

    @cached_property
    def open(self) -> list[Batch]:
        """The batches with rows that wait for a person."""
        return [sheet for sheet in sheets(self.wb, self.batch) if self.wb.reconcile(sheet).unexplained]

    def say(self, *lines: str) -> None:
        say(self.asked, *lines)

    def again(self, *words: object, user: str | None = None) -> str:
        return "  " + self.asked.again(*words, tenant=self.tenant, user=user)

    def first(self, sheet: Batch, outcome: str, besides: Collection[int] = ()) -> list[int]:
        """The first line of an outcome that waits for a person, `besides` those that are told already."""
        query = RowQuery(outcome=outcome, waiting=True)
        lines = [row["line"] for row in self.wb.rows.page(sheet, query, limit=len(besides) + 1)]
        return [line for line in lines if line not in besides][:1]

    def rows(self, outcome: str, *to: str, of: Sequence[Batch] | None = None) -> list[str]:
        wrong = [sheet for sheet in (self.open if of is None else of) if self.first(sheet, outcome)]
        return [self.again("rows", short(sheet.id), "--outcome", outcome, *to) for sheet in wrong]

    def returnable(self, *outcomes: str) -> tuple[list[str], list[str]]:
        """The commands that write the rows of these outcomes to a file of their own, sheet by sheet, and those that
        bring the files back: of a sheet the first outcome that it has rows of."""
        named = ((sheet, next(filter(partial(self.first, sheet), outcomes), "")) for sheet in self.open)
        found = [(sheet, outcome) for sheet, outcome in named if outcome]
        write, back = [], []
        for number, (sheet, outcome) in enumerate(found, start=1):
            file = f"{outcome}.xlsx" if len(found) == 1 else f"{outcome}-{number}.xlsx"
            write.append(self.again("rows", short(sheet.id), "--outcome", outcome, "--format", "xlsx", "-o", file))
            back.append(self.again("correct", short(sheet.id), file))
        return write, back

    def ended(self) -> None:
        """It failed, was put away, or was taken back."""
        summary = self.batch.summary
        if self.batch.stage == "failed":
            self.say("", f"It failed: {summary.get('error', '')} Nothing of it was imported.")
        elif self.batch.stage == "discarded":
            because = f" ({summary['discarded_why']})" if summary["discarded_why"] else ""
            self.say("", f"Discarded by {summary['discarded_by']}{because}. Nothing of it was written.")
        elif self.batch.undone_by is not None:
            undo = self.wb.batches.get(self.batch.undone_by)
            self.say("", f"Undone by run {short(undo.id)}: {taken_back(undo)}.")
            if kept_by(undo):
                self.say(
                    "What was kept is taken back once what changed it is:", self.again("undo", short(self.batch.id))
                )

    def done(self) -> None:
        """It is done, and can be signed: by somebody else than whoever ran it, as soon as there is anybody else."""
        name = short(self.batch.id)
        if self.wb.is_own(self.batch):
            ran = f"{self.batch.initiated_by} ran it, so somebody else has to sign it off"
            self.say("", f"Done. {ran}:", self.again("sign-off", name, user=_SOMEBODY), "To take it back:")
        else:
            self.say("", "Done. To sign it off, or to take it back:", self.again("sign-off", name))
        self.say(self.again("undo", name))

    def held(self) -> None:
        """It has invalid rows, or its plan waits for a person as a whole, or both."""
        name = short(self.batch.id)
        commit = self.again("commit", name)
        if self.batch.refused:
            self.refused()
        elif not self.figures.invalid:
            self.say("", "Held, nothing was written: a person decides first.", *holds.asked(self.batch, commit))
        else:
            self.say("", f"Held, nothing was written: {many(self.figures.invalid, 'row')} invalid.")
            write, back = self.returnable("invalid")
            if write:
                files = "a file of their own" if len(write) == 1 else "files of their own"
                that = "that" if len(write) == 1 else "them"
                self.say(f"To correct them in {files}, and to bring {that} back:", *write, *back)
            self.contradictions()
            if holds.of(self.batch):
                self.say("Besides, a person decides first:", *holds.asked(self.batch, f"{commit} --skip-errors"))
            else:
                self.say("To let the good rows go on without them:", f"{commit} --skip-errors")
        self.edited()
        self.say("To put it away, as nobody wants it:", self.again("discard", name))

    def refused(self) -> None:
        """It is written whole or not at all."""
        wrong = self.batch.wrong_rows
        self.say("", f"Refused, nothing was written: it is imported whole or not at all, and {wrong}.")
        if self.lacks_window:
            what = ("-d", self.batch.dataset, "--window", "YYYY-MM-DD")
            self.say("No column of the file says it. To import the file again with it:")
            self.say(self.again("import", self.batch.file_name, *what))
            return
        self.say("To correct them in a file of their own, to bring that back, and to plan it again:")
        write, back = self.returnable("invalid", "unmatched")
        self.say(*write, *back, self.again("plan", short(self.batch.id)))

    @property
    def lacks_window(self) -> bool:
        """Whether rows are wrong for want of a window, and no column of the file could say what it says: a file of
        those rows cannot either."""
        mapped = self.batch.mapping.get("columns", {}).values()
        kinds = self.wb.rows.issue_counts(self.batch)
        return any(kind["code"] in _BY_WINDOW and kind["field"] not in mapped for kind in kinds)

    def contradictions(self) -> None:
        """How to decide which rows count that contradict each other, or wait because of a warning."""
        for sheet in sheets(self.wb, self.batch):
            reasons = {issue["code"] for issue in self.wb.rows.issue_counts(sheet) if issue["severity"] == "error"}
            choose = self.again("prefer", short(sheet.id), "LINE")
            if "conflict" in reasons:
                self.say(
                    "To decide which of the rows with one key count: the lines of your choice, or a rule for the rest:"
                )
                self.say(choose, self.again("prefer", short(sheet.id), "--on-conflict", "first"))
            elif reasons & {*HOLDABLE}:
                self.say("To accept rows that wait because of a warning:", choose)

    def edited(self) -> None:
        """What people edited is kept, and how a row of the file counts after all."""
        if kept := self.batch.summary.get("kept"):
            are = "is" if kept == 1 else "are"
            self.say(f"{many(kept, 'value')} that people edited since the last import {are} kept. To take the file's:")
            for sheet in sheets(self.wb, self.batch):
                for row in self.wb.rows.page(sheet, RowQuery(code="edited"), limit=1):
                    self.say(self.again("prefer", short(sheet.id), row["line"]))

    def stale(self) -> None:
        """Records have changed since it was planned: its commit was refused for that."""
        again = self.again("plan", short(self.batch.id))
        self.say("", "Nothing was written: its plan no longer holds. To plan it again:", again)

    def planned(self) -> None:
        """It is shown, and can be written."""
        batch, invalid = self.batch, self.figures.invalid
        if batch.refused:
            self.refused()
            return
        of = batch.undo_of
        write = self.again("undo", short(of)) if of is not None else self.again("commit", short(batch.id))
        self.say("", "Planned, nothing was written. To write it:", write)
        self.edited()
        if invalid:
            self.say(f"{many(invalid, 'row')} invalid: it is held then, unless the good rows go on without them:")
            self.say(f"{write} --skip-errors")
        if holds.of(batch):
            self.say("It is held then, until a person decides:")
            self.say(*holds.asked(batch, f"{write}{' --skip-errors' if invalid else ''}"))

    def unexplained(self) -> None:
        """It is written, and rows of it are unmatched or invalid."""
        told = f"Not done: {' '.join(self.figures.open_points)}"
        number, old = self.wb.sweeps.waiting(self.batch)
        if number:
            named, them = ("names", "it") if number == 1 else ("name", "them")
            self.say("", f"{told} What {many(number, 'row')} {named} is there by now. To bring {them} in:")
            self.say(self.again("sweep", short(self.batch.part_of or self.batch.id)))
            told = "The others:" if number < self.figures.unexplained else ""
        to_explain: dict[UUID, list[int]] = {}
        if old:
            to_explain = self.outdated(old, "" if number else told)
            several = number + sum(len(each.lines) for each in old) < self.figures.unexplained
            told = "The others:" if several else ""
        if told:
            self.corrected(told)
        for outcome, verb, what in _WORDS:
            lines = {sheet.id: self.first(sheet, outcome, to_explain.get(sheet.id, ())) for sheet in self.open}
            wait = [self.again(verb, short(sheet), *line, "--reason", "...") for sheet, line in lines.items() if line]
            self.say(*([what, *wait] if wait else []))

    def outdated(self, old: list[Outdated], told: str) -> dict[UUID, list[int]]:
        """Rows of which a later import has said otherwise, after what is `told` of the import; the lines of each sheet
        that the commands name which explain them."""
        self.say("", " ".join(filter(None, (told, outdated.told(old)))))
        if sum(len(each.lines) for each in old) > _NAMED:
            self.say("To explain them by that: the page Reconcile of this import.")
            return {}
        self.say("To explain them by that:")
        named: dict[UUID, list[int]] = {}
        for each in old:
            self.say(self.again("explain", short(each.sheet.id), *each.lines, "--reason", each.reason))
            named.setdefault(each.sheet.id, []).extend(each.lines)
        return named

    def corrected(self, told: str) -> None:
        """How rows come in that are not written: single ones, or where those are parts of a record the whole file."""
        wholes: dict[str, list[Batch]] = {}
        for sheet in self.open:
            wholes.setdefault(self.wb.batches.whole_again(sheet), []).append(sheet)
        others = wholes.pop("", [])
        single = [*self.rows("invalid", "--format", "xlsx", "-o", _FILE, of=others), *self.rows("unmatched", of=others)]
        them = "it" if self.figures.unexplained == 1 else "them"
        self.say("", f"{told} Correct and import {them}:" if single or not wholes else told, *single)
        for instead, of in wholes.items():
            self.say(instead, *self.rows("invalid", of=of), *self.rows("unmatched", of=of))

    def rejected(self) -> None:
        """There is a list for whoever owns the rejected rows."""
        whole = [sheet for sheet in sheets(self.wb, self.batch) if self.wb.reconcile(sheet).rejected]
        lists = [self.again("rows", short(sheet.id), "--rejected", "-o", "rejected.xlsx") for sheet in whole]
        self.say("The list of rejected rows, for whoever owns them:", *lists)
