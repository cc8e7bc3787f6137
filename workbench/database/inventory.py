"""The sources of data: who owns each, where it is and how it looks (seed 002), whether its imports are paused, and the
profiles of its files."""

from collections.abc import Mapping
from collections.abc import Mapping as Pairs
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Identifier, Literal, Placeholder
from psycopg.types.json import Jsonb

from workbench.database import templates
from workbench.database.batches import find
from workbench.database.import_lists import STANDS
from workbench.database.store import Store
from workbench.database.templates import Templates
from workbench.datasets import catalog
from workbench.model.batch import Batch
from workbench.model.errors import SourceExists, SourcePaused, UnknownSource, UnknownTemplate, WrongValue
from workbench.model.recipe import Recipe, is_same
from workbench.model.sheet import Layout, Sheet
from workbench.model.template import Mapping as Mapped
from workbench.model.template import Template
from workbench.model.trimming import as_said
from workbench.prepare.header_change import header_change
from workbench.prepare.profile_report import VERSION

FIELDS = (
    "dataset",
    "owner",
    "format",
    "location",
    "refresh_cadence",
    "notes",
    "samples",
    "quirks",
    "data_type",
    "template_id",
)
"""What a person says of a source: the columns of seed 002's table, samples, quirks, its contract and its template."""

DATASETS = {
    "Customers": "commerce.customers",
    "Contacts": "commerce.contacts",
    "Products/SKUs": "commerce.skus",
    "Inventory": "commerce.inventory",
    "Orders / Invoices": "commerce.invoices",
    "Payments": "commerce.payments",
    "Warehouse Locations": "commerce.warehouse_locations",
    "Delivery Routes": "commerce.routes",
}
"""The rows of seed 002's table, which a new inventory begins with, each with the dataset or the form that it is."""

LISTS = {"Customer Reassignments": "commerce.customer_reassignments"}
"""Lists that people make of their own, which a new inventory has beside them."""

TRIAL = 10
"""So many rows a trial of a paused source may have (seed 001: test on a small file, 5 to 10 rows)."""


def sources(store: Store) -> list[dict[str, Any]]:
    """Every source of the tenant; the first time, those of seed 002."""
    found = store.all(_SOURCES)
    if not found:
        with store.transaction() as connection:
            every = DATASETS | LISTS
            seeds = {"datasets": list(every), "types": list(every.values())}
            connection.execute(_SEED, {"tenant": store.tenant_id, "user": store.user, **seeds})
        found = store.all(_SOURCES)
    return found


_COLUMNS = "id, " + ", ".join(FIELDS) + ", paused, pause_reason, paused_by, paused_at, updated_by, updated_at"
_SOURCES = f"select {_COLUMNS} from workbench.import_source order by place, dataset"
_SEED = """
insert into workbench.import_source (tenant_id, dataset, data_type, place, updated_by)
select %(tenant)s, dataset, data_type, place, %(user)s
from unnest(%(datasets)s::text[], %(types)s::text[]) with ordinality seeds (dataset, data_type, place)
on conflict do nothing
"""


def source(store: Store, which: UUID | str) -> dict[str, Any]:
    """A source by its id or its name; raises UnknownSource."""
    found = store.one(f"select {_COLUMNS} from workbench.import_source where %s in (id::text, dataset)", (str(which),))
    if found is None:
        raise UnknownSource(source=which)
    return found


