"""Great Expectations judges every row of a chunk: what it finds unexpected becomes the row's issue."""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from workbench.derived.expectations import (
    Expectation,
    Finding,
    expectations,
    great_expectations,
    read_extra,
    text_column,
    uncollected,
    unwarned,
)
from workbench.model.arrays import matches
from workbench.model.contract import Contract
from workbench.model.errors import BrokenSuite
from workbench.model.issue import ISSUES
from workbench.model.kinds import KINDS

EXAMPLES = 20
"""So many failed values are kept of each expectation."""
LONGEST = 200
"""And so many characters of each value."""

COMPLETE = {"result_format": "COMPLETE", "include_unexpected_rows": False, "return_unexpected_index_query": False}


class Rows(Protocol):
    """Canonical values of n rows: `lines` (int32) and `values` (a string column per field that the source has)."""

    @property
    def lines(self) -> pa.Int32Array: ...
    @property
    def values(self) -> pa.RecordBatch: ...


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What is wrong with a chunk's rows: `issues` has the columns of ISSUES and is sorted by `position` (from 0)."""

    issues: pa.Table


class Validator:
    """Asks a contract's suite, and the expectations of analysts' own files, of one batch, a chunk at a time.

    `forms` are those that its columns are written in (field -> form).
    Raises BrokenSuite when a file cannot be read, or when one of its expectations turns out to be unanswerable.
    """

    def __init__(self, contract: Contract, extra: Sequence[Path] = (), forms: Mapping[str, str] | None = None) -> None:
        self._contract = contract
        added = (expectation for file in extra for expectation in read_extra(file, contract))
        self._expectations = (*expectations(contract, forms or {}), *added)
        self._questions: dict[int, _Question] = {}
        self._findings = {n: Finding(expectation=each) for n, each in enumerate(self._expectations)}

    def check(self, rows: Rows) -> Verdict:
        """The verdict on a chunk.

        What is asked about a field that the source does not have is left out, unless the contract requires the field.
        """
        if not len(rows.lines):
            return Verdict(issues=ISSUES.empty_table())
        with _forgetting():
            failed = self._failed(rows)
        return Verdict(issues=self._issues(failed, rows.lines))

    def _failed(self, rows: Rows) -> dict[int, npt.NDArray[np.int32]]:
        """The positions that failed, by the number of the expectation; what was found is added to the findings."""
        frame = _frame(self._contract, rows.values)
        failed = {}
        asked = self._asked(rows.values)
        for n, counts in self._answers(frame, asked) if asked else ():
            positions = _positions(self._expectations[n], counts)
            self._findings[n] = _added(self._findings[n], counts, positions, rows.lines, frame)
            if len(positions):
                failed[n] = positions
        return failed

    def summary(self) -> tuple[Finding, ...]:
        """What every expectation that was asked found in all chunks so far, in the suite's order."""
        return tuple(finding for finding in self._findings.values() if finding.evaluated)

    def _answers(self, frame: pd.DataFrame, asked: Sequence[int]) -> list[tuple[int, Mapping[str, Any]]]:
        """Each expectation's number with what it found.

        An expectation is shown its own columns only: the library copies the frame several times for each. The engine is
        used without a data source, which would fingerprint every chunk twice and take four times as long.
        """
        great_expectations()
        from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
        from great_expectations.validator.validation_graph import ValidationGraph

        views = {_view(each): list(each.columns) for each in (self._expectations[n] for n in asked)}
        batches = {view: frame[columns] if columns else frame for view, columns in views.items()}
        engine = PandasExecutionEngine(batch_data_dict=batches)
        graph = ValidationGraph(execution_engine=engine)
        with unwarned():
            for n in asked:
                if n not in self._questions:
                    self._questions[n] = _Question(self._expectations[n])
                for edge in self._questions[n].needs.graph.edges:  # what several need is computed once
                    graph.add(edge)
            computed, failed = graph.resolve(_runtime(), show_progress_bars=False)
            return [(n, self._questions[n].answer(engine, computed, failed)) for n in asked]

    def _asked(self, values: pa.RecordBatch) -> list[int]:
        """The numbers of the expectations that are asked. Nothing unexpected is among no values, so that what a suite
        says of the values of a blank column is not asked, and told as the library would tell it."""
        present = set(values.schema.names)
        blank = {name for name in present if values[name].null_count == values.num_rows}
        asked = []
        for n, each in enumerate(self._expectations):
            if not self._is_asked(each, present):
                continue
            if each.origin == self._contract.name and each.code != "missing" and blank.issuperset(each.fields):
                found = self._findings[n]
                evaluated, missing = (number + values.num_rows for number in (found.evaluated, found.missing or 0))
                self._findings[n] = replace(found, evaluated=evaluated, missing=missing)
            else:
                asked.append(n)
        return asked

    def _is_asked(self, expectation: Expectation, present: set[str]) -> bool:
        required = expectation.code == "missing" and expectation.origin == self._contract.name
        return required or present.issuperset(expectation.fields)

    def _issues(self, failed: Mapping[int, npt.NDArray[np.int32]], lines: pa.Int32Array) -> pa.Table:
        if not failed:
            return ISSUES.empty_table()
        position = np.concatenate(list(failed.values()))
        which = np.repeat(list(failed), [len(positions) for positions in failed.values()])
        order = np.lexsort((which, position))
        position, which = pa.array(position[order]), pa.array(which[order])
        texts = [
            pa.array([getattr(each, name) for each in self._expectations], pa.string()).take(which)
            for name in ("code", "field", "message", "severity")
        ]
        return pa.table([position, lines.take(position), *texts], schema=ISSUES)


