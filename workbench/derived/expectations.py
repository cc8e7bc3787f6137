"""The suite of a contract: what Great Expectations is asked about every row, and what analysts add to it.

A suite speaks of these columns: one column of text per field, under the field's name. A numeric field has two: its
name holds numbers, so that `expect_column_values_to_be_between` works on it, and `<field>.text` holds the canonical
text, or what was typed where that is no number.

Every expectation is asked row by row, in chunks. Its `meta` says which issue a row gets that fails it: code, field,
message and severity.
"""

import gc
import json
import logging
import os
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

from workbench.model.contract import Contract, Field
from workbench.model.errors import BrokenSuite
from workbench.model.issue import Severity
from workbench.model.kinds import KINDS

LOOKS_AT_OTHER_ROWS = {
    "expect_column_values_to_be_unique",
    "expect_compound_columns_to_be_unique",
    "expect_column_values_to_be_increasing",
    "expect_column_values_to_be_decreasing",
    "expect_column_value_z_scores_to_be_less_than",
    "expect_column_values_to_not_be_outliers",
    "expect_column_values_to_be_of_type",
    "expect_column_values_to_be_in_type_list",
}
"""Expectations that Great Expectations counts among the row-level ones, and whose answer needs more than the row."""


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """One thing that is asked about every row, and the issue of a row that fails it."""

    type: str
    kwargs: Mapping[str, Any]
    code: str
    field: str
    message: str
    severity: Severity = "error"
    origin: str
    """The contract's name, or the file that an analyst wrote."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it speaks of; empty when it may speak of any, by a condition on the row."""
        return () if self.kwargs.get("row_condition") else _columns(self.kwargs)

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields it judges, without those that only a condition on the row names."""
        return tuple(column.removesuffix(".text") for column in _columns(self.kwargs))

    def to_dict(self) -> dict[str, Any]:
        """As a suite's JSON has it."""
        return {
            "type": self.type,
            "kwargs": dict(self.kwargs),
            "severity": "critical" if self.severity == "error" else "warning",
            "meta": {"code": self.code, "field": self.field, "message": self.message, "severity": self.severity},
        }


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one expectation found in a whole batch: the counts of Great Expectations, added up over the chunks."""

    expectation: Expectation
    evaluated: int = 0
    """Rows that were asked."""
    missing: int | None = None
    """Rows left out because they have no value there; None where a missing value is itself what is asked about."""
    unexpected: int = 0
    """Rows that failed: as many issues."""
    examples: tuple[tuple[int, str | None], ...] = ()
    """The line and the value of some that failed."""


def expectations(contract: Contract, forms: Mapping[str, str] = MappingProxyType({})) -> tuple[Expectation, ...]:
    """What a contract's stored fields demand of every row, in the contract's order; `forms` (field -> form) are those
    that their columns are written in, which the messages speak of."""
    return tuple(
        expectation for field in contract.stored for expectation in _of_field(contract, field, forms.get(field.name))
    )


def suite_json(contract: Contract) -> str:
    """The contract's suite as Great Expectations reads it: JSON, the same text every time."""
    suite = {
        "name": contract.name,
        "notes": "Generated from the contract: change it there, then run make generate. "
        f"Expectations of your own go into {contract.dataset}.extra.json, beside this file.",
        "expectations": [expectation.to_dict() for expectation in expectations(contract)],
        "meta": {},
    }
    return json.dumps(suite, indent=2, ensure_ascii=False) + "\n"


def suite(contract: Contract) -> Any:
    """The contract's suite as a `great_expectations.ExpectationSuite`."""
    return great_expectations().ExpectationSuite(**json.loads(suite_json(contract)))


def text_column(field: Field) -> str:
    """The column that holds a field's text: its name, or `<field>.text` where the name holds numbers."""
    return f"{field.name}.text" if KINDS[field.kind].numeric else field.name


def extra_files(contract: Contract, *folders: Path) -> tuple[Path, ...]:
    """The files of analysts' own expectations for a contract, those that exist in the given folders of suites."""
    files = (folder / contract.family / f"{contract.dataset}.extra.json" for folder in folders)
    return tuple(file for file in files if file.is_file())


