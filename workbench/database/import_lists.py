"""Which of a tenant's imports a list has, and in which order: conditions on the rows of import_batch."""

from collections.abc import Mapping
from typing import Any

from workbench.model.batch import OUTCOMES
from workbench.model.import_query import ImportQuery

_ITS_UNDOS = "select u.id from workbench.import_batch u where u.undo_of = import_batch.id and u.stage = 'completed'"

UNDONE_BY = f"({_ITS_UNDOS} order by u.completed_at desc, u.id desc limit 1)"
"""The undo that took a row of import_batch back, the last of several. Spelled out where whole histories are asked; the
database's own rules have it as a function."""

OTHERS_UNDONE = """(
    select coalesce(array_agg(distinct u.undo_of::text), '{}') from workbench.import_batch u
    where u.stage = 'completed' and u.undo_of in (
        select (told ->> 'other')::uuid from jsonb_array_elements(import_batch.summary -> 'told') told))"""
"""The imports that the plan of a row of import_batch tells of and that were undone."""

STANDS = f"not exists ({_ITS_UNDOS})"
"""Whether nobody has taken a row of import_batch back."""

NO_PREVIEW = "not (dry_run and undo_of is not null)"
"""The preview of an undo takes nothing back, and is none."""

EVERY_IMPORT = f"part_of is null and (source <> 'sweep' or stage = 'completed') and {NO_PREVIEW}"
"""A sweep that brought nothing is no import, and neither is what an undo would do."""

FITS = {
    "dataset": "data_type = %(dataset)s",
    "user": "initiated_by_id = %(user)s",
    "file": "file_name ilike %(file)s",
    "window": '"window" = %(window)s',
    "outcome": f"case %(outcome)s {' '.join(f'when {name!r} then {name}' for name in OUTCOMES)} end > 0",
    "stage": "stage = %(stage)s",
    # as Batch.state says it
    "state": f"""case when not {STANDS} then 'undone' when dry_run and stage = 'planned' then 'dry run'
                 else stage end = %(state)s""",
    "since": "created_at >= %(since)s",
    "until": "created_at < %(until)s",
    "id": "(created_at, id) < (%(created_at)s, %(id)s)",
}
"""What is asked of a row of import_batch, by its name."""

SIGNED = "exists (select from workbench.sign_off s where s.batch_id = import_batch.id)"
"""Whether somebody has signed a row of import_batch."""

_MAY_BE_SIGNED = f"stage = 'completed' and undo_of is null and {STANDS}"

_OF_ITS_SHEETS = """(
    select count(*) from workbench.import_batch sheet
    join workbench.import_explanation e on e.batch_id = sheet.id
    join workbench.import_outcome o on o.batch_id = sheet.id and o.line = e.line and o.plan = sheet.plan
    where (sheet.id = import_batch.id or sheet.part_of = import_batch.id and not sheet.derived)
      and e.rejected is not true and workbench.settles(e, o.outcome){})"""

SETTLED = _OF_ITS_SHEETS.format("")
"""How many of its unmatched rows a person has explained, or a later run has brought in: they count as skipped."""

BROUGHT_IN = _OF_ITS_SHEETS.format(" and e.resolved_by is not null")
"""How many of those a later run has brought in."""

_ORDERS = {
    "file": 'lower(file_name) collate "C"',
    "state": FITS["state"].removesuffix(" = %(state)s"),
    "when": "created_at",
    "signed": "(select lower(s.signed_by) from workbench.sign_off s where s.batch_id = import_batch.id)",
    "rows": "processed",
    "created": "created",
    "updated": "updated",
    "skipped": f"skipped + {SETTLED}",
    "unmatched": f"unmatched - {SETTLED}",
    "invalid": "invalid",
    "user": "lower(initiated_by_id)",
    "dataset": "data_type",
    "window": 'lower("window")',
}


def order(query: ImportQuery) -> str:
    """What imports are ordered by, before their age; "" for nothing else."""
    return f"{_ORDERS[query.by]} {'desc' if query.descending else 'asc'} nulls last" if query.by is not None else ""


def asked(query: ImportQuery, titles: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """The condition of what is asked for, and its values; `titles` are what datasets are called."""
    values: dict[str, Any] = {
        name: getattr(query, name) for name in ("dataset", "user", "window", "outcome", "state", "since", "until")
    }
    fits = [EVERY_IMPORT, *(FITS[name] for name, value in values.items() if value is not None)]
    if query.signed is not None:
        fits.append(SIGNED if query.signed else f"{_MAY_BE_SIGNED} and not {SIGNED}")
    for place, word in enumerate(query.text.replace("\0", "").split()):
        values[f"word{place}"] = f"%{literal(word)}%"
        values[f"called{place}"] = [name for name, title in titles.items() if word.casefold() in title.casefold()]
        fits.append(f"({_SAID} ilike %(word{place})s or data_type = any(%(called{place})s))")
    return " and ".join(fits), values


_SAID = """concat_ws(' ', file_name, data_type, initiated_by_id, "window", notes, follow_ups, id, (
    select string_agg(distinct a.actor, ' ') from workbench.audit_log a where a.batch_id = import_batch.id))"""
"""All that an import is looked for by, with everybody who has done something with it."""


def literal(text: str) -> str:
    """A text as LIKE looks for it, its wildcards meaning themselves."""
    return "".join(f"\\{character}" if character in "\\%_" else character for character in text)
