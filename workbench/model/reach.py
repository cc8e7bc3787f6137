"""How far the reading of a playbook's records is."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Reach:
    """What of a playbook was read, and what of it waits."""

    playbook: str
    read_at: datetime | None = None
    """When it was last read and imported."""
    read_by: str | None = None
    until: datetime | None = None
    """Its watermark: all changes until then, by Salesforce's clock, are here. None: all is read the next time."""
    pending: int = 0
    """Records of which something waits for a record that is not here yet; each counts once, as it was told last."""
    last: tuple[UUID, ...] = ()
    """The last import of each of its extracts, the newest first, whatever became of them."""
