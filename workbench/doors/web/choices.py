"""A mapping as a person makes it: suggested, put right by hand, and what was said otherwise kept in the address."""

from collections.abc import Iterable
from collections.abc import Mapping as Pairs
from dataclasses import replace
from typing import Any

import streamlit as st

from workbench.datasets import catalog
from workbench.doors.web import address, sheets, words
from workbench.doors.web.views import columns
from workbench.model.contract import Contract
from workbench.model.sheet import Sheet
from workbench.model.template import Mapping, Template
from workbench.prepare.columns import ChoiceText, asked_about
from workbench.prepare.mapping import Suggestion, by_hand, lacking, suggest

BY_HAND = ("fields", "meanings", "forms", "same", "mode", "window", "notes", "clears", "lenient", "on_edit", "repairs")
"""The parts of the address with what a person chose otherwise than it was suggested."""


def forget() -> None:
    """What was chosen by hand was chosen for another dataset or template."""
    for part in BY_HAND:
        st.query_params.pop(part, None)
        st.session_state.pop(part, None)


def fields(
    source: sheets.Source, contract: Contract, template: Template | None, key: str
) -> tuple[dict[str, str], bool]:
    """Header -> field, "" for a column that is left out, and whether a template says all of it."""
    suggested = suggest(
        source.sheet.headers, source.sheet.sample(), contract, template, repeated=source.sheet.reading.repeated
    )
    possible = ["", *(field.name for field in contract.importable)]
    before = {header: name for header, name in address.said("fields").items() if name in possible}
    looked_at = sheets.looked_at(source.sheet, contract.name)

    def why(given: Suggestion, name: str) -> Suggestion:
        suggested = given.field or ""
        return given if name == suggested else by_hand(given.header, name, source.sheet.sample(), contract)

    said = columns.fields(contract, suggested, looked_at, before, why, key=f"fields {key}")
    address.put("fields", _otherwise(said, {given.header: given.field or "" for given in suggested}))
    settled = all(given.method == "template" and said[given.header] == (given.field or "") for given in suggested)
    return said, settled


def constants(contract: Contract, mapped: Pairs[str, str], template: Template | None, key: str) -> dict[str, str]:
    """One value for every row: of the required fields without a column, and of any other that a person picks."""
    unfilled = [field.name for field in lacking(contract, mapped.values()) if field.derive is None]
    saved = template.mapping.constants if template else {}
    possible = [field for field in contract.importable if field.name not in (*mapped.values(), *contract.key)]
    names = [field.name for field in possible]
    widget = f"same {key} {names}"
    before = saved | {name: text for name, text in address.before("same", widget).items() if isinstance(text, str)}
    wanted = [name for name in names if before.get(name) or name in unfilled]
    said = columns.constants(possible, wanted, before, key=key, widget=widget)
    address.put("same", _otherwise({n: said.get(n, "") for n in names}, {n: saved.get(n, "") for n in names}))
    return {name: text for name, text in said.items() if text}


