"""The records of a family as a ZIP of CSV files that the same family's import takes back (seed 003).

Every file is one COPY of the tenant's records, and all of them see one moment. What a file says is what an import
makes of it again: times in UTC, `true` and `false`, JSON as the database keeps it, nothing where there is nothing, and
no apostrophe before what a spreadsheet would run, for these files are for programs.
"""

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import IO, Any

from psycopg import Connection
from psycopg.abc import Buffer
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from workbench.database.progress import Progress, silent
from workbench.database.slices import slice_of
from workbench.database.store import Store
from workbench.datasets import catalog
from workbench.model.contract import Contract, Field
from workbench.model.errors import NotExported, UnknownFamily
from workbench.model.export import MANIFEST, Export, Exported
from workbench.model.kinds import KINDS
from workbench.sources import archive_writer
from workbench.sources.archive_writer import ArchiveWriter

_INSTITUTIONS = "generic_csv.institutions"
_BLOCK = 1 << 18
"""Bytes that are compressed at once."""


class Exports:
    """The tenant's records as files for another system: `Workbench.export`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def families(self) -> tuple[str, ...]:
        """The families that are exported."""
        return tuple(name for name in catalog.families() if name not in self.refused)

    @property
    def refused(self) -> dict[str, str]:
        """The families that are not, each with why no import could take its files back as they were."""
        return {name: why for name in catalog.families() if (why := _why_not(name))}

    def counts(self, family: str) -> dict[str, int]:
        """How many records each dataset of a family has, in the order of the files; raises as a call does."""
        return {contract.dataset: self._count(contract) for contract in self._contracts(family)}

    def __call__(self, family: str, path: str | Path, *, progress: Progress = silent) -> Export:
        """Writes all records of a family as they are at one moment into a ZIP file, which is there whole or not at all.

        The same records make the same files, byte by byte; the manifest alone says when. `progress` is told each file
        and its rows so far. Raises UnknownFamily, NotExported, UnwritableFile, NoSpace.
        """
        self._contracts(family)
        with archive_writer.saved(Path(path)) as archive:
            return self._write(family, archive, progress)

    def write(self, family: str, file: IO[bytes], *, progress: Progress = silent) -> Export:
        """The same into an open file, which has part of it when it fails."""
        self._contracts(family)
        with archive_writer.written(file) as archive:
            return self._write(family, archive, progress)

    def _write(self, family: str, archive: ArchiveWriter, progress: Progress) -> Export:
        members = []
        with self._store.transaction(isolation="repeatable read") as connection:
            connection.execute(_ALIKE)
            for contract in self._contracts(family):
                lines = _Lines(connection, contract, progress)
                with closing(lines.blocks()) as blocks:  # a COPY that is left half-way would keep the connection
                    sha256 = archive.add(f"{contract.dataset}.csv", blocks)
                members.append(Exported(entity=contract.dataset, rows=lines.rows, sha256=sha256))
            (seen,) = connection.execute("select now() as at").fetchall()
            named = _institution(connection) if family == catalog.contract(_INSTITUTIONS).family else {}
        export = Export(family=family, at=seen["at"], members=tuple(members), institution=named)
        archive.add(MANIFEST, [export.text().encode()])
        with self._store.transaction():
            self._store.note("exported", family=family, rows=export.rows, sha256=export.manifest()["sha256"])
        return export

    def _contracts(self, family: str) -> tuple[Contract, ...]:
        known = ", ".join(self.families)
        if family not in catalog.families():
            raise UnknownFamily(family=family, known=known)
        if why := _why_not(family):
            raise NotExported(family=family, why=why, known=known)
        return catalog.family(family)

    def _count(self, contract: Contract) -> int:
        row = self._store.one(SQL("select count(*)::int as records from {}").format(_records(contract)))
        return int(row["records"]) if row else 0


class _Lines:
    """The records of one contract as the lines of a CSV file."""

    def __init__(self, connection: Connection[Any], contract: Contract, progress: Progress) -> None:
        self._connection = connection
        self._contract = contract
        self._progress = progress
        self.rows = 0
        """Those that were read so far."""

    def blocks(self) -> Generator[bytearray]:
        """The bytes of the file, its header first."""
        file = f"{self._contract.dataset}.csv"
        statement = _copy(self._contract, _columns(self._connection, self._contract))
        self._progress(file, 0)
        with self._connection.cursor() as cursor, cursor.copy(statement) as lines:
            self.rows = -1  # the first line is the header
            for block, number in _joined(lines):
                self.rows += number
                self._progress(file, self.rows)
                yield block


def _joined(lines: Iterable[Buffer]) -> Iterator[tuple[bytearray, int]]:
    """The lines, many at once with how many they are: PostgreSQL sends each by itself, and each kept by itself would
    cost more than all the rest."""
    block, number = bytearray(), 0
    for line in lines:
        block += line
        number += 1
        if len(block) >= _BLOCK:
            yield block, number
            block, number = bytearray(), 0
    yield block, number


# --- what a file says ---


def _why_not(family: str) -> str:
    """Why no import could take a family's files back as they were; "" where one can."""
    contracts = catalog.family(family)
    own = {contract.name for contract in contracts}
    for contract in contracts:
        if contract.removal is not None:
            return f"{contract.name} has records that are switched off, which no file says"
        for field in contract.references:
            assert field.reference is not None
            if field.reference.by or field.reference.decided:
                return f"{contract.name} finds its {field.reference.noun} in several ways, which one column cannot say"
            if field.reference.dataset not in own:
                return f"{contract.name} refers to {field.reference.dataset}, which is not of it"
    return ""