def save(store: Store, which: UUID | str | None, said: Mapping[str, str | UUID | None]) -> dict[str, Any]:
    """Adds a source, or changes what is said of one; FIELDS says what can be.

    Raises UnknownSource, SourceExists, WrongValue for a blank name, UnknownDataset for a contract, UnknownTemplate for
    a template of another.
    """
    assert said.keys() <= set(FIELDS), f"a source has {', '.join(FIELDS)}"
    known = source(store, which) if which is not None else {"id": None, "data_type": None, "template_id": None}
    values = {name: said[name] for name in FIELDS if name in said}
    for name in ("data_type", "template_id"):
        if name in values:
            values[name] = values[name] or None
    _check(store, {**known, **values})
    values = {name: text.strip() if isinstance(text, str) else text for name, text in values.items()}
    if not values.get("dataset", known["id"]):
        raise WrongValue(field="dataset", value="blank", why="a source has a name.")
    if which is None:
        sources(store)  # the first one does not stand where those of seed 002 belong
    try:
        return _write(store, known["id"], values, "saved source")
    except psycopg.errors.UniqueViolation:
        raise SourceExists(dataset=values["dataset"]) from None


def _check(store: Store, said: Mapping[str, Any]) -> None:
    contract = catalog.contract(said["data_type"]) if said["data_type"] else None
    if said["template_id"]:
        template = templates.get(store, str(said["template_id"]))
        if contract is None or template.dataset != contract.name:
            raise UnknownTemplate(template=template.name, dataset=said["data_type"] or "a source without a contract")


def remove(store: Store, which: UUID | str) -> None:
    """Takes a source out of the inventory; raises UnknownSource."""
    found = source(store, which)
    with store.transaction() as connection:
        connection.execute("delete from workbench.import_source where id = %s", (found["id"],))
        store.note("removed source", None, dataset=found["dataset"])


def pause(store: Store, which: UUID | str, why: str) -> dict[str, Any]:
    """Stops the imports of a source, all but trials; raises UnknownSource."""
    now = datetime.now().astimezone()
    changes = {"paused": True, "pause_reason": as_said(why), "paused_by": store.user, "paused_at": now}
    return _write(store, source(store, which)["id"], changes, "paused source")


def resume(store: Store, which: UUID | str) -> dict[str, Any]:
    """Lets a source be imported again; raises UnknownSource."""
    changes = {"paused": False, "pause_reason": "", "paused_by": None, "paused_at": None}
    return _write(store, source(store, which)["id"], changes, "resumed source")


def _write(store: Store, identifier: UUID | None, values: dict[str, Any], deed: str) -> dict[str, Any]:
    values = {**values, "updated_by": store.user}
    if identifier is None:
        values["tenant_id"] = store.tenant_id
        statement = SQL(
            "insert into workbench.import_source ({columns}, place) select {values}, "
            "coalesce(max(place), 0) + 1 from workbench.import_source returning id, dataset"
        )
    else:
        statement = SQL(
            "update workbench.import_source set ({columns}, updated_at) = row({values}, now()) "
            "where id = {id} returning id, dataset"
        )
    columns, placeholders = (SQL(", ").join(map(each, values)) for each in (Identifier, Placeholder))
    with store.transaction() as connection:
        composed = statement.format(columns=columns, values=placeholders, id=Literal(identifier))
        written: Any = connection.execute(composed, values).fetchone()
        told = {
            name: text for name, text in values.items() if isinstance(text, str) and name in (*FIELDS, "pause_reason")
        }
        store.note(deed, None, **{"dataset": written["dataset"], **told})
    return source(store, written["id"])


def refuse_paused(store: Store, dataset: str, template: str | None) -> None:
    """Raises SourcePaused for an import under a contract whose sources are paused: those with its template, else all.

    Of several sources, of which some are not paused, an import that does not say which may go on.
    """
    found = store.all(f"select {_COLUMNS} from workbench.import_source where data_type = %s", (dataset,))
    own = [one for one in found if (str(one["template_id"]) if one["template_id"] else None) == template] or found
    if own and all(one["paused"] for one in own):
        one = own[0]
        at = f"{one['paused_at']:%Y-%m-%d %H:%M} UTC"
        why = one["pause_reason"].rstrip(".") or "nobody said why"
        raise SourcePaused(source=one["dataset"], user=one["paused_by"], at=at, why=why, rows=TRIAL)


