"""How headers are compared, and what each surely means: the names of a field, as people write them."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from workbench.model.contract import Contract, Field

Method = Literal["manual", "template", "exact", "alias", "similar", "values", "none"]


def key(text: str) -> str:
    """A header as it is compared: its letters and digits, without case, so that "E-Mail Address" is "email address"."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFC", text).casefold()))


@lru_cache(maxsize=1_000)  # each header of each source is asked about under each contract
def meanings(contract: Contract) -> Mapping[str, tuple[str, Method, str]]:
    """Every header that surely means a field, as it is compared: the field, exact or alias, and the name as written."""
    known: dict[str, tuple[str, Method, str]] = {}
    for target in contract.fields:
        known.setdefault(key(target.name), (target.name, "exact", target.name))
    for noun in ("", contract.noun, contract.dataset):
        for target in contract.fields:
            for name in called(target):
                written = f"{noun} {name}".strip()
                known.setdefault(key(written), (target.name, "alias", written))
    return MappingProxyType(known)


def called(target: Field) -> tuple[str, ...]:
    """The names of a field, as people write them."""
    own = (target.name, target.column) if target.column else (target.name,)
    return (*(name.replace("_", " ") for name in own), *target.aliases)


def same_headers(names: Iterable[str], headers: tuple[str, ...]) -> Iterator[str]:
    """The headers that are meant by saved names: the same, or else the same but for case and punctuation."""
    for name in names:
        same = [name] if name in headers else [header for header in headers if key(name) and key(header) == key(name)]
        yield from same
