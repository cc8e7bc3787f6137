"""The data docs of one batch: a page, rendered by Great Expectations, of what every expectation found in it."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from workbench.derived.expectations import Finding, great_expectations
from workbench.model.files import private, write_private

TEMPLATE = Path(__file__).with_suffix(".j2")


def write_data_docs(
    folder: Path, suite: str, findings: Sequence[Finding], *, title: str, facts: Mapping[str, str]
) -> Path:
    """Writes `index.html` and, for programs, `validation.json` into the folder, and returns the page.

    `findings` are those of the whole batch, as Great Expectations counted them. `facts` stand at the top, e.g.
    {"File": "students.csv", "Rows": "1000"}. The page holds everything it needs, runs no script and loads nothing: it
    shows without a network, and no cell's text can do harm. Like the source, it is for its owner alone.
    """
    private(folder)
    result = _suite_result(suite, findings, facts)
    write_private(folder / "validation.json", json.dumps(result.to_json_dict(), indent=2, ensure_ascii=False))
    page = folder / "index.html"
    write_private(page, _html(_suite_result(suite, findings, facts, escape), findings, title, facts))
    return page


def _suite_result(
    suite: str, findings: Sequence[Finding], facts: Mapping[str, str], shown: Callable[[str], str] = str
) -> Any:
    """The batch as one validation of Great Expectations; `shown` is what becomes of a cell's text."""
    gx = great_expectations()
    from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResult

    failed = [finding for finding in findings if finding.unexpected]
    passed = len(findings) - len(failed)
    return ExpectationSuiteValidationResult(
        success=all(finding.expectation.severity == "warning" for finding in failed),
        results=[_result(finding, shown) for finding in findings],
        suite_name=suite,
        statistics={
            "evaluated_expectations": len(findings),
            "successful_expectations": passed,
            "unsuccessful_expectations": len(failed),
            "success_percent": 100 * passed / len(findings) if findings else None,
        },
        meta={"great_expectations_version": gx.__version__, "facts": dict(facts)},
    )


def _result(finding: Finding, shown: Callable[[str], str]) -> Any:
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    asked = finding.evaluated - (finding.missing or 0)
    result = {
        "element_count": finding.evaluated,
        "unexpected_count": finding.unexpected,
        "unexpected_percent": 100 * finding.unexpected / asked if asked else None,
        "partial_unexpected_list": [
            f"line {line}" if value is None else f"line {line}: {shown(value)}" for line, value in finding.examples
        ],
        "partial_unexpected_index_list": [line for line, _ in finding.examples],
    }
    if finding.missing is not None:
        result["missing_count"] = finding.missing
    return ExpectationValidationResult(
        success=not finding.unexpected,
        expectation_config=ExpectationConfiguration(**finding.expectation.to_dict()),
        result=result,
    )


def _html(result: Any, findings: Sequence[Finding], title: str, facts: Mapping[str, str]) -> str:
    from great_expectations.render import RenderedDocumentContent

    by_field: dict[str, list[tuple[Finding, Any]]] = {}
    for finding, found in zip(findings, result.results, strict=True):
        by_field.setdefault(finding.expectation.field, []).append((finding, found))
    document = RenderedDocumentContent(
        sections=[_section(field or "Several fields", found) for field, found in by_field.items()],
        renderer_type="ValidationResultsPageRenderer",
        expectation_suite_name=result.suite_name,
    )
    issues = [
        {"rows": finding.unexpected, **finding.expectation.to_dict()["meta"]}
        for finding in findings
        if finding.unexpected
    ]
    return str(_view().render(document, template=TEMPLATE.name, title=title, facts=facts, issues=issues))


@cache
def _view() -> Any:
    """What makes pages of documents; it keeps the templates that it has read."""
    from great_expectations.render.view import DefaultJinjaPageView

    return DefaultJinjaPageView(custom_views_directory=str(TEMPLATE.parent))


def _section(name: str, found: Sequence[tuple[Finding, Any]]) -> Any:
    """One field's expectations: the table Great Expectations makes of them, and the code of each one's issue."""
    from great_expectations.render import RenderedSectionContent
    from great_expectations.render.renderer.content_block import ValidationResultsTableContentBlockRenderer

    table: Any = ValidationResultsTableContentBlockRenderer.render(
        [result for _, result in found], include_column_name=False
    )
    table.header_row.append("Issue")
    for row, (finding, _) in zip(table.table, found, strict=True):
        row.append(escape(finding.expectation.code))
    return RenderedSectionContent(section_name=name, content_blocks=[table])
