"""A person's name as it is compared: without case, accents, punctuation and titles, in its given name and its surname.

The first word is the given name, the rest the surname ("Maria De La Cruz"); a single word is a surname ("Madonna"), and
"Park, Ada" is Ada Park.
"""

import pyarrow as pa
import pyarrow.compute as pc

from workbench.model.arrays import replaced
from workbench.model.trimming import by_distinct

_TITLES = r"^(?:(?:dr|mr|mrs|ms|miss|mx|prof|professor|rev|coach|sir|dame)\.? )+"
_SUFFIXES = r"(?: (?:jr|sr|ii|iii|iv|ph ?d|ed ?d|m ?d|esq|m ?a|m ?ed|mba))+$"
_GENERATION = r"[ ,](?P<which>jr|sr|ii|iii|iv)\b\.?(?:[ ,].*)?$"
_TURNED = r"^([^,]+), *([^,]+)$"
_ONLY_SUFFIX = r", *((?:jr|sr|ii|iii|iv|ph\.?d|ed\.?d|m\.?d|esq|m\.?a|m\.?ed|mba)\.?)$"


def normalized(names: pa.StringArray) -> pa.StringArray:
    """Names as they are compared; null where nothing is left."""
    return by_distinct(names, _normalized)


def _normalized(names: pa.StringArray) -> pa.StringArray:
    plain = pc.utf8_normalize(pc.utf8_lower(names), "NFKD")
    plain = replaced(plain, (r"\p{M}+", ""), ("ø", "o"), ("ł", "l"), ("đ", "d"), ("ß", "ss"), (r"\s+", " "))
    plain = replaced(
        plain,
        (r"\([^)]*\)|\"[^\"]*\"|\x{201c}[^\x{201d}]*\x{201d}", " "),  # Robert (Bob) Smith
        (_ONLY_SUFFIX, r" \1"),
        (r"\s+", " "),
        (r"^ +| +$", ""),
        (_TURNED, r"\2 \1"),
        (r"['\x{2019}\x{2018}`\x{b4}]", ""),
        (r"\.", " "),
        (r"[^\p{L}\p{N}]+", " "),
        (r"^ +| +$", ""),
        (_TITLES, ""),
        (_SUFFIXES, ""),
    )
    return pc.if_else(pc.equal(plain, ""), pa.scalar(None, pa.string()), plain)


def generation(names: pa.StringArray) -> pa.StringArray:
    """Which of a family's people of one name it is, as names say it after the surname (jr, sr, ii, iii, iv); null where
    none does."""
    return pc.struct_field(pc.extract_regex(pc.utf8_lower(names), _GENERATION), "which")


def parts(names: pa.StringArray) -> tuple[pa.StringArray, pa.StringArray]:
    """The given name and the surname, with what stands between, of normalized names; null where there is none."""
    found = pc.extract_regex(names, r"^(?:(?P<given>[^ ]+) )?(?P<surname>.+)$")
    given, surname = (pc.struct_field(found, name) for name in ("given", "surname"))
    return pc.if_else(pc.equal(given, ""), pa.scalar(None, pa.string()), given), surname


def core(surnames: pa.StringArray) -> pa.StringArray:
    """Surnames without the initials before them: "a smith" is smith."""
    return pc.replace_substring_regex(surnames, r"^(?:[^ ] )+", "")