def without(
    missed: Iterable[str], template: Template | None, filled: Iterable[str], key: str
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Of the template's columns that the file has no more, those whose field nothing else fills: header -> "" for each
    that a person goes on without, and what is still open."""
    columns_ = template.mapping.columns if template is not None else {}
    there = set(filled)
    gone = {header: columns_[header] for header in missed if columns_[header] not in there}
    said = {header: columns.without(header, name, key=f"without {header} {key}") for header, name in gone.items()}
    unsaid = [header for header, agreed in said.items() if not agreed]
    questions = tuple(
        f"{header} has gone: say what fills {gone[header]} now, or go on without it." for header in unsaid
    )
    return {header: "" for header, agreed in said.items() if agreed}, questions


def meanings(
    source: sheets.Source, contract: Contract, mapped: dict[str, str], template: Template | None, key: str
) -> tuple[dict[str, dict[str, str]], bool]:
    """What the texts mean that stand where a choice is expected, and are none; and whether some of it is only guessed,
    and nobody has said so yet."""
    with st.spinner("Counting the values of choice fields ..."):
        found = sheets.unknown(source.sheet, contract.name, mapped)
    said = dict(template.mapping.value_maps) if template else {}
    chosen = _nothing(source, contract, mapped, template, said, key)
    guessed = False
    for name, texts in found.items():
        field = contract.field(name)
        saved = {text.lower(): meaning or columns.BLANK for text, meaning in said.get(name, {}).items()}
        possible = (*field.choices, columns.BLANK, columns.INVALID)
        saved = {text: meaning for text, meaning in saved.items() if meaning in possible}
        likely = {text.text: _likely(text, saved.get(text.text.lower()), template) for text in texts}
        before = _said_before(name, possible)
        meant = columns.meanings(field, texts, likely, before, key=f"values {name} {key}")
        chosen[name] = _otherwise(meant, {text: means for text, (means, _) in likely.items()})
        guesses = {text.text for text in texts if text.like and text.text.lower() not in saved}
        guessed = guessed or not guesses <= chosen[name].keys()
        said[name] = said.get(name, {}) | {
            text: "" if means == columns.BLANK else means for text, means in meant.items() if means != columns.INVALID
        }
    address.put("meanings", {name: texts for name, texts in chosen.items() if texts})
    return said, guessed


def changed(said: Pairs[str, Pairs[str, str]], mapping: Mapping) -> dict[str, dict[str, str]]:
    """What texts mean now, and meant otherwise, or nothing, in a mapping; of the fields that a column fills there."""
    filled = set(mapping.columns.values())
    found = {
        name: {text: means for text, means in texts.items() if mapping.value_maps.get(name, {}).get(text) != means}
        for name, texts in said.items()
        if name in filled
    }
    return {name: texts for name, texts in found.items() if texts}


def _likely(text: ChoiceText, saved: str | None, template: Template | None) -> columns.Likely:
    """What a text is taken for that is no choice: what was said before, else the choice that it is like."""
    if saved is not None:
        return saved, _says(template)
    if text.like:
        return text.like, f":orange-badge[{text.score:.0%}] like {words.text(text.like)}"
    return columns.INVALID, "like none of its choices"


def _says(template: Template | None) -> str:
    """Who has said before what a text means."""
    by = "the template" if template is not None and template.id else "this import"
    return f":green-badge[100%] {by} says so"


def _said_before(name: str, possible: Iterable[str]) -> dict[str, str]:
    """What the address says that texts of a field mean, as far as it is possible."""
    known = address.said("meanings").get(name)
    return {text: means for text, means in known.items() if means in possible} if type(known) is dict else {}


def forms(
    source: sheets.Source, contract: Contract, mapped: Pairs[str, str], template: Template | None, key: str
) -> tuple[dict[str, str], dict[str, str], tuple[str, ...]]:
    """The form of each column that has one, those that are to be said of it (nobody else says so), and what a person
    still has to decide."""
    saved = dict(template.mapping.forms) if template else {}
    asked = [column for column in sheets.written(source.sheet, contract.name, dict(mapped)) if column.candidates]
    chosen: dict[str, str] = {}
    otherwise: dict[str, str] = {}
    for column in asked:
        widget = f"form {column.field} {key}"
        suggested = saved.get(column.field, column.form)
        before = address.before("forms", widget).get(column.field)
        more = [suggested] if suggested is not None and suggested not in column.candidates else []
        known = [*column.candidates, *more]
        said = columns.form(column, known, before if before in known else suggested, key=widget)
        if said is not None:
            chosen[column.field] = said
        if said is not None and said != suggested:
            otherwise[column.field] = said
    address.put("forms", otherwise)
    by_template = saved if template and template.id else {}
    told = {c.field: by_template.get(c.field, c.form) for c in asked}
    to_say = {name: form for name, form in chosen.items() if form != told[name]}
    return saved | chosen, to_say, tuple(column.question for column in asked if column.field not in chosen)


def _nothing(
    source: sheets.Source,
    contract: Contract,
    mapped: dict[str, str],
    template: Template | None,
    said: dict[str, dict[str, str]],
    key: str,
) -> dict[str, dict[str, str]]:
    """What a person says of the texts that read as no value, field by field; added to what is `said`."""
    chosen: dict[str, dict[str, str]] = {}
    for column in sheets.looked_at(source.sheet, contract.name):
        name = mapped.get(column.header)
        texts = asked_about(column, contract, name) if name else ()
        if not name or not texts:
            continue
        field = contract.field(name)
        saved = {
            text.lower(): columns.AS_IT_STANDS if meaning else columns.BLANK
            for text, meaning in said.get(name, {}).items()
        }
        known = {text.text: saved.get(text.text.lower(), columns.UNSAID) for text in texts}
        whys = {text: (means, "" if means == columns.UNSAID else _says(template)) for text, means in known.items()}
        before = _said_before(name, columns.answers(field))
        widget = f"nothing {name} {key}"
        meant = columns.null_texts(field, texts, whys, before, of_form=not contract.table, key=widget)
        chosen[name] = _otherwise(meant, known)
        said[name] = said.get(name, {}) | {
            text: text if means == columns.AS_IT_STANDS else ""
            for text, means in meant.items()
            if means != columns.UNSAID
        }
    return chosen


def repairs(
    source: sheets.Source, contract: Contract, mapped: dict[str, str], template: Template | None, key: str
) -> tuple[str, ...]:
    """The fields whose letters are repaired where they were read in a wrong encoding."""
    saved = template.mapping.repairs if template else ()
    found = {
        mapped[column.header]: column.misread
        for column in sheets.looked_at(source.sheet, contract.name)
        if column.misread is not None and column.header in mapped
    }
    widget = f"repairs {key} {sorted(found)}"
    before = address.before("repairs", widget)
    said = {
        name: columns.repair(name, misread, before.get(name, name in saved), key=widget)
        for name, misread in found.items()
    }
    address.put("repairs", _otherwise(said, {name: name in saved for name in said}))
    return tuple(
        dict.fromkeys((*(name for name in saved if said.get(name, True)), *(name for name in said if said[name])))
    )


def renewed(sheet: Sheet, template: Template, change: dict[str, Any]) -> Mapping:
    """A template's mapping for a sheet with other columns: what the new ones are, and what new values mean."""
    said = template.mapping
    st.caption("What is each new column? A missing column that nothing replaces goes out of the template.")
    likely = {found["header"]: found for found in change["suggestions"]}
    shown = [
        (header, *(likely.get(header, {}).get(part, "") for part in ("field", "was", "reason")))
        for header in change["new"]
    ]
    fresh = columns.new_ones(shown, [field.name for field in catalog.contract(template.dataset).fields])
    kept = {header: field for header, field in said.columns.items() if header not in change["missing"]}
    filled = kept | {header: field for header, field in fresh.items() if field}
    return replace(
        said,
        columns=filled,
        left_out=(*said.left_out, *(header for header, field in fresh.items() if not field)),
        value_maps=_new_values(sheet, template, filled),
    )


def _new_values(sheet: Sheet, template: Template, filled: dict[str, str]) -> dict[str, dict[str, str]]:
    """The template's value maps, with what the table says of texts that are no choice of their field."""
    known, maps = catalog.contract(template.dataset), {n: dict(m) for n, m in template.mapping.value_maps.items()}
    here = {header: field for header, field in filled.items() if header in sheet.headers}
    with st.spinner("Looking at the values ..."):
        unknown = sheets.unknown(sheet, template.dataset, here)
    shown = [
        (field, text.text, text.rows, text.like)
        for field, texts in unknown.items()
        for text in texts
        if text.text.lower() not in map(str.lower, maps.get(field, {}))
    ]
    if shown:
        possible = sorted({choice for field, *_ in shown for choice in known.field(field).choices})
        for (field, text, *_), means in zip(shown, columns.new_values(shown, possible), strict=True):
            if means:
                maps.setdefault(field, {})[text] = means
    return maps


def _otherwise(said: Pairs[str, Any], suggested: Pairs[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value != suggested[name]}