def read_extra(file: Path, contract: Contract) -> tuple[Expectation, ...]:
    """The expectations of an analyst's file, a suite in Great Expectations' JSON; raises BrokenSuite.

    Code, message and severity may stand in each one's `meta`. Otherwise the code is its type in short, the message what
    Great Expectations says of it, and the severity its own (critical is an error; warning and info are warnings).
    """
    try:
        entries = json.loads(file.read_text("utf-8-sig"))["expectations"]
        if not isinstance(entries, list):
            raise TypeError("its expectations are no list")
    except KeyError:
        raise BrokenSuite(file=file, why='it has no list called "expectations".') from None
    except (OSError, ValueError, TypeError) as error:
        raise BrokenSuite(file=file, why=f"it is not a suite in JSON ({error}).") from None
    known = {column for field in contract.stored for column in (field.name, text_column(field))}
    read = []
    for number, entry in enumerate(entries, start=1):
        try:
            read.append(_of_entry(entry, str(file), known))
        except ValueError as error:
            raise BrokenSuite(file=file, why=f"expectation {number}{_called(entry)} {error}.") from None
    return tuple(read)


@cache
def great_expectations() -> ModuleType:
    """The library, imported when it is needed (it takes two seconds) and quiet: no statistics, log, warnings.

    Its hundreds of thousands of objects last as long as the program, so the collector looks at none of them: not while
    they are made, nor later, nor at the end, which together would take more than a second.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    gc.collect()  # what is of no use to the caller is not kept with them
    with uncollected(), unwarned():
        import great_expectations as gx

        logging.captureWarnings(False)  # its import sends everybody's warnings to the log
        gc.freeze()
    logging.getLogger("great_expectations").setLevel(logging.CRITICAL)
    return gx


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the garbage collector."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


@contextmanager
def unwarned() -> Iterator[None]:
    """Without warnings: the library and pandas warn of what an analyst wrote, and of each other."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _of_field(contract: Contract, field: Field, form: str | None) -> Iterator[Expectation]:
    kind = KINDS[field.kind]

    def expectation(type: str, code: str, message: str, severity: Severity = "error", **kwargs: Any) -> Expectation:
        kwargs = {"column": text_column(field)} | kwargs
        return Expectation(
            type=type,
            kwargs=kwargs,
            code=code,
            field=field.name,
            message=message,
            severity=severity,
            origin=contract.name,
        )

    if field.name in contract.key:  # what else a new record needs is the plan's question: a known one has it
        yield expectation("expect_column_values_to_not_be_null", "missing", f"{field.name} is required")
    if field.choices:
        message = f"{field.name} is none of: {', '.join(field.choices)}"
        yield expectation("expect_column_values_to_be_in_set", "bad_choice", message, value_set=list(field.choices))
    else:
        message = _limited(kind.message_of(form), field)
        yield expectation("expect_column_values_to_match_regex", kind.code, message, regex=_regex(kind.pattern))
    if field.usual is not None:
        message = f"{field.name} is usually {field.usual.told}"
        yield expectation(
            "expect_column_values_to_match_regex", "unusual", message, "warning", regex=_regex(field.usual.pattern)
        )
    if field.max_length is not None:
        message = f"{field.name} is longer than {field.max_length} characters"
        yield expectation("expect_column_value_lengths_to_be_between", "too_long", message, max_value=field.max_length)
    if field.minimum is not None or field.maximum is not None:
        limits: dict[str, Any] = {"min_value": field.minimum, "max_value": field.maximum}
        yield expectation(
            "expect_column_values_to_be_between",
            "out_of_range",
            _range_message(field),
            column=field.name,
            **{name: limit for name, limit in limits.items() if limit is not None},
        )


def _limited(message: str, field: Field) -> str:
    """A kind's sentence with the limits of the field, where it has any: "Not a whole number from 0 to 100"."""
    if not KINDS[field.kind].numeric:
        return message
    what, comma, rest = message.partition(",")
    match field.minimum, field.maximum:
        case None, None:
            return message
        case least, None:
            limits = f"of at least {least:g}"
        case None, most:
            limits = f"of at most {most:g}"
        case least, most:
            limits = f"from {least:g} to {most:g}"
    return f"{what} {limits}{comma}{rest}"


