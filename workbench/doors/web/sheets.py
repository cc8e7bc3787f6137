"""The sheet that a page is about, and what is found out of it, once for all who look at it."""

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Pairs
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from workbench import Workbench
from workbench.datasets import catalog
from workbench.doors.web import address, batches, formats, known_lines, layout, recipes, runs, several, uploads, words
from workbench.doors.web.known_lines import Recalled
from workbench.doors.web.page import empty
from workbench.model.batch import Batch
from workbench.model.errors import UnknownBatch, UnknownUpload, UnreadableSheet, WorkbenchError
from workbench.model.package import Package
from workbench.model.recipe import Recipe, does, is_same, steps_in_words
from workbench.model.sheet import Layout, Sheet, Tally
from workbench.model.template import Mapping, Template
from workbench.model.wording import first_of
from workbench.playbooks import loads, of_package
from workbench.prepare import columns, drift, forms, mapping, outliers, recognition, summary_line
from workbench.prepare.cleaning import cleaned, missed, without_removed
from workbench.prepare.columns import ChoiceText, Column
from workbench.prepare.drift import Stranger
from workbench.prepare.forms import ColumnForm
from workbench.prepare.outliers import Outliers, Usual
from workbench.prepare.summary_line import SummaryLine
from workbench.settings import Settings
from workbench.sources import first_lines, last_lines

SAME_SHEET: dict[str | type[Any], Any] = {
    Sheet: lambda sheet: (
        sheet.checksum,
        sheet.name,
        sheet.headers,
        sheet.reading.sheet,
        sheet.reading.header_line,
        sheet.reading.delimiter,
        sheet.reading.layout.to_dict(),
        does(sheet.recipe),  # what its steps expect, and what it is called, changes no row
    )
}
"""For `st.cache_data`: what has been found out of a sheet holds for every opening of the same one."""


