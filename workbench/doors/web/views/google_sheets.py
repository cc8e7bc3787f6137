"""Google Sheets as a page shows them: the configured ones, one that is added or tested, and what an import did."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd
import streamlit as st

from workbench.doors.web import address, words
from workbench.model.batch import Batch
from workbench.model.contract import Contract
from workbench.model.google_sheet import PURPOSES, GoogleSheet
from workbench.model.sheet import Tally
from workbench.prepare.recognition import RECOGNISED

if TYPE_CHECKING:
    from workbench.sources.google_sheets import Look

Deed = Literal["add", "import", "edit", "remove"]


def format_guide(contract: Contract, year: str) -> None:
    """Which columns a sheet has to have, and what else there is to know before it is imported."""
    columns = [
        {
            "Column": _called(field.name, field.aliases, contract.noun),
            "Required": "yes" if contract.requires(field) and field.derive is None else "",
            "Also called": ", ".join(field.aliases),
            "For example": field.examples[0] if field.examples else "",
        }
        for field in contract.fields
    ]
    st.table(pd.DataFrame(columns).set_index("Column"))  # of which no cell is cut
    st.caption(
        f"The header may stand below other lines. The year {year} and the district of the sheet count where a row says "
        "none. Every cell is read as it is shown: 00123 stays 00123. Remove duplicates; e-mail addresses are put into "
        "lower case by themselves."
    )


def _called(name: str, aliases: Sequence[str], noun: str) -> str:
    """What a column is called that people know: "Teacher Email" rather than "Email"."""
    with_noun = [alias for alias in aliases if alias == f"{noun} {name}"]
    return (with_noun or [name.replace("_", " ")])[0].title()


def who_reads(account: str | None) -> None:
    """Whom a sheet has to be shared with."""
    if account is not None:
        st.caption(f"Share each sheet with **{words.text(account)}** (as a viewer): that is who reads it.")
    else:
        st.caption(
            "Sheets are read as anyone with the link sees them. To read those that are not public, configure a service "
            "account: WORKBENCH\\_GOOGLE\\_SERVICE\\_ACCOUNT."
        )


def listed(sheet: GoogleSheet, last: Batch | None, beside: Sequence[GoogleSheet] = ()) -> Deed | None:
    """A configured sheet with its buttons, and what others `beside` it mean; which of them was pressed."""
    with st.container(border=True):
        told, ways = st.columns([3, 2], vertical_alignment="center")
        what = PURPOSES[sheet.purpose] if sheet.dataset is None else f"`{sheet.dataset}`"
        about = [what, *(words.text(text) for text in (sheet.district, sheet.year) if text)]
        told.markdown(f"**{words.text(sheet.name)}** · {' · '.join(about)}")
        with told:
            _where(sheet, last)
            if beside:
                st.warning(words.text(sheet.beside_told(one.name for one in beside)), icon=":material/content_copy:")
        pressed: Deed | None = None
        with ways, st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
            if st.button("Import", key=f"import {sheet.id}", type="primary", icon=":material/download:"):
                pressed = "import"
            if st.button("Edit", key=f"edit {sheet.id}", icon=":material/edit:", type="tertiary"):
                pressed = "edit"
            if st.button("Remove", key=f"remove {sheet.id}", icon=":material/delete:", type="tertiary"):
                pressed = "remove"
        return pressed


def _where(sheet: GoogleSheet, last: Batch | None) -> None:
    tab = sheet.place.worksheet or (f"number {sheet.place.gid}" if sheet.place.gid is not None else "the first")
    by = f" · template: {words.text(sheet.template)}" if sheet.template else ""
    about = f":gray[tab: {words.text(tab)}{by} · by {words.text(sheet.created_by)}]"
    st.markdown(f":small[[Open it at Google]({sheet.place.address}) · {about}]")
    if last is not None:
        label = f"Last import {words.here(last.created_at)}: {last.state}"
        address.link("history", label, icon=":material/history:", batch=last.id)


def asked(
    sheet: GoogleSheet | None,
    year: str,
    years: Sequence[str],
    districts: Sequence[str],
    purposes: Mapping[str, str],
    datasets: Sequence[str],
    templates: Callable[[str, str], Sequence[str]],
) -> dict[str, str]:
    """What a person says of a sheet, in the playbook's words; `templates` are those of a purpose and a dataset."""
    known = [*purposes]
    key = f"{sheet.id if sheet else 'new'}"
    place = known.index(sheet.purpose) if sheet is not None and sheet.purpose in known else 0
    purpose = st.selectbox(
        "What it is imported as", known, place, format_func=lambda name: purposes[name], key=f"purpose {key}"
    )
    own = [sheet.district] if sheet is not None and sheet.district else []
    named = [*dict.fromkeys([*own, *districts])]
    district = st.selectbox(
        "District",
        named,
        index=0 if own else None,
        accept_new_options=True,
        placeholder="Choose one, or type another",
        key=f"district {key}",
    )
    dataset = ""
    if purpose == "other":
        named_before = sheet.dataset or "" if sheet is not None else ""
        at = list(datasets).index(named_before) if named_before in datasets else None
        dataset = st.selectbox("Dataset or playbook", datasets, at, key=f"dataset {key}") or ""
    virtual_year = st.selectbox(
        "Virtual Year", years, [*years].index(year) if year in years else 0, key=f"virtual year {key}"
    )
    name = st.text_input("Sheet Name", sheet.name if sheet else "", placeholder="KCK Teachers 25-26", key=f"name {key}")
    address_ = sheet.place.address if sheet is not None and sheet.place.gid is not None else None
    before = address_ or (sheet.place.spreadsheet if sheet is not None else "")
    spreadsheet = st.text_input(
        "Google Sheet ID",
        before,
        help="The id, or the whole address of the sheet as the browser shows it at the tab that is meant.",
        placeholder="Paste the address or the id",
        key=f"spreadsheet {key}",
    )
    worksheet = st.text_input(
        "Tab (if not the first, or that of the address)",
        (sheet.place.worksheet or "") if sheet is not None else "",
        key=f"worksheet {key}",
    )
    template = _template(sheet, templates(purpose, dataset), f"template {key} {purpose} {dataset}")
    return {
        "name": name,
        "template": template,
        "purpose": purpose,
        "year": virtual_year,
        "district": district or "",
        "dataset": dataset,
        "spreadsheet": spreadsheet,
        "worksheet": worksheet,
    }


