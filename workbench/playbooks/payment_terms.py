"""Terms of payment: when what is invoiced on a day is due."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.arrays import matches, only
from workbench.model.trimming import trimmed

_AT_ONCE = "^(?:c\\.?o\\.?d\\.?|cash on delivery|due on receipt)$"
_NET = "^net (?P<days>[0-9]{1,3})(?: days?)?$"
_OF_NEXT_MONTH = "^net (?P<day>[0-9]{1,2})(?:st|nd|rd|th) of next month$"


def are_known(terms: pa.StringArray) -> pa.BooleanArray:
    """Which texts are terms that are known: C.O.D., Net 30, Net 30 Days, Net 15th of Next Month."""
    texts = _spelled(terms)
    return pc.or_(matches(texts, _AT_ONCE), pc.or_(matches(texts, _NET), matches(texts, _OF_NEXT_MONTH)))


def due(days: pa.StringArray, terms: pa.StringArray) -> pa.StringArray:
    """The days by which is paid what is invoiced on those: at once under terms that are not known; null without a day,
    or terms. A month that is too short ends on its last day."""
    texts = _spelled(terms)
    there = np.asarray(pc.and_(pc.is_valid(days), pc.is_valid(texts)))
    on = np.asarray(pc.fill_null(days, "NaT")).astype("datetime64[D]")
    later = on + _number(texts, _NET, "days").astype("timedelta64[D]")
    month = on.astype("datetime64[M]") + 1
    place = _number(texts, _OF_NEXT_MONTH, "day")
    last = (month + 1).astype("datetime64[D]") - 1
    found = np.where(place > 0, np.minimum(month.astype("datetime64[D]") + np.maximum(place - 1, 0), last), later)
    return only(pa.array(np.datetime_as_string(found)), pa.array(there))


def _spelled(terms: pa.StringArray) -> pa.StringArray:
    return pc.replace_substring_regex(pc.utf8_lower(trimmed(terms)), r"\s+", " ")


def _number(texts: pa.StringArray, pattern: str, name: str) -> np.ndarray:
    """The number that texts of that pattern say; 0 for others."""
    found = pc.struct_field(pc.extract_regex(texts, pattern), name)
    return np.asarray(pc.fill_null(pc.cast(found, pa.int64()), 0))
