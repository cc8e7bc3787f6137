"""Saved mappings in the database: kept under a name, changed, shared with every tenant, retired."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

import psycopg
from psycopg.types.json import Jsonb

from workbench.database.store import Store
from workbench.datasets import catalog
from workbench.model.batch import Run
from workbench.model.errors import (
    AmbiguousTemplate,
    TemplateChanged,
    TemplateExists,
    TemplateTaken,
    UnknownTemplate,
    UnusableTemplate,
    WrongRecipe,
)
from workbench.model.recipe import Recipe, is_same
from workbench.model.said_texts import check_value_maps
from workbench.model.template import Mapping, Template, as_name
from workbench.prepare.cleaning import checked, recipe_of
from workbench.prepare.mapping import check


def every(store: Store, dataset: str | None = None) -> list[Template]:
    """The templates that are in use, the tenant's own before the global ones."""
    asked = "(%(dataset)s::text is null or data_type = %(dataset)s) and retired_at is null"
    return [_template(store, row) for row in store.all(_TEMPLATES.format(asked), {"dataset": dataset})]


Seen = Template | None | Literal["whatever"]
"""The template as who changes it has seen it, None where there was none; or whatever there is now is meant."""


def save(
    store: Store,
    name: str,
    dataset: str,
    mapping: Mapping,
    *,
    is_global: bool,
    description: str | None,
    seen: Seen = "whatever",
) -> None:
    """Keeps a mapping under a name; the tenant's own of that name is replaced, and what it said is in the audit log.
    Raises TemplateTaken, and TemplateChanged where it is not as it was `seen`."""
    said = {
        "tenant": None if is_global else store.tenant_id,
        "keeper": store.tenant_id,
        "name": name,
        "dataset": dataset,
        "description": description,
        "config": Jsonb(mapping.to_dict()),
        "user": store.user,
        "whatever": seen == "whatever",
        "seen": seen.updated_at if isinstance(seen, Template) else None,
    }
    with _own(name, dataset), store.transaction() as connection:
        before = connection.execute(_BEFORE, said).fetchone()
        if connection.execute(_SAVED, said).rowcount == 0:
            raise TemplateChanged(template=name, dataset=dataset, by=_changed_by(store, name))
        replaced = {"replaced": before["config"]} if before is not None else {}
        store.note("saved template", None, name=name, dataset=dataset, is_global=is_global, **replaced)


_BEFORE = """
select config from workbench.import_template
where tenant_id is not distinct from %(tenant)s and data_type = %(dataset)s and name = %(name)s and retired_at is null
"""
_SAVED = """
insert into workbench.import_template (tenant_id, kept_by, name, data_type, description, config, created_by_id)
values (%(tenant)s, %(keeper)s, %(name)s, %(dataset)s, %(description)s, %(config)s, %(user)s)
on conflict (tenant_id, data_type, name) where retired_at is null do update
set config = excluded.config, description = excluded.description, updated_at = clock_timestamp()
where %(whatever)s or import_template.updated_at = %(seen)s
"""
_CHANGED_BY = """
select actor from workbench.audit_log
where action in ('saved template', 'changed template') and %(name)s in (detail ->> 'name', detail ->> 'template')
order by number desc limit 1
"""


def _changed_by(store: Store, name: str) -> str:
    row = store.one(_CHANGED_BY, {"name": name})
    return row["actor"] if row is not None else "Somebody"


def update(store: Store, identifier: str, mapping: Mapping, *, seen: Template | None = None) -> Template:
    """Changes what a template says; raises UnknownTemplate, TemplateTaken for another tenant's, and TemplateChanged
    where it is not as it was `seen`."""
    return _change(store, identifier, seen, config=Jsonb(mapping.to_dict()))


def rename(store: Store, identifier: str, name: str) -> Template:
    """Calls a template otherwise; raises as `update` does, and TemplateExists."""
    return _change(store, identifier, name=name)


def share(store: Store, identifier: str) -> Template:
    """Makes a template everybody's; raises as `rename` does."""
    return _change(store, identifier, tenant_id=None)


def retire(store: Store, identifier: str) -> Template:
    """Takes a template out of use, and frees its name; raises as `update` does."""
    return _change(store, identifier, retired_at=datetime.now().astimezone(), retired_by=store.user)


def _change(store: Store, identifier: str, seen: Template | None = None, **changes: object) -> Template:
    found = get(store, identifier)
    name = str(changes.get("name", found.name))
    values = {**changes, "id": found.id, "seen": seen.updated_at if seen is not None else None}
    sets = ", ".join(f"{column} = %({column})s" for column in changes)
    try:
        with _own(name, found.dataset), store.transaction() as connection:
            changed = connection.execute(
                f"update workbench.import_template set {sets}, updated_at = clock_timestamp() "
                "where id = %(id)s and (%(seen)s::timestamptz is null or updated_at = %(seen)s)",
                values,
            )
            if changed.rowcount == 0 and seen is not None and get(store, identifier).updated_at != seen.updated_at:
                raise TemplateChanged(template=found.name, dataset=found.dataset, by=_changed_by(store, found.name))
            if changed.rowcount == 0:
                raise TemplateTaken(template=name, dataset=found.dataset)
            said = {column: _plain(value) for column, value in changes.items()}
            said |= {"replaced": found.mapping.to_dict()} if "config" in changes else {}
            store.note("changed template", None, template=found.name, dataset=found.dataset, **said)
    except psycopg.errors.UniqueViolation:
        raise TemplateExists(template=name, dataset=found.dataset) from None
    return get(store, identifier)


