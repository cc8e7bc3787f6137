"""What a source of several sheets is imported as, where they are of several playbooks of one family, or of whatever mix
a person has said: loads, each a run of its own, in the order that their references give.

They are runs one after the other and not one run: a shape may ask for records that there are (an invoice's customer and
his terms of payment) as its rows are staged, so that what it needs has to be written by then. Each is written whole or
not at all, and the next is begun only once the one before is completed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from workbench.datasets import catalog
from workbench.model import limits
from workbench.model.control_total import ROWS
from workbench.model.errors import NoSheets, SheetsOfFamilies, UnknownField, UnknownHeader, UnknownSheets, UnknownTotal
from workbench.model.sheet import Sheet
from workbench.model.wording import listed
from workbench.playbooks import PLAYBOOKS
from workbench.prepare import mapping, recognition


@dataclass(frozen=True, kw_only=True)
class Load:
    """What one run imports of a source: one sheet under its dataset or playbook, or several sheets of datasets of one
    family."""

    what: str
    """The dataset, the playbook, or the family."""
    sheets: Mapping[str, Sheet]
    """By the dataset of each, or the playbook."""
    reasons: tuple[str, ...] = ()
    """Why each sheet is taken for that."""

    @property
    def given(self) -> Sheet | Mapping[str, Sheet]:
        """As `Workbench.stage` takes it."""
        return self.sheets.get(self.what, self.sheets)

    @property
    def datasets(self) -> tuple[str, ...]:
        """The datasets that it writes."""
        playbook = PLAYBOOKS.get(self.what)
        return playbook.datasets if playbook is not None and playbook.form is not None else tuple(self.sheets)

    @property
    def needs(self) -> frozenset[str]:
        """The datasets whose records its rows name or ask for, besides its own."""
        named = {need for name in self.datasets for need in catalog.needs(catalog.contract(name))}
        recall = PLAYBOOKS[self.what].recall if self.what in PLAYBOOKS else None
        asked = {recall.dataset, *recall.also} if recall is not None else set()
        return frozenset((named | asked) - set(self.datasets))

    @property
    def fields(self) -> dict[str, None]:
        """The fields of what its sheets are, in their order."""
        return dict.fromkeys(each.name for name in self.sheets for each in catalog.contract(name).fields)

    def has(self, header: str, *, field: bool = False) -> bool:
        """Whether one of its sheets has such a column, or a `field` that is called so."""
        headers = (mapping.key(each) for sheet in self.sheets.values() for each in sheet.headers)
        return mapping.key(header) in headers or (field and header in self.fields)

    def after(self, others: Sequence["Load"]) -> bool:
        """Whether it needs what one of those writes."""
        return any(self.needs & set(other.datasets) for other in others)

    @property
    def sentence(self) -> str:
        """Which sheets become what: "Customer.csv as commerce.customers"."""
        return listed([f"{called(sheet)} as {name}" for name, sheet in self.sheets.items()])


@dataclass(frozen=True, kw_only=True)
class Loads:
    """What a source was found to be."""

    source: str
    """What it is called."""
    loads: tuple[Load, ...]
    """In the order in which they are imported."""
    unknown: Mapping[str, str] = field(default_factory=dict)
    """The sheets that nobody can tell for sure, each with what it may be; nothing is imported before somebody says what
    each is, or that it is left out."""
    left_out: tuple[str, ...] = ()
    """The sheets that somebody said are left out, and those without rows."""
    said: bool = False
    """Whether somebody has said what one of them is: then sheets of several families are what is meant."""

    @property
    def families(self) -> tuple[str, ...]:
        """The families that they are of: loads of several are imported together only where somebody says so."""
        return tuple(dict.fromkeys(load.what.partition(".")[0] for load in self.loads))

    @property
    def several(self) -> bool:
        """Whether they are more than one kind of thing, of one family: those belong together."""
        return len({load.what for load in self.loads}) > 1 and len(self.families) == 1

    def refuse_doubtful(self) -> None:
        """Raises UnknownSheets where somebody has to say what a sheet is, SheetsOfFamilies for several families where
        nobody has said so, and NoSheets where there is nothing to import."""
        if self.unknown:
            sheets = "; ".join(f"{name}, {perhaps}" for name, perhaps in self.unknown.items())
            raise UnknownSheets(source=self.source, sheets=sheets)
        if len(self.families) > 1 and not self.said:
            raise SheetsOfFamilies(source=self.source, families=listed(sorted(self.families)))
        if not self.loads:
            raise NoSheets(source=self.source, playbook="any family", sheets=", ".join(self.left_out) or "none")

    @property
    def sentences(self) -> Iterator[str]:
        """The loads in their order, what is left out, and what holds for all of them."""
        for number, load in enumerate(self.loads, start=1):
            yield f"{number}. {load.sentence}"
        if self.left_out:
            yield f"Left out: {', '.join(self.left_out)}."
        if len(self.loads) > 1:
            yield ALL_OR_NONE


ALL_OR_NONE = (
    "Each is a run of its own, written whole or not at all; the next is begun once the one before is completed. What "
    "is written of one stays where a later one is held or refused, until somebody undoes it."
)


def of_sheets(sheets: Sequence[Sheet], said: Mapping[str, str] | None = None) -> Loads:
    """The loads of several sheets, each taken for what it plainly is, or what is `said` of it by its name ("" leaves it
    out). Raises UnknownDataset for what is none."""
    meant = {mapping.key(name): what for name, what in (said or {}).items()}
    found: list[tuple[str, Sheet, str]] = []
    unknown, left_out = {}, []
    for sheet in sheets:
        named = meant.get(mapping.key(called(sheet)))
        if named == "" or not len(sheet.sample(1)):
            left_out.append(called(sheet))
        elif named:
            catalog.contract(named)
            found.append((named, sheet, "As it was said."))
        else:
            scored = recognition.recognise(sheet)
            plain = recognition.sure(scored) or recognition.titled(sheet, scored)
            if plain is None:
                unknown[called(sheet)] = _perhaps(sheet)
            else:
                found.append((plain[0], sheet, plain[1]))
    if len(found) > 1:
        found = [(what, replace(each, reading=each.reading.with_others()), why) for what, each, why in found]
    source = next((sheet.package.name if sheet.package is not None else sheet.name for sheet in sheets), "")
    return Loads(
        source=source,
        loads=tuple(_ordered(_placed(found))),
        unknown=unknown,
        left_out=tuple(left_out),
        said=any(meant.values()),
    )


def options_of(load: Load, loads: Sequence[Load], said: Mapping[str, Any]) -> dict[str, Any]:
    """What was said of several loads, as far as it is of this one: of the columns and fields that its sheets have, and
    of its control totals, which have the dataset before them where there are several loads ("commerce.customers.rows").

    Raises UnknownHeader, UnknownField and UnknownTotal for what is of none of them.
    """
    _refuse_strange(loads, said)
    options = dict(said)
    for name in ("columns", "forms"):
        if name in said:
            options[name] = {k: v for k, v in said[name].items() if load.has(k, field=name == "forms")}
    for name in ("value_maps", "constants"):
        if name in said:
            options[name] = {k: v for k, v in said[name].items() if k in load.fields}
    for name in ("clears", "lenient", "repairs"):
        if said.get(name) is not None:
            options[name] = tuple(k for k in said[name] if k in load.fields)
    if "limits" in said:
        fields = tuple(load.fields)
        options["limits"] = {k: v for k, v in said["limits"].items() if limits.is_known(k, fields)}
    if "expected" in said and len(loads) > 1:
        options["expected"] = {
            name.removeprefix(f"{load.what}."): number
            for name, number in said["expected"].items()
            if any(name.startswith(f"{each}.") for each in load.sheets)
        }
    return options


def _refuse_strange(loads: Sequence[Load], said: Mapping[str, Any]) -> None:
    headers = [header for load in loads for sheet in load.sheets.values() for header in sheet.headers]
    for header in said.get("columns", {}):
        if not any(load.has(header) for load in loads):
            raise UnknownHeader(header=header, known=", ".join(dict.fromkeys(headers)))
    names = [*said.get("value_maps", {}), *said.get("constants", {}), *said.get("clears", ())]
    names += [*(said.get("lenient") or ()), *(said.get("repairs") or ())]
    fields = list(dict.fromkeys(name for load in loads for name in load.fields))
    for name in names:
        if name not in fields:
            raise UnknownField(dataset=" and ".join(load.what for load in loads), field=name, known=", ".join(fields))
    there = [name for load in loads for name in load.sheets]
    for name in said.get("expected", {}) if len(loads) > 1 else ():
        if not any(name.startswith(f"{each}.") for each in there):
            known = ", ".join(f"{each}.{total}" for each in there for total in _totals(each))
            raise UnknownTotal(dataset=" and ".join(there), total=name, known=known)


def _totals(dataset: str) -> list[str]:
    return [ROWS, *(total.name for total in catalog.contract(dataset).totals)]


def called(sheet: Sheet) -> str:
    """What a person calls a sheet: a worksheet by its title, a file by its name."""
    return sheet.reading.sheet or sheet.name


def _perhaps(sheet: Sheet) -> str:
    likely = [name for name, _, _ in recognition.likely(sheet)]
    return f"perhaps {' or '.join(likely)}" if likely else "like no dataset"


def _placed(found: Sequence[tuple[str, Sheet, str]]) -> list[Load]:
    """A load of each sheet, in the order of its family; parts come with the heads that they are parts of."""
    order = {known.name: place for place, known in enumerate(catalog.contracts())}

    def place(each: tuple[str, Sheet, str]) -> tuple[int, bool]:
        what = each[0]
        first = PLAYBOOKS[what].datasets[0] if what in PLAYBOOKS else what
        contract = catalog.contract(first)
        head = contract.field(contract.part_of).reference if contract.part_of else None
        return order[head.dataset if head is not None else first], what in catalog.FORMS

    return [
        Load(what=what, sheets={what: sheet}, reasons=(reason,)) for what, sheet, reason in sorted(found, key=place)
    ]


def _ordered(loads: list[Load]) -> list[Load]:
    """The loads, each after those whose records it needs; plain datasets of one family that follow each other are one
    run, each of them once."""
    waiting, ordered = list(loads), list[Load]()
    while waiting:
        ready = [each for each in waiting if not each.after([other for other in waiting if other is not each])]
        following = ready or waiting
        last = ordered[-1] if ordered else None
        joined = next((each for each in following if last is not None and _joins(last, each)), None)
        chosen = joined or following[0]
        waiting.remove(chosen)
        if joined is not None and last is not None:
            ordered[-1] = replace(
                last,
                what=catalog.contract(joined.what).family,
                sheets={**last.sheets, **joined.sheets},
                reasons=(*last.reasons, *joined.reasons),
            )
        else:
            ordered.append(chosen)
    return ordered


def _joins(load: Load, other: Load) -> bool:
    """Whether a sheet can go into the run of others: all are plain datasets of one family, and no two the same."""
    if other.what not in catalog.CONTRACTS or not set(load.sheets) <= set(catalog.CONTRACTS):
        return False
    return other.what not in load.sheets and load.what.partition(".")[0] == other.what.partition(".")[0]
