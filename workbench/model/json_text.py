"""Cells that hold JSON: told from what only begins like it."""

import json
import re
from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.trimming import AROUND, by_distinct

PATTERN = r"^(?:[\[{\"0-9-]|true$|false$)"
_NO_JSON = "not JSON: "
REPEATED_KEY = r'^one object has (?P<key>"(?:[^"\\]|\\.)*") more than once: '
"""How the text of a JSON cell begins in which a key stands twice in one object: one of its values would be lost."""
_LONGEST_KEY = 60
"""So many characters of such a key are told."""
_NOT_IN_POSTGRES = re.compile(r"(?<!\\)(?:\\\\)*\\u0000|[0-9][eE][-+]?[0-9]{4}")


def parse(cells: pa.StringArray) -> pa.StringArray:
    """The JSON text as typed, null where it is `null`; its letters are not composed, for those that it has escaped are
    not either, and it would be another text when it is written and read again.

    No regular expression can tell JSON from what only begins like it, and no vectorised function can either: every
    distinct cell is read once, and one that is no JSON gets a prefix that does not match.
    """
    text = pc.utf8_trim(cells, characters=AROUND)
    return by_distinct(text, lambda texts: pa.array(map(_json_or_not, texts.to_pylist()), pa.string()))


def _json_or_not(text: str) -> str | None:
    if not text:
        return None
    try:
        value = json.loads(text, parse_constant=_refuse, object_pairs_hook=_object)
        json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except _Repeated as repeated:
        return f"one object has {json.dumps(str(repeated)[:_LONGEST_KEY], ensure_ascii=False)} more than once: {text}"
    except (ValueError, RecursionError):
        return _NO_JSON + text
    if value is None:
        return None
    return _NO_JSON + text if _NOT_IN_POSTGRES.search(text) else text


class _Repeated(Exception):
    """A key stands twice in one object."""


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Repeated(Counter(key for key, _ in pairs).most_common(1)[0][0])
    return found


def _refuse(constant: str) -> None:
    raise ValueError(constant)  # NaN and Infinity are Python's, not JSON's
