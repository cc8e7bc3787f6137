"""A sheet cleaned by a recipe while it is read: the same source, the same lines, other cells and columns."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pyarrow as pa

from workbench.model.errors import WrongRecipe
from workbench.model.recipe import Done, Recipe, Step, place, refuse_unkeepable
from workbench.model.sheet import TEXTS_FOR_VALUES, Chunk, Sheet, Tally
from workbench.model.wording import listed, many
from workbench.prepare.cleaning.conditions import check_condition, needed, rows_where
from workbench.prepare.cleaning.operation import Headers, Learning, Operation, Run, check, wrong
from workbench.prepare.cleaning.operations import OPERATIONS
from workbench.prepare.cleaning.rows import Rows
from workbench.prepare.cleaning.strange import Strange


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A step that is on, for the columns that it finds."""

    number: int
    step: Step
    operation: Operation
    asked: Headers
    """The columns that a person has named, be they there or not."""
    gone: Headers
    before: Headers
    after: Headers

    @property
    def is_done(self) -> bool:
        """Whether all is there that it needs, or enough."""
        return self.step.on


def cleaned(sheet: Sheet, recipe: Recipe) -> Sheet:
    """The sheet as the recipe leaves it, with its bytes, checksum and lines; raises WrongRecipe.

    Its chunks know what was changed (`Chunk.changes`) and what is removed (`Chunk.removed`, which stays in them), and
    its tally what each step did (`Tally.steps`). A step whose columns are gone is not done, and told there.
    """
    steps = prepared(recipe, sheet.headers)
    if not steps:
        return sheet
    learned: dict[int, Learning] = {}

    def read(tally: Tally) -> Iterator[Chunk]:
        learn(steps, sheet.chunks, learned)
        tally.steps = [Done(step=each.number, gone=each.gone) for each in steps]
        at_work = AtWork(steps, learned, tally.steps)
        for chunk in sheet.chunks(tally):
            yield at_work.rows(chunk).chunk()
        at_work.end()

    made = replace(sheet, headers=steps[-1].after, read=read, recipe=recipe, source_headers=sheet.headers, came=sheet)
    # what is wrong with values is what a recipe repairs; the cells are checked when they are cleaned
    told = (each for each in sheet.reading.warnings if not any(said in each for said in TEXTS_FOR_VALUES))
    return replace(made, reading=replace(sheet.reading, warnings=tuple(told)))


def headers_after(headers: Iterable[str], recipe: Recipe) -> Headers:
    """The headers that a source with these has when it is cleaned; raises WrongRecipe."""
    headers = tuple(headers)
    steps = prepared(recipe, headers)
    return steps[-1].after if steps else headers


def taken_by(sheet: Sheet) -> dict[str, str]:
    """The columns that a source had and that its recipe has taken away or called otherwise: the step, by header."""
    if sheet.recipe is None:
        return {}
    steps = prepared(sheet.recipe, sheet.source_headers)
    taken = {
        header: place(each.number + 1, each.operation.name)
        for each in steps
        for header in each.before
        if header not in each.after
    }
    return {header: step for header, step in taken.items() if header not in sheet.headers}


def checked(recipe: Recipe) -> Recipe:
    """The recipe, whose steps are known and can be done; raises WrongRecipe, which names the step."""
    if recipe.unknown is not None:
        raise recipe.unknown.refusal()
    for number, step in enumerate(recipe.steps, start=1):
        with _naming(number, step):
            refuse_unkeepable(step.to_dict())
            check(_operation(step), step)
            for condition in step.where:
                check_condition(condition, step)
    return recipe


def without_removed(sheet: Sheet) -> Sheet:
    """A cleaned sheet without the rows that its recipe removed, as it is written to a file, profiled or mapped."""
    if sheet.recipe is None:
        return sheet

    def read(tally: Tally) -> Iterator[Chunk]:
        for chunk in sheet.chunks(tally):
            left, _ = chunk.parted()
            if len(left):
                yield left

    return replace(sheet, read=read)


def sentence(step: Step, rows: int | None = None) -> str:
    """A step in words: "In Phone, of the 12 rows where City is 'A', replace 'x' by 'e'."; `rows` are those of the file
    at hand that its conditions let through, where that is known. What the last one had is told where they differ."""
    if step.operation not in OPERATIONS:
        return f"Do {step.operation}, which this version of Workbench does not know."
    where = ""
    if step.where:
        of = many(rows) if rows is not None else "rows"
        where = f"of the {of} where {' and '.join(map(str, step.where))}, "
    operation = OPERATIONS[step.operation]
    columns = listed(step.columns) if step.columns else "every column" if operation.takes == "each" else ""
    try:
        does = operation.says(step)
    except (KeyError, TypeError, ValueError, AttributeError):  # kept by a later version, with options of its own
        does = f"do {step.operation} with options that this version of Workbench does not know"
    said = f"{f'In {columns}, ' if columns else ''}{where}{does}."
    return said[:1].upper() + said[1:]


