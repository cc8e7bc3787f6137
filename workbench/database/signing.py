"""Who signed a batch."""

from typing import Any
from uuid import UUID

from workbench.database.store import Store


def signature(store: Store, batch: UUID) -> dict[str, Any] | None:
    """Who signed a batch off, when, over which evidence, with which key; None when nobody has."""
    return store.one(
        "select signed_by, signed_at, digest, evidence, public_key, number from workbench.sign_off where batch_id = %s",
        (batch,),
    )


def people(store: Store) -> int:
    """How many persons have ever worked in the tenant."""
    row = store.one("select count(*)::int as people from workbench.person")
    return int(row["people"]) if row else 0
