"""The key of a service account, which reads the sheets that are shared with it."""

import json
import os
from pathlib import Path
from typing import Any, cast

from google.oauth2.service_account import Credentials

from workbench.model.errors import NotConfigured

_SCOPE = "https://www.googleapis.com/auth/spreadsheets.readonly"
_SETTING = "The Google service account (WORKBENCH_GOOGLE_SERVICE_ACCOUNT)"


def credentials(said: str) -> Credentials:
    """What a service account signs with, of its key; raises NotConfigured for one that does not sign."""
    try:
        found = Credentials.from_service_account_info(_key(said), scopes=[_SCOPE])
        found.sign_bytes(b"")
    except (TypeError, ValueError):  # no key, one with a password, or of another kind
        raise NotConfigured(what=_SETTING, how="its private key cannot be read. Make a new one.") from None
    return found


def _key(said: str) -> dict[str, Any]:
    """A service account's key, of its JSON or of the file that has it; raises NotConfigured, which shows none of it."""
    is_json = said.lstrip().startswith("{")
    try:
        text = said if is_json else Path(os.path.expanduser(said.strip())).read_text("utf-8")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise NotConfigured(what=_SETTING, how=f"its file cannot be read: {why}.") from None
    try:
        key = json.loads(text)
    except ValueError:
        raise NotConfigured(what=_SETTING, how="it is no JSON.") from None
    needed = ("client_email", "private_key", "token_uri")
    lacking = [name for name in needed if not (isinstance(key, dict) and isinstance(key.get(name), str) and key[name])]
    if lacking:
        how = f"it has no {', '.join(lacking)}. Use the JSON key that Google made for the service account."
        raise NotConfigured(what=_SETTING, how=how)
    return cast(dict[str, Any], key)