def _range_message(field: Field) -> str:
    if field.maximum is None:
        return f"{field.name} is less than {field.minimum:g}"
    if field.minimum is None:
        return f"{field.name} is more than {field.maximum:g}"
    return f"{field.name} is not between {field.minimum:g} and {field.maximum:g}"


def _regex(pattern: str) -> str:
    r"""The pattern with `\Z` for a last `$`, which in Python (not in RE2) also matches before a last line feed."""
    return re.sub(r"(?<!\\)\$$", r"\\Z", pattern)


def _of_entry(entry: Any, origin: str, known: set[str]) -> Expectation:
    """One expectation of an analyst's file; raises ValueError with the rest of a sentence about it."""
    kwargs, meta = _parts(entry)
    type = entry["type"]
    severity, message = _understood(entry)
    columns = _columns(kwargs)
    strange = [column for column in columns if column not in known]
    if strange:
        raise ValueError(f"speaks of {strange[0]}, which is no column of this suite: {', '.join(sorted(known))}")
    if kwargs.get("mostly", 1) != 1:
        raise ValueError('says "mostly", but every row is judged by itself; give it the severity "warning" instead')
    severity = meta.get("severity", severity)
    if severity not in ("error", "warning"):
        raise ValueError(f'has the severity {severity} in its meta, where only "error" and "warning" are known')
    return Expectation(
        type=type,
        kwargs=kwargs,
        code=str(meta.get("code") or re.sub(r"^expect_(column_)?(values_to_)?(be_)?", "", type)),
        field=columns[0].removesuffix(".text") if len(columns) == 1 else "",
        message=str(meta.get("message") or message),
        severity=severity,
        origin=origin,
    )


def _parts(entry: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    if not isinstance(entry, dict) or not isinstance(entry.get("type"), str):
        raise ValueError('has no "type"')
    kwargs, meta = entry.get("kwargs"), entry.get("meta") or {}
    if not isinstance(kwargs, dict) or not isinstance(meta, dict):
        raise ValueError('has no "kwargs"')
    return kwargs, meta


def _understood(entry: Mapping[str, Any]) -> tuple[Severity, str]:
    """The severity and the sentence of an expectation, as Great Expectations understands it; raises ValueError."""
    great_expectations()
    with unwarned():
        from great_expectations.exceptions.exceptions import GreatExpectationsError
        from great_expectations.expectations import expectation as classes
        from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
        from great_expectations.render.renderer.inline_renderer import InlineRenderer

        named = {key: entry[key] for key in ("type", "kwargs", "notes", "description", "severity") if entry.get(key)}
        try:
            configuration = ExpectationConfiguration(**named)
            expectation = configuration.to_domain_obj()
        except (GreatExpectationsError, ValueError, TypeError) as error:
            raise ValueError(f"is refused by Great Expectations: {' '.join(str(error).split())[:300]}") from None
        by_row = (classes.ColumnMapExpectation, classes.ColumnPairMapExpectation, classes.MulticolumnMapExpectation)
        if not isinstance(expectation, by_row) or entry["type"] in LOOKS_AT_OTHER_ROWS:
            raise ValueError("cannot be answered for one row by itself, and every row is judged by itself")
        message = expectation.description
        if not message:
            content = InlineRenderer(render_object=configuration).get_rendered_content()[0]
            rendered: Any = content.to_json_dict()["value"]
            values = {name: parameter.get("value") for name, parameter in rendered["params"].items()}
            message = re.sub(r"\$(\w+)", lambda found: str(values.get(found[1], found[0])), rendered["template"])
    return ("error" if expectation.severity == "critical" else "warning"), message


def _columns(kwargs: Mapping[str, Any]) -> tuple[str, ...]:
    single = (kwargs[name] for name in ("column", "column_A", "column_B") if name in kwargs)
    several: Sequence[str] = kwargs.get("column_list", ())
    return (*single, *several)


def _called(entry: Any) -> str:
    return f" ({entry['type']})" if isinstance(entry, dict) and "type" in entry else ""