_NAMED = 5
Refused = tuple[int, str]
"""A line that cannot be read, and why."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """The sheet that an address names."""

    raw: Sheet
    """As it came."""
    recipe: Recipe
    """What it is cleaned by, which may be nothing."""
    by_template: str | None
    """The template whose recipe that is, where nobody has said another."""
    kept_under: str
    """Where what somebody says of the recipe is kept (`recipes`)."""
    dataset: str | None
    """The one that was chosen, else the one that was recognised, if any was."""
    batch: Batch | None
    """The import that it is the kept source of; None for an upload."""
    address: dict[str, str]
    """What names it in an address."""
    template: Template | None = None
    """The one that the address names, or whose columns it has; its recipe need not be what it is cleaned by."""
    given: Recipe = field(default_factory=Recipe)
    """What its template cleans it by, as long as nobody has said another."""
    fields: Pairs[str, str] = field(default_factory=dict)
    """What its template or its import says that columns fill: header -> field."""
    recalled: Recalled | None = None
    """What a template knows of its lines."""

    @property
    def sheet(self) -> Sheet:
        """As its recipe leaves it; raises WrongRecipe."""
        return cleaned_by(self.raw, self.recipe)

    @property
    def to_import(self) -> dict[str, Any]:
        """The sheet and the recipe, as an import takes them."""
        return {"sheet": self.raw, "recipe": self.recipe}


@dataclass(frozen=True, kw_only=True)
class Together:
    """The sheets of an archive that are imported as one run."""

    family: str
    sheets: dict[str, str]
    """The worksheet of each dataset, in the order of import."""
    left_out: tuple[str, ...]
    """The worksheets of no dataset, and those without rows."""
    sentence: str = ""
    """What an archive was found to be."""
    told: tuple[str, ...] = ()
    """What of an archive a person should know."""
    rows: Pairs[str, int] = field(default_factory=dict)
    """How many rows an archive says that it has of each dataset."""

    @property
    def titles(self) -> dict[str, str]:
        """What each dataset is called."""
        return {name: catalog.contract(name).title for name in self.sheets}


def source(wb: Workbench) -> Source:
    """The sheet of this address: an upload (`?upload=...`, `sheet`, `layout`) or the kept source of an import
    (`?batch=...`), else of the one that this person was at before; without either, or for a run of several sheets, what
    to do, and of one that is not there a choice, and the page ends there.

    Raises what opening the sheet raises.
    """
    come_back(wb)
    query = st.query_params.to_dict()
    said = query["dataset"] if query.get("dataset") in formats.known() else None
    if query.get("batch"):
        try:
            batch = wb.batches.get(query["batch"])
        except UnknownBatch:
            batch = batches.chosen(wb)  # which says so, and offers others
        batch = runs.face(wb, batch) if batch.derived else batch
        which_sheet(wb, batch)
        under = str(batch.id)
        history = recipes.kept(wb.settings, under)
        before = Mapping.from_dict(batch.mapping).recipe or Recipe()
        return Source(
            raw=_kept(batch, wb),
            recipe=before if history is None else history.now,
            by_template=None,
            kept_under=under,
            dataset=batch.dataset,
            batch=batch,
            address={"batch": under},
            fields=batch.mapping.get("columns", {}),
        )
    if not query.get("upload"):
        empty("No file yet.", "Upload one first: nothing is imported before you say so.", "upload", "Upload a file")
        st.stop()
    _is_there(wb, query["upload"])
    recalled = known_lines.recall(wb, query["upload"], query.get("sheet"))
    query = st.query_params.to_dict()
    raw = uploaded(wb, query["upload"], sheet=query.get("sheet"), said=layout.said())
    stay(raw.name)
    under = recipes.of_upload(query["upload"], raw.reading.sheet)
    history = recipes.kept(wb.settings, under)
    is_own = history is not None and history.is_own
    given, template = by_templates(known_to(wb, raw))
    recipe = history.now if history is not None and is_own else given
    of = template if template is not None and not not_done(template, recipe) else None
    return Source(
        raw=raw,
        recipe=recipe,
        by_template=of.name if of is not None and is_same(recipe, of.mapping.recipe) else None,
        kept_under=under,
        dataset=said or (of.dataset if of is not None else recognised_as(cleaned_by(raw, recipe))),
        batch=None,
        address={name: query[name] for name in address.OF_AN_UPLOAD if query.get(name)},
        template=named(wb) or template,
        given=given,
        fields=template.mapping.columns if template is not None else {},
        recalled=recalled,
    )


def _is_there(wb: Workbench, upload: str) -> None:
    """Of an upload that is not there (any more), that it is not, with those that are to choose from, and the page ends
    there."""
    try:
        uploads.get(wb.settings, upload)
        return
    except UnknownUpload as refusal:
        st.warning(words.text(refusal), icon=":material/search_off:")
    picked = st.selectbox(
        "Which file?",
        uploads.waiting(wb.settings),
        index=None,
        format_func=lambda one: f"{one.name} · {words.here(one.at)} · {one.by}",
        placeholder="Choose a file that is not imported yet",
        key="chosen upload",
    )
    if picked is not None:
        st.query_params.from_dict({"upload": picked.id})
        st.rerun()
    address.link("upload", "Upload a file", icon=":material/upload_file:")
    address.link("history", "A file that is imported", icon=":material/history:")
    st.stop()


def come_back(wb: Workbench) -> None:
    """Has an address that names no file name the one that this person was at before, if it is still there."""
    at = address.stayed()
    if st.query_params.get("batch") or st.query_params.get("upload") or not at:
        return
    try:
        if "upload" in at:
            uploads.get(wb.settings, at["upload"])
        else:
            wb.batches.get(at["batch"])
    except WorkbenchError:
        address.leave()
    else:
        st.query_params.update({**at, **st.query_params.to_dict()})


def stay(name: str) -> None:
    """Keeps which upload somebody is at, for the links of the sidebar, which offers the way to another."""
    parts = (*address.OF_AN_UPLOAD, "dataset")
    address.stay(name, **{part: st.query_params[part] for part in parts if st.query_params.get(part)})
    with st.sidebar:
        st.caption(f"At **{words.text(name)}**, which is not imported yet")
        st.button("Choose another file", icon=":material/swap_horiz:", type="tertiary", on_click=address.leave)


@dataclass(frozen=True, kw_only=True)
class Known:
    """A template that was made of sources like this one."""

    template: Template
    missing: tuple[str, ...]
    """Its columns that this one has not."""
    unread: tuple[str, ...] = ()
    """The columns that only steps of its recipe read, and this one has not."""

    @property
    def fits(self) -> bool:
        """Whether it is used by itself, for the source has every column that it imports and that its steps read."""
        return not self.missing and not self.unread

    @property
    def but(self) -> str:
        """What is missing, in words; "" where nothing is."""
        if self.missing:
            are = "is" if len(self.missing) == 1 else "are"
            return f"but {first_of(self.missing, _NAMED)} {are} missing"
        is_ = "is" if len(self.unread) == 1 else "are"
        return f"but {first_of(self.unread, _NAMED)}, which steps of it read, {is_} not there" if self.unread else ""

    @property
    def why(self) -> str:
        """Why it is used, in words, and what it lacks all the same."""
        done = "Cleaned" if self.template.mapping.recipe else "Mapped"
        cleaned = f"{done} as the template {self.template.name} says"
        return f"{cleaned}, {self.but or 'it has all of the columns that the template imports'}."


def known_to(wb: Workbench, raw: Sheet) -> tuple[Known, ...]:
    """The templates that know an upload's columns, those first that have all of theirs in it: of a file that its
    headers say plainly what it is, only those that clean it."""
    plain = recognised_as(raw) is not None
    asked = [one for one in wb.templates.all() if (one.mapping.recipe or not plain) and not one.unusable]
    found = [(one, recognition.missing_of(raw, one)) for one in asked]
    known = [
        Known(template=one, missing=missing, unread=unread(one, raw, missing))
        for one, missing in found
        if missing is not None
    ]
    return tuple(sorted(known, key=lambda each: len(each.missing)))


def unread(template: Template, raw: Sheet, missing: Sequence[str] = ()) -> tuple[str, ...]:
    """The columns that steps of a template read and an upload has not, but for those that are `missing` anyway."""
    recipe = template.mapping.recipe
    lost = missed(recipe, raw.headers) if recipe is not None else ()
    return tuple(header for header in lost if header not in missing)


def named(wb: Workbench) -> Template | None:
    """The template that the address names, if there is one that can be used."""
    said = st.query_params.get("template")
    return next((one for one in wb.templates.all() if one.id == said and not one.unusable), None) if said else None


def not_done(template: Template, recipe: Recipe) -> int:
    """How many steps of a template a recipe does not do."""
    done = does(recipe)
    return sum(step not in done for step in does(template.mapping.recipe))


def by_templates(known: Sequence[Known]) -> tuple[Recipe, Template | None]:
    """The recipe of the template which the address names, or of all that have each of their columns in the source; the
    template only where it is of the one dataset. Nothing where they say different things, or the address wants none."""
    chosen = st.query_params.get("template")
    if chosen == address.NO_TEMPLATE:
        return Recipe(), None
    named = [each.template for each in known if each.template.id == chosen]
    fitting = named or [each.template for each in known if each.fits]
    said = st.query_params.get("dataset")
    fitting = [one for one in fitting if one.dataset == said] or fitting
    if not fitting or any(not is_same(one.mapping.recipe, fitting[0].mapping.recipe) for one in fitting):
        return Recipe(), None
    alone = len({one.dataset for one in fitting} | ({said} if said else set())) == 1
    return fitting[0].mapping.recipe or Recipe(), fitting[0] if alone else None


@dataclass(frozen=True, kw_only=True)
class Ready:
    """One of several sheets that are imported together, as it is known here."""

    sheet: Sheet
    template: Template | None = None
    """What cleans and maps it."""
    told: str = ""
    """By what it is cleaned, or why it is not; "" where nobody has cleaned such a sheet."""
    known: tuple[Known, ...] = ()
    """The templates that may clean and map it, where that can be chosen."""


def made_ready(wb: Workbench, raw: Sheet, dataset: str, upload: str) -> Ready:
    """A sheet of an upload as it would be imported by itself: cleaned as somebody has said it at Clean, else as the
    template of its dataset says that somebody chose, or that was made of such sheets; raises WrongRecipe."""
    history = recipes.kept(wb.settings, recipes.of_upload(upload, raw.reading.sheet))
    if history is not None and history.is_own:
        told = f"cleaned as it was said at Clean, in {steps_in_words(history.now)}" if history.now.steps else ""
        return Ready(sheet=cleaned(raw, history.now) if history.now else raw, told=told)
    known = tuple(each for each in known_to(wb, raw) if each.template.dataset == dataset)
    chosen = uploads.get(wb.settings, upload).templates.get(loads.called(raw))
    if chosen == address.NO_TEMPLATE and known:
        return Ready(sheet=raw, told="by no template, as it was chosen", known=known)
    said = [each for each in known if each.template.id == chosen]
    fitting = said or [each for each in known if each.fits]
    whole = [each.template for each in fitting]
    if whole and all(is_same(each.mapping.recipe, whole[0].mapping.recipe) for each in whole):
        but = f", {fitting[0].but}" if fitting[0].but else ""
        done = "cleaned" if whole[0].mapping.recipe else "mapped"
        told = f"{done} as the template {whole[0].name} says{but}"
        return Ready(sheet=raw, template=whole[0], told=told, known=known)
    if whole:
        names = " and ".join(each.name for each in whole)
        return Ready(sheet=raw, told=f"not cleaned: the templates {names} say different things", known=known)
    if known:
        told = f"not cleaned: its columns are like those of the template {known[0].template.name}, {known[0].but}"
        return Ready(sheet=raw, told=told, known=known)
    return Ready(sheet=raw)


def cleaned_by(raw: Sheet, recipe: Recipe) -> Sheet:
    """The rows that a recipe leaves of a sheet, as it leaves them; raises WrongRecipe."""
    return without_removed(cleaned(raw, recipe)) if recipe else raw


def which_sheet(wb: Workbench, batch: Batch) -> None:
    """Of a run of several sheets, the way to each, and the page ends there; nothing of any other import."""
    if several := runs.sheets(wb, batch):
        st.markdown(f"**{words.text(batch.file_name)}** was imported as several sheets. Which one?")
        for one in several:
            title = words.text(words.sheet(one))
            address.jump(f"{title} · {wb.title(one)}", icon=":material/table:", batch=one.id)
        st.stop()


@st.cache_data(max_entries=500, show_spinner="Looking at the files ...")
def taken_for(upload: str, name: str, _settings: Settings) -> tuple[str, str]:
    """What an upload is recognised as, and what to import before it or what becomes of it; or why it cannot be read."""
    try:
        if uploads.is_whole(_settings, upload):
            listed = several.listed(upload, name, _settings)
            if listed:
                usual = {each.name: each.usual for each in listed}
                number = len(several.turns(upload, name, usual, _settings))
                return f"Recognised as {words.many(number, 'import')} of its files.", ""
            both, why = packed(upload, _settings)
            if both is None:
                return "", why
            return f"Recognised as **{formats.family(both.family)}**. {both.sentence}", ""
        return _taken_for_one(uploads.opened(_settings, upload)), ""
    except WorkbenchError as refusal:
        return "", str(refusal)


def _taken_for_one(sheet: Sheet) -> str:
    """What the sheet of an upload is recognised as; of several, one of them says nothing of the others."""
    if (number := len(sheet.reading.sheets)) > 1:
        return f"{words.many(number, 'sheet')}: what each of them is, it says when you look at it."
    found, titles = may_be(sheet), formats.titles()
    if len(found) != 1:
        which = f"May be {' or '.join(f'**{titles[name]}**' for name in found)}: choose one."
        return which if found else "Recognised as no dataset: choose one."
    (dataset,) = found
    if dataset in catalog.FORMS:
        return f"Recognised as **{titles[dataset]}**, which becomes {formats.becomes(dataset)}"
    needs = [titles[name] for name in catalog.needs(catalog.contract(dataset))]
    return f"Recognised as **{titles[dataset]}**" + (f", to be imported after {' and '.join(needs)}" if needs else "")


@st.cache_data(max_entries=50, show_spinner="Looking into the archive ...")
def packed(upload: str, _settings: Settings) -> tuple[Together | None, str]:
    """The sheets of an archive that is a playbook's own, or why it cannot be imported; (None, "") of any other."""
    try:
        given = uploads.every_sheet(_settings, upload)
        found = given[0].package if given else None
        return (_unpacked(given, found) if found is not None else None), ""
    except WorkbenchError as refusal:
        return None, str(refusal)


