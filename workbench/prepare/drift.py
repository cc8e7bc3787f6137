"""What stops an import before it begins: columns that are no longer those of its template, or hold something else than
the fields they would fill.

Nobody would notice either in the records: a column that was renamed fills nothing from then on, and a name takes any
text, also an e-mail address. So an import stops in both cases until a person has said which it is. That holds without a
template too: a header alone is trusted (`mapping.resolve`), but not against its own values.
"""

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Pairs
from dataclasses import dataclass
from typing import Any

from workbench.model.contract import Contract
from workbench.model.errors import ColumnsChanged, ColumnsMixedUp
from workbench.model.sheet import Chunk
from workbench.model.template import Mapping, Template
from workbench.model.trimming import trimmed
from workbench.prepare import looks
from workbench.prepare.mapping import key


@dataclass(frozen=True, kw_only=True)
class Stranger:
    """A column that plainly holds something else than the field it would fill."""

    header: str
    field: str
    holds: str
    """In words, e.g. "e-mail addresses"."""
    values: int
    """How many of those that were looked at."""
    of: int
    instead: str
    """The field that it looks like and that nothing else fills; "" where there is none, and of numbers, which many
    things are."""

    @property
    def said(self) -> str:
        """What it is, in words."""
        are = f"{self.values} of the {self.of} values that were looked at" if self.values < self.of else "its values"
        return f"Column {self.header} would fill {self.field}, but {are} are {self.holds}"


def refuse_changed(
    change: Pairs[str, Any] | None, template: Template, said: Pairs[str, str], constants: Iterable[str]
) -> None:
    """Raises ColumnsChanged where the columns are not those of the template (`change`, see `header_change`), and what a
    person says now does not answer it: of columns (`said`, header -> field, "" for none) or of every row (`constants`,
    their fields)."""
    if change is None:
        return
    headers = set(map(key, said))
    fields = {*filter(None, said.values()), *constants}
    gone = [
        header for header in change["missing"] if key(header) not in headers and _field(template, header) not in fields
    ]
    new = [header for header in change["new"] if key(header) not in headers]
    told = list(_told(gone, new, change, template))
    if told:
        changes, answers = zip(*told, strict=True)
        raise ColumnsChanged(changes=". ".join(changes), answers=", ".join(answers))


def strangers(
    sample: Chunk,
    contract: Contract,
    columns: Pairs[str, str],
    value_maps: Pairs[str, Pairs[str, str]],
    *,
    by_program: bool = False,
) -> tuple[Stranger, ...]:
    """The columns (header -> field) that plainly hold something else, in the order of the headers; `looks.stranger`
    says what is plain. An API name in the form of an extract says itself what it is, and so does a field's own name in
    what was written `by_program`. `sample` are rows of the sheet, best of all of its first block (see
    `Sheet.spread`)."""
    found = {}
    for header, name in columns.items():
        field = contract.field(name)
        if (contract.is_extract and header in field.aliases[:1]) or (by_program and header == name):
            continue
        cells = trimmed(sample.cells[header]).drop_null()
        strange = looks.stranger(cells, field, value_maps.get(name, {}))
        if strange is not None:
            found[header] = (name, *strange)
    left = [each.name for each in contract.fields if each.name not in columns.values()]
    free = [name for name, *_ in found.values()] + left
    made = []
    for header, (name, look, values, of) in found.items():
        fits = [other for other in free if looks.expected(contract.field(other)) == look != "number"]
        instead = fits[0] if fits else ""
        free = [other for other in free if other != instead]
        words = looks.in_words(look)
        made.append(Stranger(header=header, field=name, holds=words, values=values, of=of, instead=instead))
    return tuple(made)


def confirmed(found: Iterable[Stranger], mapping: Mapping, said: Iterable[str]) -> tuple[str, ...]:
    """The headers of columns that hold something else and are meant so: a person says it now (`said`, headers), or has
    said it in the template; raises ColumnsMixedUp for all others."""
    found = tuple(found)
    known = {*map(key, said), *map(key, mapping.confirmed)}
    open_ = [one for one in found if key(one.header) not in known]
    if open_:
        raise ColumnsMixedUp(
            columns="; ".join(one.said for one in open_),
            answers=" and ".join(_answer(one.header, one.instead) for one in open_),
            meant=" and ".join(_answer(one.header, one.field) for one in open_),
        )
    return tuple(one.header for one in found)


def _told(
    gone: Iterable[str], new: Iterable[str], change: Pairs[str, Any], template: Template
) -> Iterator[tuple[str, str]]:
    """What has changed, and what to say of it."""
    left = dict.fromkeys(new)
    brought, taken = set(change.get("brought", ())).intersection(gone), change.get("taken", {})
    for was, now in change.get("renamed", {}).items():
        if now not in left and not brought:
            continue  # a person has said what it is
        left.pop(now, None)
        said = f"Column {was}, which cleaning steps of template '{template.name}' need, has gone"
        yield f"{said}; the file has {now}, which looks like it", f"--renamed '{now}={was}'"
    likely = [found for found in change["suggestions"] if found["header"] in left]
    for header in (each for each in gone if each not in brought):
        like = next((found["header"] for found in likely if found["was"] == header), None)
        said = f"Column {header} of template '{template.name}' has gone"
        said += f", for {taken[header].lower()} takes it away or calls it otherwise" if header in taken else ""
        if like is None:
            yield said, f"--map '{header}=' to go on without it"
        else:
            left.pop(like)
            yield f"{said}; the file has {like}, which looks like it", _answer(like, _field(template, header))
    fields = {found["header"]: found["field"] for found in likely}
    for header in left:
        like = fields.get(header, "")
        yield (
            f"Column {header} is new to template '{template.name}'" + f", and looks like {like}" * bool(like),
            (f"{_answer(header, like)} (or {_answer(header, '')})" if like else _answer(header, "")),
        )


def _answer(header: str, field: str) -> str:
    return f"--map '{header}={field}'" + ("" if field else " to leave it out")


def _field(template: Template, header: str) -> str:
    return template.mapping.columns[header]
