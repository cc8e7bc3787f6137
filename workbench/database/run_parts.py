"""The parts that the rows of a run's source are made into: what each is begun with, and its part of the mapping."""

from collections.abc import Mapping as Pairs
from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from workbench.datasets import catalog
from workbench.model.batch import Batch, new_id
from workbench.model.contract import Mode
from workbench.model.errors import UnknownMode
from workbench.model.playbook import Part, Playbook
from workbench.model.template import Mapping
from workbench.prepare import mapping


def of_rows(batch: Batch, playbook: Playbook | None, identifier: UUID) -> list[dict[str, Any]]:
    """What a run is begun with that brings in some rows of an earlier one, under the same mapping."""
    kept = ("dataset", "checksum", "file_key", "file_name", "mode", "window", "mapping", "on_conflict")
    face = {name: getattr(batch, name) for name in kept} | {
        "id": identifier,
        "source": "sweep",
        "sweep_of": batch.id,
        "headers": list(batch.headers),
        "reading": batch.reading,
        "template_id": batch.template_id,
        "dry_run": False,
        "skip_errors": False,
    }
    return [face, *begun(face, playbook, batch.mode)]


def part_anew(face: Batch, part: Batch) -> dict[str, Any]:
    """What a part is begun with that takes the place of another, because rows of the source were corrected."""
    of_run = {name: getattr(face, name) for name in _OF_THE_RUN}
    identifier = new_id(unlike=[face.id, part.id])
    return _part(of_run, part.dataset, part.part, identifier, part.mapping, part.mode)


_OF_THE_RUN = ("id", "source", "file_name", "window", "dry_run", "skip_errors", "on_conflict")


def begun(face: Pairs[str, Any], playbook: Playbook | None, mode: str | None) -> list[dict[str, Any]]:
    """What the parts are begun with that the rows of the source are made into."""
    if playbook is None or playbook.form is None:
        return []
    of_form = Mapping.from_dict(face["mapping"])
    used = [face["id"]]
    return [
        _part(
            face,
            part.dataset,
            place,
            new_id(unlike=used),
            (of_form if playbook.by_recipe else _own(part, of_form, shaped=playbook.shape is not None)).to_dict(),
            mode_of((part.dataset,), mode),
        )
        for place, part in enumerate(playbook.parts, start=1)
    ]


def _part(
    face: Pairs[str, Any], dataset: str, place: int, identifier: UUID, mapped: Pairs[str, Any], mode: str
) -> dict[str, Any]:
    return {name: face[name] for name in _OF_THE_RUN} | {
        "id": identifier,
        "dataset": dataset,
        "part_of": face["id"],
        "part": place,
        "derived": True,
        "mapping": mapped,
        "mode": mode,
    }


def _own(part: Part, of_form: Mapping, *, shaped: bool) -> Mapping:
    """The mapping of a part's own columns, which are called as its fields are. What a shape makes always has the fields
    of the key, be it that no row has anything to make a record of."""
    there = {*of_form.columns.values(), *of_form.constants}
    key = catalog.contract(part.dataset).key if shaped else ()
    own = [name for name, column in part.columns.items() if column in there or name in key]

    def called(names: Sequence[str]) -> tuple[str, ...]:
        return tuple(name for name in own if part.columns[name] in names)

    lenient = called(of_form.lenient)
    for name in lenient:
        mapping.refuse_lenient(catalog.contract(part.dataset), name)
    meant = {name: said for name in own if (said := _meant(part.columns[name], of_form))}
    return Mapping(
        columns={name: name for name in (*own, *part.made)},
        value_maps=meant | {name: said for name in part.made if (said := _meant_too(part, name, meant))},
        clears=called(of_form.clears),
        lenient=lenient,
        repairs=called(of_form.repairs),
        forms={name: of_form.forms[part.columns[name]] for name in own if part.columns[name] in of_form.forms},
        limits=_own_limits(part, of_form, own),
    )


def _own_limits(part: Part, of_form: Mapping, own: Sequence[str]) -> dict[str, str]:
    """The limits of a part: those on records and on any field, and those on its own fields."""
    called = {part.columns[name]: name for name in own}
    said = {}
    for limit, text in of_form.limits.items():
        column, dot, what = limit.rpartition(".")
        if not dot:
            said[limit] = text
        elif column in called:
            said[f"{called[column]}.{what}"] = text
    return said


def _meant(column: str, of_form: Mapping) -> dict[str, str]:
    """What a person has said of a form's column: the part's cells have it already, and it means itself there."""
    said = (*of_form.value_maps.get(column, {}).values(), of_form.constants.get(column, ""))
    return {text: text for text in said if text}


def _meant_too(part: Part, name: str, meant: Pairs[str, dict[str, str]]) -> dict[str, str]:
    """What a person has said of the fields that a made one is of, which means itself in that as well: a name that is
    looked up, in small letters."""
    contract = catalog.contract(part.dataset)
    known, of = {name}, [name]
    while of:
        further = [each for each in contract.field(of.pop()).ingredients if each not in known]
        known.update(further)
        of += further
    texts = [text for each in sorted(known) for text in meant.get(each, {})]
    return {text: text for text in (*texts, *map(str.lower, texts))}


_OTHER_WORDS = {"use_theirs": "upsert", "use_mine": "skip"}
"""What the generic CSV adapter calls them."""


def mode_of(datasets: Sequence[str], mode: str | None) -> Mode:
    """The mode, which every dataset knows; without one the first of the first."""
    contracts = [catalog.contract(dataset) for dataset in datasets]
    chosen = _OTHER_WORDS.get(mode or "", mode) or contracts[0].modes[0]
    for contract in contracts:
        if chosen not in contract.modes:
            raise UnknownMode(dataset=contract.name, mode=chosen, modes=", ".join(contract.modes))
    return cast(Mode, chosen)