def _unpacked(given: list[Sheet], package: Package) -> Together | None:
    """The sheets of an archive that is a playbook's own; raises what makes it none."""
    playbook = of_package(package)
    if playbook is None or playbook.unpack is None:
        return None
    found = playbook.unpack(given)
    checked = next(iter(found.values())).package or package
    filled = [name for name in playbook.datasets if name in found and len(found[name].sample(1))]
    empty = tuple(found[name].name for name in playbook.datasets if name in found and name not in filled)
    return Together(
        family=playbook.name,
        sheets={name: _called(found[name]) for name in filled},
        left_out=empty,
        sentence=checked.sentence,
        told=(*checked.told, *(told for name in filled for told in _dropped(found[name], name))),
        rows=checked.counts,
    )


def _dropped(sheet: Sheet, dataset: str) -> Iterator[str]:
    """The columns of a sheet that are left out without being said, in sentences."""
    contract = catalog.contract(dataset)
    if hidden := mapping.secrets(sheet.headers, contract):
        yield f"{sheet.name}: the secrets of {', '.join(hidden)} are dropped, and the file is not kept."
    for header in sheet.headers:
        if (field := mapping.not_said(header, contract)) is not None:
            yield f"{sheet.name}: {header} {mapping.not_taken(field, contract)}."