def get(store: Store, identifier: str) -> Template:
    """A template by its id, also one that has retired; raises UnknownTemplate."""
    rows = store.all(_TEMPLATES.format("id::text = %(id)s"), {"id": identifier})
    if not rows:
        raise UnknownTemplate(template=identifier, dataset="any dataset")
    return _template(store, rows[0])


_TEMPLATES = "select * from workbench.import_template where {} order by tenant_id is null, name"


def usable(template: Template) -> Template:
    """The template, which an import can use; raises UnusableTemplate."""
    if template.unusable:
        raise UnusableTemplate(template=template.name, why=template.unusable)
    return template


def expect_from_now_on(store: Store, run: Run) -> None:
    """Lets the templates of a run know what their recipes did in it, which a person has found right: the next file
    like it is not asked about. Another tenant's stays as it is, and so does one that cleans otherwise by now."""
    for sheet in run.sheets:
        met = recipe_of(sheet)
        if met is None or sheet.template_id is None:
            continue
        with suppress(UnknownTemplate, TemplateTaken, TemplateChanged):
            saved = get(store, str(sheet.template_id))
            if not saved.unusable and is_same(saved.mapping.recipe, met):
                update(store, saved.id, replace(saved.mapping, recipe=met), seen=saved)


def _template(store: Store, row: dict[str, Any]) -> Template:
    mapping, unusable = _read(row["config"])
    return Template(
        id=str(row["id"]),
        name=row["name"],
        dataset=row["data_type"],
        mapping=mapping,
        is_global=row["tenant_id"] is None,
        is_own=row["kept_by"] == store.tenant_id,
        description=row["description"] or "",
        created_by=row["created_by_id"],
        updated_at=row["updated_at"],
        retired_at=row["retired_at"],
        unusable=unusable,
    )


def _read(config: dict[str, Any]) -> tuple[Mapping, str]:
    """The mapping, and why it cannot be used: one recipe that is not known here stops no other template."""
    try:
        mapping = Mapping.from_dict(config)
        checked(mapping.recipe or Recipe())
    except WrongRecipe as wrong:
        return Mapping.from_dict({**config, "recipe": None}), str(wrong)
    return mapping, ""


@contextmanager
def _own(name: str, dataset: str) -> Iterator[None]:
    try:
        yield
    except psycopg.errors.InsufficientPrivilege:
        raise TemplateTaken(template=name, dataset=dataset) from None


def _plain(value: object) -> object:
    """A value as the audit log takes it."""
    if isinstance(value, Jsonb):
        return value.obj
    return value if value is None or isinstance(value, str) else str(value)


class Templates:
    """The mappings that people saved: `Workbench.templates`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self, dataset: str | None = None) -> list[Template]:
        """The tenant's templates first, then the global ones."""
        return every(self._store, dataset)

    def get(self, dataset: str, name: str) -> Template:
        """A saved template of the tenant, else a global one, by its name or id; raises UnknownTemplate,
        UnusableTemplate."""
        for found in self.all(dataset):
            if name in (found.name, found.id):
                return usable(found)
        raise UnknownTemplate(template=name, dataset=dataset)

    def dataset(self, name: str) -> str:
        """The dataset that a template of that name (or id) is of; raises UnknownTemplate, AmbiguousTemplate."""
        found = sorted({each.dataset for each in self.all() if name in (each.name, each.id)})
        if not found:
            raise UnknownTemplate(template=name, dataset="any dataset")
        if len(found) > 1:
            raise AmbiguousTemplate(template=name, datasets=", ".join(found))
        return found[0]

    def named(self, name: str, dataset: str) -> Template | None:
        """The tenant's own template of that name, be it usable or not; None where there is none."""
        return next((each for each in self.all(dataset) if each.name == name and not each.is_global), None)

    def save(
        self,
        name: str,
        dataset: str,
        chosen: Mapping,
        *,
        is_global: bool = False,
        description: str | None = None,
        seen: Seen = "whatever",
    ) -> Template:
        """Keeps a mapping under a name, for this tenant or for every one; the same name again replaces it. Raises
        WrongTemplateName, WrongRecipe, NotText, HalfCharacter, and TemplateChanged where that is not as it was `seen`
        (a template, or None for none)."""
        catalog.contract(dataset)
        name = as_name(name)
        check_value_maps(chosen.value_maps)
        checked(chosen.recipe or Recipe())
        save(self._store, name, dataset, chosen, is_global=is_global, description=description, seen=seen)
        return self.get(dataset, name)

    def update(self, template: str, chosen: Mapping, *, seen: Template | None = None) -> Template:
        """Changes what a template (by its id) says; raises UnknownTemplate, UnusableTemplate, TemplateTaken,
        UnknownField, WrongValue, WrongRecipe, NotText, HalfCharacter, and TemplateChanged where it is not as it was
        `seen`."""
        check_value_maps(chosen.value_maps)
        checked(chosen.recipe or Recipe())
        check(catalog.contract(usable(get(self._store, template)).dataset), chosen)
        return update(self._store, template, chosen, seen=seen)

    def rename(self, template: str, name: str) -> Template:
        """Calls a template (by its id) otherwise; raises WrongTemplateName, UnknownTemplate, TemplateTaken,
        TemplateExists."""
        return rename(self._store, template, as_name(name))

    def share(self, template: str) -> Template:
        """Lets every tenant use a template (by its id); raises UnknownTemplate, TemplateTaken, TemplateExists."""
        return share(self._store, template)

    def retire(self, template: str) -> Template:
        """Takes a template (by its id) out of use; imports that used it keep what it said. Raises UnknownTemplate,
        TemplateTaken."""
        return retire(self._store, template)