def keep_profile(store: Store, of: Sheet | Batch, dataset: str, profile: Mapping[str, Any]) -> None:
    """Keeps a profile of a source, once however often it is made; raises UnknownDataset."""
    catalog.contract(dataset)
    values = {
        "tenant": store.tenant_id,
        "dataset": dataset,
        "checksum": of.checksum,
        "file": of.file_name if isinstance(of, Batch) else of.name,
        "batch": of.id if isinstance(of, Batch) else None,
        "profile": Jsonb(dict(profile)),
        "user": store.user,
    }
    with store.transaction() as connection:
        connection.execute(_KEEP_PROFILE, values)


_KEEP_PROFILE = """
insert into workbench.import_profile
    (tenant_id, data_type, checksum, digest, file_name, batch_id, profile, kept_by)
values (%(tenant)s, %(dataset)s, %(checksum)s, md5(%(profile)s::jsonb::text), %(file)s, %(batch)s, %(profile)s,
    %(user)s)
on conflict do nothing
"""


def kept_profile(store: Store, of: Sheet | Batch, dataset: str) -> dict[str, Any] | None:
    """The profile of this very sheet, or of a batch's source, if it was kept: the same bytes, worksheet, layout,
    columns and recipe."""
    asked = {"dataset": dataset, "checksum": of.checksum}
    return next((row["profile"] for row in store.all(_KEPT_PROFILES, asked) if _is_of(row["profile"], of)), None)


_KEPT_PROFILES = """
select profile from workbench.import_profile
where data_type = %(dataset)s and checksum = %(checksum)s order by kept_at desc limit 10
"""


def _is_of(profile: Mapping[str, Any], of: Sheet | Batch) -> bool:
    if isinstance(of, Batch):
        read, recipe = of.reading, Mapped.from_dict(of.mapping).recipe
        own = (read.get("sheet"), read.get("header_line"), Layout.from_dict(read.get("layout") or {}))
    elif profile.get("version") != VERSION:  # an earlier one has not all that is asked of it now
        return False
    else:
        recipe = of.recipe
        own = (of.reading.sheet, of.reading.header_line, of.reading.layout)
    place = (profile.get("sheet"), profile.get("header_line"), Layout.from_dict(profile.get("layout") or {}))
    names = [column["name"] for column in profile.get("columns", ())]
    cleaned = is_same(Recipe.kept(profile.get("recipe")), recipe)
    headers = of.mapped_headers if isinstance(of, Batch) else of.headers
    return place == own and names == list(headers) and cleaned


def last_import(store: Store, dataset: str, before: Sheet | Batch | None, *, standing: bool = True) -> Batch | None:
    """The last import of a sheet of its own under a contract that nobody has taken back, of another sheet than that
    one (and begun before that batch); None where there is none. Not `standing`, also one that was taken back, or was
    not committed.

    It need not have been profiled: whoever compares with it makes its profile of the source that was kept.
    """
    read = before.reading if isinstance(before, Batch) else {"sheet": before.reading.sheet} if before else {}
    asked = {
        "dataset": dataset,
        "checksum": before.checksum if before else None,
        "sheet": read.get("sheet"),
        "at": before.created_at if isinstance(before, Batch) else None,
    }
    found = find(store, f"{_LAST_IMPORT} and {_COUNTS}" if standing else _LAST_IMPORT, asked)
    return found[0] if found else None


_COUNTS = f"stage = 'completed' and {STANDS}"
_LAST_IMPORT = """data_type = %(dataset)s and not derived and undo_of is null and sweep_of is null
    and (%(checksum)s::text is null or checksum <> %(checksum)s or reading ->> 'sheet' is distinct from %(sheet)s)
    and (%(at)s::timestamptz is null or created_at < %(at)s)"""


