"""Postal addresses as Salesforce has them: in parts, in one object of JSON, or as a text "street, city, ST zip"."""

import json
import re

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.arrays import any_true, matches, only, replaced
from workbench.model.trimming import trimmed

PARTS = ("street", "city", "state", "postal_code", "country")
_OF_JSON = {"street": "street", "city": "city", "state": "state", "postal_code": "postalCode", "country": "country"}
_ZIP = r"(?P<postal_code>[0-9]{5}(?:-[0-9]{4})?)"
_COUNTRY = r"(?:, *(?P<country>[\p{L} .]+))?"
_WRITTEN = (
    rf"^(?P<street>.+?), *(?P<city>[^,]+), *(?P<state>[\p{{L}}. ]+?),? +{_ZIP}{_COUNTRY}$",
    rf"^(?P<city>[^,0-9]+), *(?P<state>[A-Z]{{2}}),? +{_ZIP}{_COUNTRY}$",
    r"^(?P<street>.+?), *(?P<city>[^,]+), *(?P<state>[A-Za-z]{2})$",
    rf"^(?P<street>.+?), *(?P<city>[^,]+), *{_ZIP}$",
    r"^(?P<city>[^,0-9]+), *(?P<state>[A-Z]{2})$",
    rf"^{_ZIP}$",
    r"^(?P<country>(?i:usa|us|u\.s\.a?\.?|united states(?: of america)?|canada|mexico))$",
    r"^(?P<street>.*[0-9].*?), *(?P<city>[^,]+)$",
    r"^(?P<street>.+)$",
)
"""From the whole address to whatever there is of one; the first that a text is written in is meant."""

Address = dict[str, pa.StringArray]


def read(texts: pa.StringArray) -> Address:
    """What texts say of each part of an address, be they objects of JSON."""
    objects = matches(texts, r"^\{")
    if not any_true(objects):
        return of_text(texts)
    whole, written = of_object(only(texts, objects)), of_text(only(texts, pc.invert(objects)))
    return {name: pc.coalesce(whole[name], written[name]) for name in PARTS}


def of_text(texts: pa.StringArray) -> Address:
    """What texts say of each part of an address."""
    plain = trimmed(replaced(texts, (r"(?i)(?:<br */?>|[\r\n])+", ", "), (r"(?:, *)+,", ","), (r"^[, ]+|[, ]+$", "")))
    parts = dict.fromkeys(PARTS, pa.nulls(len(texts), pa.string()))
    read = pa.array([False] * len(texts))
    for written in _WRITTEN:
        found = pc.extract_regex(plain, written)
        new = pc.and_not(pc.is_valid(found), read)
        for name in re.findall(r"\?P<(\w+)>", written):
            parts[name] = pc.coalesce(parts[name], only(pc.struct_field(found, name), new))
        read = pc.or_(read, pc.is_valid(found))
    return {name: trimmed(texts) for name, texts in parts.items()}


def of_object(texts: pa.StringArray) -> Address:
    """What objects of JSON say of each part; nothing of a text that is none."""
    encoded = texts.dictionary_encode()
    known = [_parsed(text) for text in encoded.dictionary.to_pylist()]
    columns = {name: pa.array([each.get(key) for each in known], pa.string()) for name, key in _OF_JSON.items()}
    return {name: trimmed(column).take(encoded.indices) for name, column in columns.items()}


def _parsed(text: str) -> dict[str, str]:
    try:
        read = json.loads(text)
    except ValueError:
        return {}
    return {k: v for k, v in read.items() if isinstance(v, str)} if isinstance(read, dict) else {}


def somewhere(address: Address) -> pa.BooleanArray:
    """Which addresses are of a place: a country alone is none."""
    return pc.is_valid(pc.coalesce(*(address[name] for name in PARTS if name != "country")))