def _called(sheet: Sheet) -> str:
    return sheet.reading.sheet or sheet.name


def uploaded(wb: Workbench, upload: str, *, sheet: str | None = None, said: Layout | None = None) -> Sheet:
    """An upload as a sheet, opened once for all who look at it; raises UnknownUpload, and what opening it raises."""
    found = uploads.get(wb.settings, upload)
    said = said or Layout()
    return _uploaded(
        str(wb.settings.home), wb.settings.tenant, found.id, found.name, sheet, str(said), said, wb.settings
    )


@st.cache_resource(ttl="15m", max_entries=4, show_spinner="Opening the file ...")
def _uploaded(
    home: str,
    tenant: str,
    upload: str,
    name: str,
    sheet: str | None,
    said: str,
    _layout: Layout,
    _settings: Settings,
) -> Sheet:
    return uploads.opened(_settings, upload, sheet=sheet, layout=_layout)


@st.cache_data(max_entries=20, show_spinner="Reading every line ...", hash_funcs=SAME_SHEET)
def read_through(sheet: Sheet) -> tuple[Tally | None, Refused | None]:
    """How many rows a sheet has and which lines are none; or the line that cannot be read, and why."""
    try:
        return sheet.tally(), None
    except UnreadableSheet as refusal:
        return None, refused(refusal)