def changed_headers(store: Store, sheet: Sheet, template: Template) -> dict[str, Any] | None:
    """What has changed in a source's columns since the template was made (see `header_change`).

    New is what neither the template has, nor what any of the last imports under it left out, nor any before it was
    saved, of which it was made. What a person let fill a field is asked again until the template says so: it would be
    lost without a word.
    """
    asked = {"dataset": template.dataset, "template": template.id, "saved": template.updated_at}
    known = {
        header
        for batch in find(store, _MADE_OF, asked, 50)
        for header in batch.mapped_headers
        if header not in batch.mapping["columns"]
    }
    return header_change(sheet, catalog.contract(template.dataset), template, known)


_MADE_OF = f"""data_type = %(dataset)s and stage = 'completed' and undo_of is null and {STANDS}
    and (template_id = %(template)s or (template_id is null and created_at < %(saved)s))"""


class Sources:
    """The inventory of the tenant's sources: `Workbench.sources`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self) -> list[dict[str, Any]]:
        """The inventory: id, what `FIELDS` says of each source, paused, pause_reason, paused_by, paused_at,
        updated_by, updated_at. It begins with the datasets of seed 002."""
        return sources(self._store)

    def used(self) -> list[dict[str, Any]]:
        """Those of families of which anything was ever imported, and those that somebody has said something of; all
        while nothing was imported."""
        known = sources(self._store)
        imported = self._store.all(
            "select distinct split_part(data_type, '.', 1) as family from workbench.import_batch"
        )
        families = {row["family"] for row in imported}
        said = [name for name in FIELDS if name not in ("dataset", "data_type")]
        return [
            each
            for each in known
            if not families
            or str(each["data_type"]).partition(".")[0] in families
            or any(each[name] for name in (*said, "paused"))
        ]

    def save(self, *, id: UUID | str | None = None, **said: str | UUID | None) -> dict[str, Any]:
        """Adds a source to the inventory, or changes what is said of one; see `FIELDS`.

        Raises UnknownSource, SourceExists, UnknownDataset, UnknownTemplate.
        """
        return save(self._store, id, said)

    def remove(self, source: UUID | str) -> None:
        """Takes a source (by its id or its dataset) out of the inventory; raises UnknownSource."""
        remove(self._store, source)

    def pause(self, source: UUID | str, why: str) -> dict[str, Any]:
        """Stops the imports of a source (by its id or its dataset), all but trials; raises UnknownSource."""
        return pause(self._store, source, why)

    def resume(self, source: UUID | str) -> dict[str, Any]:
        """Lets a source (by its id or its dataset) be imported again; raises UnknownSource."""
        return resume(self._store, source)

    def header_change(self, sheet: Sheet, dataset: str, template: str) -> dict[str, Any] | None:
        """What has changed in a source's columns since the template was made: the `missing` and the `new` headers, and
        `suggestions` (was, header, field, score, reason). None when all are known.
        """
        return changed_headers(self._store, sheet, Templates(self._store).get(dataset, template))


class Profiles:
    """The profiles of sources, kept to compare the next one with: `Workbench.profiles`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def keep(self, of: Sheet | Batch, dataset: str, profile: Pairs[str, Any]) -> None:
        """Keeps the profile of a sheet, or of a batch's source, to compare the next one with."""
        keep_profile(self._store, of, dataset, profile)

    def kept(self, of: Sheet | Batch, dataset: str) -> dict[str, Any] | None:
        """The profile of this very sheet, or of a batch's source, if it was kept; None when it has to be made."""
        return kept_profile(self._store, of, dataset)

    def last_import(self, dataset: str, before: Sheet | Batch | None = None) -> Batch | None:
        """The last import under a contract that stands, of another sheet than that one (and begun before that batch),
        to compare with; None when there is none."""
        return last_import(self._store, dataset, before)

    def last_begun(self, dataset: str, before: Sheet | Batch | None = None) -> Batch | None:
        """As `last_import`, but also one that was taken back or not committed: to say why it is not compared with."""
        return last_import(self._store, dataset, before, standing=False)
