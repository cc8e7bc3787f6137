"""What Salesforce's query language asks for, evaluated over records: conditions with =, !=, <, <=, >, >=, LIKE, IN,
NOT IN, AND, OR, NOT and parentheses, over texts, numbers, stamps, booleans and null.

As Salesforce does it: texts are compared without case, an empty text is null, and != and NOT IN take null for another
value.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from typing import Any

Record = Mapping[str, Any]
Test = Callable[[Record], bool]

_QUERY = re.compile(r"SELECT (.+?) FROM (\w+)(?: WHERE (.+?))?(?: ORDER BY Id)?(?: LIMIT (\d+))?", re.DOTALL)
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^'\\]|\\.)*')|(?P<stamp>\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d))?)"
    r"|(?P<number>-?\d+(?:\.\d+)?)|(?P<sign>!=|<>|<=|>=|[=<>(),])|(?P<word>[\w.]+))"
)
_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


@dataclass(kw_only=True)
class Query:
    """A query, read."""

    names: list[str]
    object: str
    test: Test | None = None
    limit: int | None = None
    fields: set[str] = field(default_factory=set)
    """Those that its condition names."""

    @property
    def is_count(self) -> bool:
        """Whether it asks how many there are."""
        return self.names == ["COUNT(Id) total"]


def read(soql: str) -> Query:
    """The query; a text that is none fails the test that asks."""
    matched = _QUERY.fullmatch(soql)
    assert matched is not None, soql
    names, name, condition, limit = matched.groups()
    query = Query(names=[each.strip() for each in names.split(",")], object=name, limit=int(limit) if limit else None)
    if condition:
        parser = _Parser(condition, query.fields)
        query.test = parser.any_of()
        assert parser.kind == "end", f"{condition}: {parser.word}"
    return query


def value(record: Record, name: str) -> Any:
    """What a field has; of a path (Account.Name) the related record's."""
    found: Any = record
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


class _Parser:
    def __init__(self, condition: str, fields: set[str]) -> None:
        self._tokens = self._read(condition)
        self._fields = fields
        self.kind, self.word = next(self._tokens)

    @staticmethod
    def _read(condition: str) -> Iterator[tuple[str, str]]:
        place = 0
        while place < len(condition.rstrip()):
            matched = _TOKEN.match(condition, place)
            assert matched is not None, condition[place:]
            yield str(matched.lastgroup), matched[str(matched.lastgroup)]
            place = matched.end()
        yield "end", ""

    def _next(self) -> str:
        word = self.word
        self.kind, self.word = next(self._tokens, ("end", ""))
        return word

    def _is(self, word: str) -> bool:
        return self.kind in ("word", "sign") and self.word.upper() == word

    def _take(self, word: str) -> None:
        assert self._is(word), f"{word} expected, not {self.word}"
        self._next()

    def any_of(self) -> Test:
        tests = [self._all_of()]
        while self._is("OR"):
            self._next()
            tests.append(self._all_of())
        return tests[0] if len(tests) == 1 else lambda record: any(test(record) for test in tests)

    def _all_of(self) -> Test:
        tests = [self._one()]
        while self._is("AND"):
            self._next()
            tests.append(self._one())
        return tests[0] if len(tests) == 1 else lambda record: all(test(record) for test in tests)

    def _one(self) -> Test:
        if self._is("NOT"):
            self._next()
            test = self._one()
            return lambda record: not test(record)
        if self._is("("):
            self._next()
            inner = self.any_of()
            self._take(")")
            return inner
        name = self._next()
        self._fields.add(name)
        compare = self._comparison()
        return lambda record: compare(_plain(value(record, name)))

    def _comparison(self) -> Callable[[Any], bool]:
        """What is asked of a field's value."""
        sign = self._next().upper()
        if sign == "NOT":
            self._take("IN")
            others = self._several()
            return lambda found: found not in others
        if sign == "IN":
            among = self._several()
            return lambda found: found in among
        meant = self._literal()
        if sign == "LIKE":
            pattern = str(meant).replace("%", "*").replace("_", "?")
            return lambda found: fnmatchcase(str(found or ""), pattern)
        if sign in ("!=", "<>"):
            return lambda found: found != meant
        compare = _SIGNS[sign]
        return lambda found: sign == "=" and found == meant if None in (found, meant) else compare(found, meant)

    def _several(self) -> set[Any]:
        self._take("(")
        found = {self._literal()}
        while self._is(","):
            self._next()
            found.add(self._literal())
        self._take(")")
        return found

    def _literal(self) -> Any:
        kind, word = self.kind, self._next()
        if kind == "text":
            return re.sub(r"\\(.)", r"\1", word[1:-1]).lower() or None
        if kind == "number":
            return float(word)
        if kind == "stamp":
            return _stamp(word)
        assert word.lower() in ("true", "false", "null"), word
        return {"true": True, "false": False, "null": None}[word.lower()]


def _plain(found: Any) -> Any:
    """A value as it is compared."""
    if isinstance(found, bool) or found is None:
        return found
    if isinstance(found, int | float):
        return float(found)
    if isinstance(found, str):
        return _stamp(found) if re.fullmatch(r"\d{4}-\d\d-\d\d(T.*)?", found) else found.lower() or None
    return found


def _stamp(text: str) -> datetime | date:
    if "T" not in text:
        return date.fromisoformat(text)
    return datetime.fromisoformat(text.replace("+0000", "+00:00")).astimezone(UTC)
