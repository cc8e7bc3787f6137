"""What an organization says of an object: its fields, and which of them can be read as rows of text."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any

from workbench.model.errors import UnknownSalesforceFields, UnknownSalesforceObject
from workbench.sources.salesforce.connection import Connection, Refused

_IN_PARTS = ("address", "location")
"""Types of fields that are read by their parts, which are fields themselves."""
_NO_TEXT = (*_IN_PARTS, "base64", "complexvalue")
_NUMBERS = ("double", "currency", "percent", "int", "long")
_ALWAYS = ("Id", "SystemModstamp")
_OF_DELETED = ("IsDeleted", "MasterRecordId")


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of an object."""

    name: str
    type: str
    part_of: str | None = None
    """The compound field that it is a part of: MailingAddress of MailingCity."""
    relation: str | None = None
    """By which name the fields of the record are reached that it names: Account of AccountId."""
    leads_to: str | None = None
    """The object of that record, where it can be of one alone."""

    @property
    def is_number(self) -> bool:
        """Whether it holds numbers, which Salesforce writes with an exponent from ten million on."""
        return self.type in _NUMBERS


@dataclass(frozen=True, kw_only=True)
class Described:
    """An object, as this user may see it."""

    name: str
    fields: tuple[Field, ...]
    user: str
    """Who asked."""

    @property
    def is_stamped(self) -> bool:
        """Whether its records say when they were changed last."""
        return any(field.name == "SystemModstamp" for field in self.fields)

    def chosen(self, wanted: Collection[str] | None, needed: Collection[str], *, deleted: bool) -> tuple[Field, ...]:
        """The fields that are read: those wanted, else all, and what every reading has.

        Raises UnknownSalesforceFields for wanted and needed ones that there are not.
        """
        known = {field.name.lower(): field for field in self.fields}
        lacking = [name for name in (*(wanted or ()), *needed) if not self._is_read(known.get(name.lower()))]
        if lacking:
            raise self._unknown(lacking)
        always = [known[name.lower()] for name in (*_ALWAYS, *_OF_DELETED * deleted) if name.lower() in known]
        given = [known[name.lower()] for name in (*wanted, *needed)] if wanted is not None else self.fields
        every = (part for field in (*always, *given) for part in self._parts(field))
        return tuple(dict.fromkeys(every))

    def _is_read(self, field: Field | None) -> bool:
        return field is not None and any(True for _ in self._parts(field))

    def _parts(self, field: Field) -> Iterator[Field]:
        """The field, or what it consists of; nothing of one that is no text."""
        if field.type in _IN_PARTS:
            yield from (part for part in self.fields if part.part_of == field.name and part.type not in _NO_TEXT)
        elif field.type not in _NO_TEXT:
            yield field

    def _unknown(self, lacking: Sequence[str]) -> UnknownSalesforceFields:
        names = list(dict.fromkeys(lacking))
        types = {field.name.lower(): field.type for field in self.fields}
        read = [field.name for field in self.fields if self._is_read(field)]
        no_text = [f" {name} is no text ({types[name.lower()]})." for name in names if name.lower() in types]
        alike = {name: _alike(name, read) for name in names if name.lower() not in types}
        told = "".join((*no_text, *(f" Instead of {name}: {near}?" for name, near in alike.items() if near)))
        which = f"field {names[0]}" if len(names) == 1 else f"fields {', '.join(names)}"
        return UnknownSalesforceFields(object=self.name, fields=which, user=self.user, alike=told)


def described(connection: Connection, name: str) -> Described:
    """What the organization says of an object; raises UnknownSalesforceObject, and what asking raises."""
    user = connection.access.username or "this user"

    def ask(client: Any) -> Described:
        answer = client.restful(f"sobjects/{name}/describe")
        return Described(name=answer["name"], fields=tuple(map(_field, answer["fields"])), user=user)

    try:
        return connection.ask(ask)
    except Refused as refused:
        if refused.code != "NOT_FOUND":
            raise
        every = connection.ask(lambda client: [each["name"] for each in client.describe()["sobjects"]])
        near = _alike(name, every)
        alike = f" Did you mean {near}?" if near else ""
        raise UnknownSalesforceObject(object=name, user=user, alike=alike) from None


def with_paths(connection: Connection, found: Described, names: Collection[str]) -> Described:
    """The same, with those of the names that are fields of related records (Account.Name) among its fields; raises as
    `described` does."""
    known: dict[str, Described] = {found.name: found}
    paths = [field for name in dict.fromkeys(names) if "." in name and (field := _led(connection, found, name, known))]
    return replace(found, fields=(*found.fields, *paths))


def _led(connection: Connection, found: Described, path: str, known: dict[str, Described]) -> Field | None:
    """The field to which a path leads; None where it leads nowhere."""
    *relations, last = path.split(".")
    there, names = found, list[str]()
    for relation in relations:
        by = next((field for field in there.fields if (field.relation or "").lower() == relation.lower()), None)
        if by is None or by.leads_to is None:
            return None
        if by.leads_to not in known:
            known[by.leads_to] = described(connection, by.leads_to)
        there, names = known[by.leads_to], [*names, str(by.relation)]
    field = next((field for field in there.fields if field.name.lower() == last.lower()), None)
    return None if field is None else Field(name=".".join((*names, field.name)), type=field.type)


def plain(number: str) -> str:
    """A number as Salesforce writes it, without an exponent: 10000000 for 1.0E7. Its digits are all there."""
    if "E" not in number:
        return number
    try:
        return format(Decimal(number), "f")
    except InvalidOperation:
        return number


def _field(answer: dict[str, Any]) -> Field:
    objects = answer.get("referenceTo") or []
    return Field(
        name=answer["name"],
        type=answer["type"],
        part_of=answer.get("compoundFieldName"),
        relation=answer.get("relationshipName"),
        leads_to=objects[0] if len(objects) == 1 else None,
    )


def _alike(name: str, known: Sequence[str]) -> str:
    letters = {each.lower(): each for each in known}
    return next((letters[near] for near in get_close_matches(name.lower(), letters, 1, 0.7)), "")
