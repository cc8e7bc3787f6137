"""What somebody says in texts: that they are texts, and such as can be kept."""

import json
from collections.abc import Mapping
from typing import Any

from workbench.model.errors import HalfCharacter, NotText


def refuse_halves(said: Any) -> None:
    """Raises HalfCharacter where a text, however deep in lists and mappings, has half of one."""
    try:
        json.dumps(said, ensure_ascii=False, default=str, skipkeys=True).encode()
    except UnicodeEncodeError:
        raise HalfCharacter from None


def is_unkeepable(text: str) -> bool:
    """Whether a text has what nothing keeps: a NUL character, or half of one (a surrogate without the other)."""
    return any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in text)


def check(what: str, said: Mapping[str, str | None] | None) -> None:
    """Raises NotText where what is said of names is anything but texts (None is nothing), and HalfCharacter."""
    if said is None:
        return
    if not isinstance(said, Mapping):
        raise NotText(what=what, said=_brief(said))
    for each in (*said, *(text for text in said.values() if text is not None)):
        if not isinstance(each, str):
            raise NotText(what=what, said=_brief(each))
    refuse_halves(dict(said))


def check_value_maps(said: Mapping[str, Mapping[str, str]] | None) -> None:
    """As `check`, of what texts mean, by their field."""
    if said is not None and not isinstance(said, Mapping):
        raise NotText(what="What texts mean", said=_brief(said))
    for name, meanings in (said or {}).items():
        check(f"What texts of {name} mean", {} if meanings is None else meanings)
        refuse_halves(name)


def _brief(said: object) -> str:
    text = repr(said)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}\u2026"


_LONGEST = 60