@st.cache_data(max_entries=20, show_spinner=False, hash_funcs=SAME_SHEET)
def ends(sheet: Sheet) -> tuple[list[tuple[int, list[str]]], list[tuple[int, list[str]]]]:
    """The first lines of a sheet as they stand, from the first to some below its header, and the last ones, as far as
    they are others."""
    first = first_lines(sheet, max(20, sheet.reading.header_line + 5))
    last = first[-1][0] if first else 0
    return first, [each for each in last_lines(sheet, 10) if each[0] > last]


def refused(refusal: UnreadableSheet) -> Refused:
    """The line that cannot be read, and why."""
    return int(str(refusal.coordinates["line"])), str(refusal.coordinates["why"])


def lines_around(wb: Workbench, upload: str, line: int, said: Layout) -> list[tuple[int, str]]:
    """The lines of an upload beside one, as they stand; raises UnknownUpload."""
    return uploads.lines_around(wb.settings, upload, line, said)


@st.cache_resource(
    ttl="15m", max_entries=4, show_spinner="Opening the file ...", hash_funcs={Batch: lambda batch: str(batch.id)}
)
def _kept(batch: Batch, _wb: Workbench) -> Sheet:
    return _wb.kept_sheet(batch, as_it_came=True)


@st.cache_data(max_entries=100, show_spinner=False, hash_funcs=SAME_SHEET)
def recognised(sheet: Sheet) -> list[tuple[str, float, str]]:
    """Every dataset, and every form of a playbook's source, with a score and a reason, the likeliest first."""
    return recognition.recognise(sheet)


def recognised_as(sheet: Sheet) -> str | None:
    """The dataset that a sheet is taken for; None where nobody can tell, or a person has to say which of several."""
    found = may_be(sheet)
    return found[0] if len(found) == 1 else None


def may_be(sheet: Sheet) -> list[str]:
    """What a sheet is taken for, and what it may be as well of the same family where a playbook would make something
    else of it: of several a person has to say which, for the same columns become other records."""
    first, *others = [name for name, _, _ in recognition.likeliest(recognised(sheet))] or [""]
    family, is_form = first.partition(".")[0], first in catalog.FORMS
    as_well = [each for each in others if each.startswith(f"{family}.") and (is_form or each in catalog.FORMS)]
    return [first, *as_well] if first else []