def _columns(connection: Connection[Any], contract: Contract) -> list[Field]:
    """The fields of a dataset's file: those of its template, and those that no record is without; of the others those
    in which some record has not its default. What no file says to an import is in none."""
    fields = [field for field in contract.importable if field.stored and field.name not in contract.forbidden]
    places = {name: place for place, name in enumerate(contract.template)}
    always = [field for field in fields if field.name in places or not places or contract.requires(field)]
    always.sort(key=lambda field: places.get(field.name, len(places)))
    others = [field for field in fields if field not in always]
    if not others:
        return always
    (said,) = connection.execute(_said(contract, others)).fetchall()
    return [*always, *(field for field in others if said[field.name])]


def _said(contract: Contract, fields: Sequence[Field]) -> Composed:
    """The question which fields of a contract have anything but their defaults in some record."""
    each = [
        SQL("coalesce(bool_or({} is distinct from {}), false) as {}").format(
            _column(field), SQL("{}::{}").format(Literal(field.default), SQL(_sql(field))), Identifier(field.name)
        )
        for field in fields
    ]
    return SQL("select {} from {}").format(SQL(", ").join(each), _records(contract))


def _copy(contract: Contract, fields: Sequence[Field]) -> Composed:
    """The COPY of a contract's records, in the order of their keys."""
    return SQL("copy (select {} from {} {} order by {}) to stdout (format csv, header true)").format(
        SQL(", ").join(SQL("{} as {}").format(_cell(field), Identifier(field.name)) for field in fields),
        _records(contract),
        SQL(" ").join(_join(field) for field in contract.references),
        SQL(", ").join(_place(field) for field in contract.key_fields),
    )


def _records(contract: Contract) -> Composed:
    """The records of a contract, as `t`."""
    return SQL("(select * from {} r where {}) t").format(
        Identifier(contract.family, contract.table), slice_of(contract, "r")
    )


def _join(field: Field) -> Composed:
    """The records that a reference of a contract's own `t` names."""
    other = _other(field)
    return SQL("left join {} {} on {}.id = {} and {}.tenant_id = t.tenant_id").format(
        Identifier(other.family, other.table), _alias(field), _alias(field), _column(field), _alias(field)
    )


def _cell(field: Field) -> Composable:
    """What a file says of a field: canonical text, which the kinds read as the same value again."""
    value, sql = _value(field), _sql(field)
    if sql == "timestamptz":
        return SQL("(to_json({} at time zone 'UTC') #>> '{{}}') || 'Z'").format(value)
    return SQL("{}::text").format(value) if sql in ("boolean", "jsonb") else value


def _place(field: Field) -> Composable:
    """By what the records are ordered: the same on every server, and whatever ids the records have here."""
    return SQL('{} collate "C"').format(_value(field)) if _sql(field) == "text" else _value(field)


def _value(field: Field) -> Composable:
    """A field's value: of a reference, what the record is known by."""
    if field.reference is None:
        return _column(field)
    return SQL("{}.{}").format(_alias(field), Identifier(_named(field).target))


def _sql(field: Field) -> str:
    return KINDS[(field if field.reference is None else _named(field)).kind].sql


def _named(field: Field) -> Field:
    """The field of the other contract that a reference says."""
    assert field.reference is not None
    return _other(field).field(field.reference.field)


def _other(field: Field) -> Contract:
    assert field.reference is not None
    return catalog.contract(field.reference.dataset)


def _alias(field: Field) -> Identifier:
    return Identifier(f"ref {field.name}")


def _column(field: Field) -> Composable:
    return Identifier("t", field.target)


def _institution(connection: Connection[Any]) -> dict[str, str]:
    """The institution that all records are of, as the manifest names it; nothing where there is not exactly one."""
    contract = catalog.contract(_INSTITUTIONS)
    found = connection.execute(
        SQL("select {} as institution_id, {} as institution_name from {} limit 2").format(
            _column(contract.field("id")), _column(contract.field("name")), _records(contract)
        )
    ).fetchall()
    return dict(found[0]) if len(found) == 1 else {}


# the same texts whoever asks
_ALIKE = """
set transaction read only; set local timezone = 'UTC'; set local datestyle = 'ISO'; set local extra_float_digits = 1;
set local jit = off; set local work_mem = '64MB'
"""
