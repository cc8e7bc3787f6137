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
        self._questions: dict[tuple[int, ...], _Questions] = {}
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
        if asked not in self._questions:
            self._questions[asked] = _Questions({n: self._expectations[n] for n in asked})
        for n, result in self._questions[asked].answers(frame).items():
            positions = _positions(self._expectations[n], result)
            self._findings[n] = _added(self._findings[n], result, positions, rows.lines, frame)
            if len(positions):
                failed[n] = positions
        return failed

    def summary(self) -> tuple[Finding, ...]:
        """What every expectation that was asked found in all chunks so far, in the suite's order."""
        return tuple(finding for finding in self._findings.values() if finding.evaluated)

    def _asked(self, values: pa.RecordBatch) -> tuple[int, ...]:
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
        return tuple(asked)

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


class _Questions:
    """Expectations that are asked of one chunk after another.

    The library would work out for every chunk anew what it has to compute for its answers, which takes longer than to
    compute it, though it is the same for all of them.
    """

    def __init__(self, expectations: Mapping[int, Expectation]) -> None:
        great_expectations()
        from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
        from great_expectations.validator.metrics_calculator import MetricsCalculator
        from great_expectations.validator.validation_graph import ExpectationValidationGraph, ValidationGraph

        self._expectations = expectations
        self._views = {_view(each): list(each.columns) for each in expectations.values()}
        self._askable: dict[int, Any] = {}
        self._graphs: dict[int, ExpectationValidationGraph] = {}
        """What has to be computed for each."""
        engine = PandasExecutionEngine()
        together = ValidationGraph(execution_engine=engine)
        with unwarned():
            for n, each in expectations.items():
                try:
                    configuration = _configuration(each)
                    self._askable[n] = configuration.to_domain_obj()
                    needed = self._askable[n].get_validation_dependencies(
                        execution_engine=engine, runtime_configuration=_runtime()
                    )
                    graph = MetricsCalculator(engine).build_metric_dependency_graph(
                        needed.get_metric_configurations(), _runtime()
                    )
                except Exception as error:
                    raise _unanswerable(each, error) from error
                self._graphs[n] = ExpectationValidationGraph(configuration=configuration, graph=graph)
                for edge in graph.edges:  # what several need is computed once
                    together.add(edge)
        self._edges = together.edges

    def answers(self, frame: pd.DataFrame) -> dict[int, Any]:
        """The result of each expectation, by its number; raises BrokenSuite when the library could not tell.

        An expectation is shown its own columns only: the library copies the frame several times for each. The engine is
        used without a data source, which would fingerprint every chunk twice and take four times as long.
        """
        from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
        from great_expectations.validator.validation_graph import ValidationGraph

        views = {view: frame[columns] if columns else frame for view, columns in self._views.items()}
        engine = PandasExecutionEngine(batch_data_dict=views)
        results: dict[int, Any] = {}
        with unwarned():
            computed, failed = ValidationGraph(execution_engine=engine, edges=self._edges).resolve(
                _runtime(), show_progress_bars=False
            )
            for n, each in self._expectations.items() if failed else ():
                problems: Mapping[str, Any] = self._graphs[n].get_exception_info(failed)
                for problem in problems.values():
                    raise _unanswerable(each, problem["exception_message"])
            for n, each in self._expectations.items():
                try:
                    results[n] = self._askable[n].metrics_validate(
                        metrics=computed, execution_engine=engine, runtime_configuration=_runtime()
                    )
                except Exception as error:
                    raise _unanswerable(each, error) from error
        return results


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


def _positions(expectation: Expectation, result: Any) -> npt.NDArray[np.int32]:
    """The rows that failed; raises BrokenSuite when the library does not tell."""
    failed = result.result.get("unexpected_index_list") or []
    if len(failed) != result.result["unexpected_count"]:
        raise _unanswerable(expectation, "Great Expectations does not say which rows fail")
    return np.asarray(failed, dtype=np.int32)


def _unanswerable(expectation: Expectation, why: object) -> BrokenSuite:
    of = ", ".join(expectation.columns) or "rows"
    return BrokenSuite(
        file=expectation.origin,
        why=f"{expectation.type} of {of} cannot be answered: {' '.join(str(why).split())[:300]}.",
    )


def _added(
    finding: Finding, result: Any, positions: npt.NDArray[np.int32], lines: pa.Int32Array, frame: pd.DataFrame
) -> Finding:
    """The finding with one more chunk's counts."""
    counts = result.result
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