@st.cache_data(max_entries=20, show_spinner="Reading every row ...", hash_funcs=SAME_SHEET)
def looked_at(sheet: Sheet, dataset: str) -> tuple[Column, ...]:
    """Samples and fill of every column."""
    return columns.columns(sheet, catalog.contract(dataset))


@st.cache_data(max_entries=50, show_spinner=False, hash_funcs=SAME_SHEET)
def unknown(sheet: Sheet, dataset: str, fields: dict[str, str]) -> dict[str, tuple[ChoiceText, ...]]:
    """The texts that are no choice of their field, for each field with choices that a column fills."""
    return columns.choice_texts(sheet, catalog.contract(dataset), fields)


@st.cache_data(max_entries=50, show_spinner=False, hash_funcs=SAME_SHEET)
def strangers(
    sheet: Sheet, dataset: str, fields: dict[str, str], value_maps: dict[str, dict[str, str]]
) -> tuple[Stranger, ...]:
    """The columns that plainly hold something else than the fields they would fill."""
    return drift.strangers(sheet.spread(), catalog.contract(dataset), fields, value_maps)


@st.cache_data(max_entries=50, show_spinner="Reading its dates and numbers ...", hash_funcs=SAME_SHEET)
def written(sheet: Sheet, dataset: str, fields: dict[str, str]) -> tuple[ColumnForm, ...]:
    """How the columns are written that fill days, moments and numbers, as their own cells say it."""
    return forms.decide(sheet, catalog.contract(dataset), Mapping(columns=fields))


@st.cache_data(max_entries=50, show_spinner=False, hash_funcs=SAME_SHEET)
def own_totals(sheet: Sheet, dataset: str) -> SummaryLine | None:
    """The last line of a sheet that adds up the others, if it has one under that dataset; raises UnreadableSheet."""
    contract = catalog.contract(dataset)
    suggested = mapping.suggest(sheet.headers, sheet.sample(), contract, repeated=sheet.reading.repeated)
    fields = {each.header: each.field for each in suggested if each.sure and each.field}
    return summary_line.of_sheet(sheet, contract, Mapping(columns=fields))


@st.cache_data(max_entries=100, show_spinner=False, hash_funcs=SAME_SHEET)
def fills(sheet: Sheet, dataset: str, header: str, fields: dict[str, str]) -> str:
    """The field of a dataset that a column fills, as `fields` says it, or as its header or what stands in it does; ""
    where nothing does."""
    suggested = mapping.suggest(
        sheet.headers, sheet.sample(), catalog.contract(dataset), repeated=sheet.reading.repeated
    )
    return fields.get(header) or next((each.field for each in suggested if each.header == header and each.field), "")


@st.cache_data(max_entries=100, show_spinner=False, hash_funcs=SAME_SHEET)
def lacking(sheet: Sheet, dataset: str) -> tuple[str, ...]:
    """The fields that a dataset cannot be without and that no column of a sheet even looks like; what the import's
    window says is not missed."""
    contract = catalog.contract(dataset)
    suggested = mapping.suggest(sheet.headers, sheet.sample(), contract, repeated=sheet.reading.repeated)
    there = [each.field for each in suggested if each.field]
    return tuple(field.name for field in mapping.lacking(contract, there, window="said"))


@st.cache_data(max_entries=100, show_spinner=False, hash_funcs=SAME_SHEET)
def filled_by(sheet: Sheet, dataset: str, fields: dict[str, str]) -> dict[str, str]:
    """Field -> the column that fills it, as `fields` says it (header -> field), and of other fields the headers that
    are surely theirs."""
    contract = catalog.contract(dataset)
    suggested = mapping.suggest(sheet.headers, sheet.sample(), contract, repeated=sheet.reading.repeated)
    sure = {each.field: each.header for each in suggested if each.sure and each.field and each.header not in fields}
    return sure | {name: header for header, name in fields.items() if header in sheet.headers}


def outlying(sheet: Sheet, header: str, usual: dict[str, Any]) -> Outliers:
    """Every outlier of a column, with its lines."""
    return _outlying(sheet, header, Usual.from_dict(usual))  # a profile that was kept has its parts in another order


@st.cache_data(max_entries=50, show_spinner=False, hash_funcs=SAME_SHEET)
def _outlying(sheet: Sheet, header: str, usual: Usual) -> Outliers:
    return outliers.outliers(without_removed(sheet), header, usual)
