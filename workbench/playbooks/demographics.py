"""What Salesforce's texts say of a person (seed 001, D1 to D3): gender, race and ethnicity, education, age, grade.

Each is read once for every distinct text; null is what is not known, which then changes nothing.
"""

import pyarrow as pa
import pyarrow.compute as pc

from workbench.datasets.salesforce.people import AGE_GROUPS, GENDERS, RACES
from workbench.model.arrays import matches, only, replaced
from workbench.model.kinds import spelling
from workbench.model.trimming import by_distinct, trimmed
from workbench.prepare.shaping import meant

_GENDERS = {gender.replace("_", " "): gender for gender in GENDERS} | {
    "nonbinary": "non_binary",
    "gender fluid": "genderfluid",
    "prefer not to answer": "prefer_not_to_say",
}
_NO_GENDER = {"na": "prefer_not_to_say"}
"""What a student's record has who would rather not say it."""

_RACES = {race.replace("_", " "): race for race in RACES} | {
    "two or more races": "two_or_more",
    "asian american/pacific islander": "asian",
    "bi racial/multi racial/multicultural": "multi_racial",
}
_RACES_INSIDE = (
    ("hispanic", r"hispanic|latin[oa]"),
    ("black", r"black|african american"),
    ("white", r"white|caucasian"),
    ("asian", r"asian"),
    ("native_hawaiian", r"pacific islander|hawaiian"),
    ("american_indian", r"native american|alaska native|first nation|american indian"),
    ("multi_racial", r"multi|bi racial|two or more"),
    ("prefer_not_to_say", r"prefer not"),
    ("other", r"other"),
)
"""The first of them that a text has somewhere is meant."""
_LEFT_BEHIND = "AggregateResult"
"""What a query that counts has left in texts."""

_EDUCATIONS = {
    **dict.fromkeys(("high school", "ged", "high school diploma", "high school diploma or ged"), "HIGH_SCHOOL"),
    "some college": "SOME_COLLEGE",
    **dict.fromkeys(("phd", "ph.d", "ph.d.", "doctoral", "doctorate"), "DOCTORATE"),
    **dict.fromkeys(("professional", "advanced professional"), "PROFESSIONAL"),
    **dict.fromkeys(("certificate", "certification", "other"), "OTHER"),
    **dict.fromkeys(("prefer not to answer", "unknown"), "UNKNOWN"),
    **{
        f"{degree}{ending}": meant
        for degree, meant in (("associate", "ASSOCIATES"), ("bachelor", "BACHELORS_DEGREE"), ("master", "MASTERS"))
        for ending in ("", "s", "'s")
    },
}
_AGE_GROUPS = dict(
    zip(("under 18", "18 24", "25 34", "35 44", "45 54", "55 64", "65+", "unknown"), AGE_GROUPS, strict=True)
)
_GRADE = r"^(?:(1[0-2]|[0-9])(?:\.0+)?(?:st|nd|rd|th)?(?: grade)?)$"
_KINDERGARTEN = ("k", "kindergarten")


def gender(texts: pa.StringArray, *, of_students: bool = False) -> pa.StringArray:
    """The gender that texts name, in whichever spelling."""
    return meant(texts, _GENDERS | _NO_GENDER if of_students else _GENDERS)


def race_ethnicity(texts: pa.StringArray) -> pa.StringArray:
    """What texts say: as a whole, else by the first word that is known in them."""
    return by_distinct(texts, _race)


def _race(texts: pa.StringArray) -> pa.StringArray:
    plain = trimmed(replaced(texts, (_LEFT_BEHIND, "")))
    lower, inside = spelling(plain), pa.nulls(len(texts), pa.string())
    for race, words in reversed(_RACES_INSIDE):
        inside = pc.if_else(matches(lower, words), race, inside)
    return pc.coalesce(meant(plain, _RACES), inside)


def education(texts: pa.StringArray) -> pa.StringArray:
    """The degree that texts name."""
    return by_distinct(texts, lambda each: meant(replaced(each, ("(?i) degree$", ""), ("\u2019", "'")), _EDUCATIONS))


def age_group(texts: pa.StringArray) -> pa.StringArray:
    """The age group that texts name."""
    return by_distinct(texts, lambda each: meant(replaced(each, ("[\u2010-\u2014]", "-"), (r" +\+", "+")), _AGE_GROUPS))


def grade(texts: pa.StringArray) -> pa.StringArray:
    """The grade that texts name, 0 (kindergarten) to 12."""
    return by_distinct(texts, _grade)


def _grade(texts: pa.StringArray) -> pa.StringArray:
    lower = pc.utf8_lower(texts)
    number = replaced(only(lower, matches(lower, _GRADE)), (_GRADE, r"\1"))
    return pc.if_else(pc.is_in(lower, pa.array(_KINDERGARTEN)), "0", number)


def times(texts: pa.StringArray) -> pa.StringArray:
    """How often somebody volunteered: a whole number, 0 for what is none; null where nothing is said."""
    number = replaced(only(texts, matches(texts, r"^[0-9]{1,9}(\.[0-9]*)?$")), (r"\..*", ""))
    return pc.if_else(pc.and_(pc.is_valid(texts), pc.is_null(number)), "0", number)
