"""Source files, kept under the home as evidence and addressed by their SHA-256."""

import errno
import os
import shutil
import tempfile
from pathlib import Path
from uuid import UUID

from workbench.errors import NoSpace
from workbench.sheet import Sheet


def keep(home: Path, tenant: UUID, sheet: Sheet) -> str | None:
    """Copies a sheet's bytes below `home`/files, once, and returns their key there; None for a sheet without bytes.

    Raises NoSpace, leaving nothing half-written.
    """
    if sheet.path is None:
        return None
    key = f"{tenant}/{sheet.checksum[:2]}/{sheet.checksum}"
    target = home / "files" / key
    if target.exists():
        return key
    unfinished = ""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=target.parent)
        with os.fdopen(handle, "wb") as copy, sheet.path.open("rb") as source:
            shutil.copyfileobj(source, copy, 1 << 20)
            copy.flush()
            os.fsync(copy.fileno())
        os.replace(unfinished, target)
    except OSError as error:
        if unfinished and os.path.exists(unfinished):
            os.unlink(unfinished)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoSpace(home=home) from None
        raise
    return key
