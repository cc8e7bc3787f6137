"""By which id a session is stored: its own, or its day and title where the source that came first had none.

A session that comes with its own id is the one that is stored under its day and title, unless that has become another
id's, or several ids ask for it: two ids are two sessions, whatever they are called. A row without an id in a source
that has them is of the only session of its day and title.
"""

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.arrays import joined, replaced

PATHFUL = "pathful"
"""What the sessions that Pathful has brought have as their source."""
_LONGEST = 250
"""Characters of a title that tell sessions of a day apart."""

_NAMED = "[0-9]{4}-[0-9]{2}-[0-9]{2} "
"""How an id begins that is a day and title."""


def folded(texts: pa.StringArray) -> pa.StringArray:
    """Texts as they are compared: letters and digits in lower case, with a hyphen for what stands between them."""
    plain = pc.utf8_lower(pc.utf8_normalize(texts, form="NFKC"))
    return pc.utf8_slice_codeunits(replaced(plain, (r"[^\pL\pN+#]+", "-"), ("^-|-$", "")), 0, _LONGEST)


def called(days: pa.StringArray, titles: pa.StringArray) -> pa.StringArray:
    """The ids of sessions that have none of their own: day and title; null where one is missing."""
    return joined(days, " ", folded(titles))


def are_own(ids: pd.Series) -> pd.Series:
    """Which ids are a source's own, and no day and title; a missing one is none."""
    return ids.notna() & ~ids.astype("str").str.match(_NAMED, na=False)


def stored_as(ids: pd.Series, names: pd.Series, stored: pd.Series, taken: dict[str, str]) -> pd.Series:
    """The ids under which the sessions of rows are stored, or will be, beside the rows.

    `ids` are their own, `names` what they are `called`, both null where there is none; `stored` has the other id of
    each stored session by its id. `taken` (what a session is called -> its own id) are the sessions that rows of the
    same source, however many chunks of it there are, have found by what they are called: it is added to.
    """
    others = stored.dropna()
    theirs = ids.map(dict(zip(others, others.index, strict=True))).astype("str")
    known = ids.isin(stored.index) | theirs.notna()
    pairs = pd.DataFrame({"id": ids, "name": names}).dropna().drop_duplicates()
    alone = pairs.drop_duplicates("name", keep=False)
    free = stored.index[stored.isna() & ~stored.index.isin(others)]
    asking = alone[alone["name"].isin(free) & alone["id"].map(pairs["id"].value_counts()).eq(1) & ~known[alone.index]]
    for name, own in zip(asking["name"], asking["id"], strict=True):
        taken.setdefault(name, own)
    found = ids.mask(known).map({own: name for name, own in taken.items()}).astype("str")
    return theirs.mask(ids.isin(stored.index)).fillna(found).fillna(ids)


def without_own(kept: pd.Series, names: pd.Series, stored: pd.Series) -> pd.Series:
    """The same ids, and of rows that have none of their own that of the only session of their day and title, be it of
    another row or stored; else day and title themselves. Null where several have them: nobody knows which is meant."""
    here = pd.DataFrame({"name": names, "id": kept})
    by_other = pd.DataFrame({"name": stored.array, "id": stored.index})
    by_own = pd.DataFrame({"name": stored.index, "id": stored.index})
    there = pd.concat([here, by_other, by_own]).dropna().drop_duplicates()
    there = there[there["name"].isin(names[kept.isna()])]
    alone = there.drop_duplicates("name", keep=False).set_index("name")["id"]
    several = names.isin(there["name"]) & ~names.isin(alone.index)
    return kept.fillna(names.map(alone).astype("str")).fillna(names.mask(several))


def undated(titles: pa.StringArray) -> pa.StringArray:
    """What sessions wait under that have neither an id nor a date; null where there is no title."""
    return joined("undated ", folded(titles))


def other_ids(ids: pd.Series, names: pd.Series, kept: pd.Series) -> pd.Series:
    """By what else the sessions of rows are known: by their own id where they are `kept` under a day and title, any
    other by those."""
    return names.mask(kept.str.match(_NAMED).fillna(False).astype(bool), ids)