def _template(sheet: GoogleSheet | None, saved: Sequence[str], key: str) -> str:
    """The template that somebody chooses; "" for none."""
    if not saved:
        return ""
    own = sheet.template if sheet is not None else None
    chosen = st.selectbox(
        "Template",
        saved,
        index=saved.index(own) if own in saved else None,
        placeholder="None: its columns are found by their names",
        help="Maps its columns, says what its values mean, and cleans them, whenever the sheet is imported.",
        key=key,
    )
    return chosen or ""


def buttons(label: str) -> tuple[bool, bool]:
    """Whether a sheet is to be tested, and whether it is to be kept."""
    with st.container(horizontal=True):
        test = st.button("Test this sheet", icon=":material/fact_check:")
        save = st.button(label, type="primary", icon=":material/add_link:")
    return test, save


def looked(found: "Look", tally: Tally) -> None:
    """What a sheet that was tested is, with its first rows."""
    more = "" if found.whole else " and more"
    at = f"header on line {found.sheet.reading.header_line}"
    st.success(f"**{words.text(found.title)}** can be read: {words.many(tally.rows)}{more}, {at}.")
    if found.tabs:
        titles = " · ".join(
            f"**{words.text(tab.title)}**" if tab.title == found.tab else words.text(tab.title) for tab in found.tabs
        )
        st.caption(f"Tabs: {titles}")
    sample = found.sheet.sample(5)
    table = sample.cells.to_pandas()
    table.index = pd.Index(sample.lines.to_pylist(), name="Line")
    st.dataframe(table, height="content", key="tested")


def looks_like(meant: tuple[str, float, str] | None, likeliest: tuple[str, float, str]) -> None:
    """Whether a sheet's headers are those of what it is meant for, and what they are otherwise."""
    if meant is not None and meant[1] >= RECOGNISED:
        st.caption(f"It looks like `{meant[0]}`: {words.text(meant[2])}")
        return
    if meant is not None:
        st.warning(f"It does not look like `{meant[0]}`: {words.text(meant[2])}", icon=":material/help:")
    if likeliest[1] >= RECOGNISED:
        st.caption(f"It looks like `{likeliest[0]}`: {words.text(likeliest[2])}")


def severities(counts: Sequence[Mapping[str, Any]]) -> None:
    """How many errors and warnings there are, and references that name nothing known."""
    found = Counter[str]()
    for count in counts:
        found[_severity(count)] += count["rows"]
    told = f"Errors: {found['error']:,} · Unmatched: {found['unmatched']:,} · Warnings: {found['warning']:,}"
    if found["error"]:
        st.error(told, icon=":material/error:")
    elif found.total():
        st.warning(told, icon=":material/warning:")
    else:
        st.success("Validation passes: no errors, no warnings.", icon=":material/check_circle:")


def _severity(issue: Mapping[str, Any]) -> str:
    """error or warning; unmatched where something is named that is not there, which is no fault of the row."""
    return "unmatched" if issue["code"].endswith("_not_found") else str(issue["severity"])


ROWS = 50
"""So many rows with something wrong are shown."""


def issues(rows: Sequence[Mapping[str, Any]], number: int) -> None:
    """What is wrong, row by row as the sheet numbers them; `number` is of all there is."""
    told = [
        {"Row": row["line"], "Severity": _severity(each), "What is wrong": each["message"], "Field": each["field"]}
        for row in rows
        for each in row["issues"]
    ]
    st.dataframe(pd.DataFrame(told), hide_index=True, height="content" if len(told) < 10 else 380, key="issues")
    if number > len(told):
        st.caption(f"The first {len(told):,} of {number:,}.")


def numbers(figures: Mapping[str, int]) -> None:
    """The numbers that a playbook's document has, named as it names them."""
    with st.container(horizontal=True, gap="xsmall", key="figures of the playbook"):
        for name, number in figures.items():
            st.metric(name, f"{number:,}", border=True)


def success(title: str) -> None:
    """That an import was written."""
    st.success(f"{words.text(title)}: the import is written.", icon=":material/check_circle:")