class _Question:
    """An expectation that is asked of one chunk after another; raises BrokenSuite when the library cannot tell.

    What has to be computed for its answer is found out once. The library would do so for every chunk anew, which takes
    it longer than to compute it; so does its own way from what was computed to the answer, around that answer itself.
    """

    def __init__(self, expectation: Expectation) -> None:
        from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
        from great_expectations.validator.metrics_calculator import MetricsCalculator
        from great_expectations.validator.validation_graph import ExpectationValidationGraph

        self._expectation = expectation
        engine = PandasExecutionEngine()
        try:
            configuration = _configuration(expectation)
            self._askable = configuration.to_domain_obj()
            needed = self._askable.get_validation_dependencies(
                execution_engine=engine, runtime_configuration=_runtime()
            )
            graph = MetricsCalculator(engine).build_metric_dependency_graph(
                needed.get_metric_configurations(), _runtime()
            )
            self._metrics = {name: metric.id for name, metric in needed.metric_configurations.items()}
        except Exception as error:
            raise _unanswerable(expectation, error) from error
        self.needs = ExpectationValidationGraph(configuration=configuration, graph=graph)

    def answer(self, engine: Any, computed: dict[Any, Any], failed: dict[Any, Any]) -> Mapping[str, Any]:
        """What the library found, of what was computed for it and what could not be."""
        problems: Mapping[str, Any] = self.needs.get_exception_info(failed) if failed else {}
        for problem in problems.values():
            raise _unanswerable(self._expectation, problem["exception_message"])
        try:
            found = self._askable._validate(
                metrics={name: computed[metric] for name, metric in self._metrics.items()},
                execution_engine=engine,
                runtime_configuration=_runtime(),
            )
            result: Mapping[str, Any] = found["result"] if isinstance(found, dict) else found.result
            return result
        except Exception as error:
            raise _unanswerable(self._expectation, error) from error


def _runtime() -> dict[str, Any]:
    """How the library is to answer; it writes into what it is given."""
    return {"result_format": dict(COMPLETE)}


@contextmanager
def _forgetting() -> Iterator[None]:
    """Gives back at once what is made meanwhile.

    The library leaves each chunk's frames in circles of references, and those of many chunks would gather before Python
    looks for such circles among its oldest objects. Until it is asked to, it makes none of these older.
    """
    try:
        with uncollected():
            yield
    finally:
        gc.collect(1)


def _frame(contract: Contract, values: pa.RecordBatch) -> pd.DataFrame:
    """The columns that a suite speaks of: text, and numbers beside it where the kind is numeric; null where blank."""
    columns: dict[str, pa.Array] = {}
    for field in contract.stored:
        kind = KINDS[field.kind]
        there = field.name in values.schema.names
        text = values[field.name] if there else pa.nulls(values.num_rows, pa.string())
        columns[text_column(field)] = text
        if kind.numeric:
            columns[field.name] = pc.cast(pc.if_else(matches(text, kind.pattern), text, None), pa.float64())
    frame: pd.DataFrame = pa.table(columns).to_pandas(types_mapper={pa.string(): pd.StringDtype(na_value=np.nan)}.get)
    return frame


def _positions(expectation: Expectation, counts: Mapping[str, Any]) -> npt.NDArray[np.int32]:
    """The rows that failed; raises BrokenSuite when the library does not tell."""
    failed = counts.get("unexpected_index_list") or []
    if len(failed) != counts["unexpected_count"]:
        raise _unanswerable(expectation, "Great Expectations does not say which rows fail")
    return np.asarray(failed, dtype=np.int32)


def _unanswerable(expectation: Expectation, why: object) -> BrokenSuite:
    of = ", ".join(expectation.columns) or "rows"
    return BrokenSuite(
        file=expectation.origin,
        why=f"{expectation.type} of {of} cannot be answered: {' '.join(str(why).split())[:300]}.",
    )


def _added(
    finding: Finding,
    counts: Mapping[str, Any],
    positions: npt.NDArray[np.int32],
    lines: pa.Int32Array,
    frame: pd.DataFrame,
) -> Finding:
    """The finding with one more chunk's counts."""
    missing = counts.get("missing_count")
    some = positions[: EXAMPLES - len(finding.examples)]
    return replace(
        finding,
        evaluated=finding.evaluated + counts["element_count"],
        missing=None if missing is None else (finding.missing or 0) + missing,
        unexpected=finding.unexpected + len(positions),
        examples=(*finding.examples, *((lines[p].as_py(), _value(finding.expectation, frame, p)) for p in some)),
    )


def _value(expectation: Expectation, frame: pd.DataFrame, position: int) -> str | None:
    """What the row has in the expectation's columns, as text."""
    values = {}
    for field in expectation.fields:
        value: Any = frame[f"{field}.text" if f"{field}.text" in frame else field].iat[position]
        values[field] = None if pd.isna(value) else str(value)[:LONGEST]
    if len(values) == 1:
        return next(iter(values.values()))
    return ", ".join(f"{field}: {value}" for field, value in values.items())


def _configuration(expectation: Expectation) -> Any:
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    return ExpectationConfiguration(
        type=expectation.type, kwargs={**expectation.kwargs, "batch_id": _view(expectation)}
    )


def _view(expectation: Expectation) -> str:
    return ", ".join(expectation.columns) or "every column"