def read_by(step: Step) -> Headers:
    """The columns that a step says it reads: those it is done to, those its options read, and those its conditions ask
    of; what it is done to without saying so (every column) is not among them."""
    return (*step.columns, *_asked(step))


def _asked(step: Step) -> Headers:
    return (*_operation(step).needs(step), *(name for each in step.where for name in needed(each)))


@contextmanager
def _naming(number: int, step: Step) -> Iterator[None]:
    try:
        yield
    except WrongRecipe as error:
        raise WrongRecipe(step=place(number, step.operation), why=error.coordinates["why"]) from None
    except pa.ArrowCapacityError:
        why = "it would make more text at once than can be held."
        raise WrongRecipe(step=place(number, step.operation), why=why) from None


def _operation(step: Step) -> Operation:
    if step.operation not in OPERATIONS:
        raise wrong(step, f"there is no operation called {step.operation}, only {listed(list(OPERATIONS))}.")
    return OPERATIONS[step.operation]


def prepared(recipe: Recipe, headers: Headers) -> list[Prepared]:
    """The steps that are on, one after the other on what the former leaves; raises WrongRecipe."""
    made = []
    for number, step in enumerate(checked(recipe).steps):
        if not step.on:
            continue
        with _naming(number + 1, step):
            found = _found(number, step, headers)
        made.append(found)
        headers = found.after
    return made


def _found(number: int, step: Step, headers: Headers) -> Prepared:
    """A step for these columns: of one that takes each column by itself, those that are there."""
    operation = _operation(step)
    asked = step.columns
    columns = asked or (headers if operation.takes == "each" else ())
    others = _asked(step)
    gone = tuple(dict.fromkeys(name for name in (*columns, *others) if name not in headers))
    there = tuple(name for name in columns if name in headers)
    goes_on = not gone or (operation.takes == "each" and bool(there) and all(name in headers for name in others))
    step = replace(step, columns=there) if goes_on else replace(step, on=False)
    after = operation.headers(step, headers) if goes_on else headers
    if headers and not after:
        raise wrong(step, "no column would be left.")
    if not all(name.strip() for name in after):
        raise wrong(step, "there would be a column without a name.")
    if len(set(after)) < len(after):
        raise wrong(step, f"there would be two columns called {_twice(after)}.")
    return Prepared(number=number, step=step, operation=operation, asked=asked, gone=gone, before=headers, after=after)


def _twice(headers: Headers) -> str:
    return next(header for header in headers if headers.count(header) > 1)


class AtWork:
    """Steps at work on the chunks of one reading, one after the other, with what each did; where it `goes_on`, on rows
    that earlier steps have cleaned."""

    def __init__(
        self,
        steps: Iterable[Prepared],
        learned: Mapping[int, Learning],
        done: Iterable[Done] = (),
        *,
        goes_on: bool = False,
    ) -> None:
        told = {each.step: each for each in done}
        does = [each for each in steps if each.is_done]
        self._goes_on = goes_on
        self._runs = [(each, told.get(each.number, Done(step=each.number)), _begun(each, learned)) for each in does]
        self._met = {each.number: Strange(each.step, done, each.operation, each.asked) for each, done, _ in self._runs}

    def rows(self, chunk: Chunk) -> Rows:
        """The rows of the next chunk as the steps leave them."""
        rows = Rows(chunk, goes_on=self._goes_on)
        for each, told, run in self._runs:
            rows.step, rows.unworked = each.number, 0
            with _naming(each.number + 1, each.step):
                where = rows.present(rows_where(each.step.where, rows))
                told.rows += rows.number(where)
                self._met[each.number].look(rows, where)
                told.changed += run(rows, where)
                told.unworked += rows.unworked
            rows.arrange(each.after)
        return rows

    def end(self) -> None:
        """Completes what each did: there are no more rows."""
        for strange in self._met.values():
            strange.end()


def learn(steps: Iterable[Prepared], chunks: Callable[[], Iterator[Chunk]], learned: dict[int, Learning]) -> None:
    """Lets the steps that have to know all rows look at them, as the steps before each leave them."""
    does = [each for each in steps if each.is_done]
    for at, each in enumerate(does):
        if each.operation.learn is None or each.number in learned:
            continue
        learning = each.operation.learn(each.step, each.before)
        before = AtWork(does[:at], learned)
        for rows in map(before.rows, chunks()):
            with _naming(each.number + 1, each.step):
                learning.learn(rows, rows.present(rows_where(each.step.where, rows)))
        learned[each.number] = learning


def _begun(each: Prepared, learned: Mapping[int, Learning]) -> Run:
    if each.operation.begin is not None:
        return each.operation.begin(each.step, each.before)
    return learned[each.number].begin()
