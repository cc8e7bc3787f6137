"""How well a text fits what records are known by, as numbers of which the smallest is the best: a cell says just that,
each word is one of theirs, each begins one, or they have them anywhere."""

from collections.abc import Iterable, Sequence

from psycopg.sql import SQL, Composable, Literal

from workbench.database import accents
from workbench.model.accents import plain

_APART = str.maketrans(dict.fromkeys("-,./()@&", " "))
"""What stands between words, as a blank does."""
_FIT = SQL("case when {begun} then case when {just} then 0 when {whole} then 1 else 2 end else 3 end")
"""Most begin no word of theirs, and are asked nothing else."""
_ANYWHERE = SQL("3")


def of_cells(
    cells: Sequence[Composable], letters: Sequence[Composable], text: str, surely: Sequence[Composable]
) -> Composable:
    """The fit of a record by its cells, of which some may have letters with accents; whoever passes a test that is
    `surely` enough fits best."""
    if not cells:
        return SQL("0")
    between = SQL("E'\\n ' || {} || E' \\n'").format(SQL(" || E' \\n ' || ").join(cells))
    blanks = Literal("".join(map(chr, _APART))), Literal(" " * len(_APART))
    said = SQL("translate({}, {}, {})").format(accents.small_and_plain(between, letters), *blanks)
    words = [plain(word).translate(_APART) for word in text.split()]
    fit = _FIT.format(
        begun=_every([_like(said, "% {}%", word)] for word in words),
        just=_like(said, "%\n {} \n%", plain(text).translate(_APART)),
        whole=_every([_like(said, "% {} %", word)] for word in words),
    )
    return SQL("case when {} then 0 else {} end").format(SQL(" or ").join(surely), fit) if surely else fit


def of_names(names: Sequence[Composable], text: str) -> Composable:
    """The same, soon told of a million records: by their names alone, between blanks, with just these accents."""
    words = [plain(word) for word in text.split()]
    if not names:
        return _ANYWHERE
    return _FIT.format(
        begun=_every([_like(_small(" ", name), "% {}%", word) for name in names] for word in words),
        just=_every([[_like(_small("", name), "{}", plain(text)) for name in names]]),
        whole=_every([_like(_small(" ", name, " "), "% {} %", word) for name in names] for word in words),
    )


def _small(before: str, name: Composable, behind: str = "") -> Composable:
    parts = [Literal(before)] if before else []
    return SQL('lower(({}) collate "C")').format(
        SQL(" || ").join([*parts, name, *([Literal(behind)] if behind else [])])
    )


def _like(said: Composable, pattern: str, word: str) -> Composable:
    return SQL("{} like {}").format(said, Literal(pattern.format(accents.escaped(word))))


def _every(tests: Iterable[Iterable[Composable]]) -> Composable:
    """Whether one of each is true."""
    return SQL("({})").format(SQL(" and ").join(SQL("({})").format(SQL(" or ").join(some)) for some in tests))
