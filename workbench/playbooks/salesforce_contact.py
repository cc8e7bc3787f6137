"""Contacts of Salesforce as the rows of parts: the person that each is, with addresses, numbers and skills."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from workbench.datasets.salesforce.people import ADDRESS_SLOTS, EMAIL_SLOTS, PHONE_SLOTS
from workbench.model.arrays import any_true, joined, matches, only
from workbench.model.contract import Contract
from workbench.model.kinds import KINDS
from workbench.model.playbook import Known, Shaped
from workbench.model.sheet import Chunk
from workbench.playbooks import demographics, postal_address
from workbench.playbooks.salesforce_records import Records, listed
from workbench.prepare.name_case import cased, in_capitals
from workbench.prepare.shaping import issues, meant, something

Type = Literal["volunteer", "teacher", "student"]
Positions = npt.NDArray[np.int64]
Told = tuple[pa.BooleanArray, str, str, "pa.StringArray | str", str]
"""Of which rows: code, field, message, severity."""

SKILLS = 100
"""More skills nobody has: a row that names more is cut there, and told."""

EMAILS = dict(zip(EMAIL_SLOTS, ("email", "home_email", "work_email", "alternate_email"), strict=True))
PHONES = dict(zip(PHONE_SLOTS, ("phone", "home_phone", "mobile_phone", "work_phone"), strict=True))
"""The column that each place of a contact is."""
NOUNS = {"email": "e-mail address", "phone": "phone number"}
_PREFERRED = {
    "email": {"personal": "home", "home": "home", "work": "work", "alternate": "alternate"},
    "phone": {"home": "home", "mobile": "mobile", "work": "work"},
    "address": {"home": "home", "work": "work", "other": "other"},
}
"""Which place a contact prefers that says so."""

_NAMES = ("first_name", "middle_name", "last_name")
_MEANT = {
    "race_ethnicity": demographics.race_ethnicity,
    "education": demographics.education,
    "age_group": demographics.age_group,
    "times_volunteered": demographics.times,
}
_ISO_MOMENT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]"
_CUT = "(?:\\.\\.\\.|\u2026)$"


class Contacts(Records):
    """The rows of a chunk of contacts: of one type, none of which may lack what is `required`."""

    def __init__(self, columns: Chunk, known: Known, form: Contract, type_: Type, required: Sequence[str] = ()) -> None:
        super().__init__(columns, known, form.nothing, names=_NAMES)
        self._known, self._form, self._type = known, form, type_
        self._there = set(columns.cells.schema.names)
        self.lacking = {name: pc.and_not(pc.is_null(self[name]), self.deleted) for name in required}
        self.living = pc.invert(self.deleted)
        for lacking in self.lacking.values():
            self.living = pc.and_not(self.living, lacking)

    # -- the person --

    def people(self, fields: Mapping[str, str]) -> Shaped:
        """The person that each contact is: of `fields`, those whose column of the form is there."""
        cells = {"type": self.same(self._type)}
        for name, column in fields.items():
            if column in self._there or name == "salesforce_id":
                cells[name] = self._field(name, column)
        cells |= {f"{name}_slot": slot for name, slot in self._primary.items()}
        if self._type == "student":
            cells["grade"] = self._grade
        if self._type == "volunteer":
            at, skills, rank = self._skills
            some = rank < SKILLS
            cells["skills"] = listed(at[some], skills.filter(pa.array(some)), len(self._columns))
        return self.part(pc.or_(self.living, pc.and_(self.deleted, self.kept)), cells)

    def _field(self, name: str, column: str) -> pa.StringArray:
        if name in _NAMES:
            return cased(self[column])
        if name in ("email", "phone"):
            slot, usable = self._primary[name], self._usable[name]
            return pc.coalesce(
                *(only(texts, pc.fill_null(pc.equal(slot, each), False)) for each, texts in usable.items())
            )
        if name == "gender":
            return demographics.gender(self[column], of_students=self._type == "student")
        if name == "is_deleted":
            return pc.if_else(self.deleted, "true", "false")
        if self._form.field(column).kind == "day":
            return self._day(column)
        return _MEANT[name](self[column]) if name in _MEANT else self[column]

    @cached_property
    def _primary(self) -> dict[str, pa.StringArray]:
        """Which e-mail address, number and postal address is the primary one: the preferred, else the first."""
        there = {
            name: {slot: pc.is_valid(each) for slot, each in usable.items()} for name, usable in self._usable.items()
        }
        there["address"] = {slot: postal_address.somewhere(each) for slot, each in self._addresses.items()}
        return {name: self._chosen(name, slots) for name, slots in there.items()}

    def _chosen(self, name: str, there: Mapping[str, pa.BooleanArray]) -> pa.StringArray:
        column = "primary_address" if name == "address" else f"preferred_{name}"
        preferred = meant(self[column], _PREFERRED[name])
        slots = [only(self.same(slot), is_there) for slot, is_there in there.items()]
        wanted = [only(slot, pc.fill_null(pc.equal(slot, preferred), False)) for slot in slots]
        return pc.coalesce(*wanted, *slots, pa.nulls(len(self._columns), pa.string()))

    @cached_property
    def _usable(self) -> dict[str, dict[str, pa.StringArray]]:
        """The e-mail addresses and phone numbers of each place that are some."""
        found: dict[str, dict[str, pa.StringArray]] = {}
        for name, places in _PLACES.items():
            parsed = {slot: KINDS[name].parse(texts) for slot, texts in self._given(places).items()}
            found[name] = {slot: only(texts, matches(texts, KINDS[name].pattern)) for slot, texts in parsed.items()}
        return found

    def _given(self, places: Mapping[str, str]) -> dict[str, pa.StringArray]:
        return {slot: self[column] for slot, column in places.items() if column in self._there}

    @property
    def _grade(self) -> pa.StringArray:
        return demographics.grade(pc.coalesce(self["grade"], self["legacy_grade"]))

    def _day(self, name: str) -> pa.StringArray:
        """A day, also where it comes with a time."""
        texts = self[name]
        texts = pc.if_else(matches(texts, _ISO_MOMENT), pc.utf8_slice_codeunits(texts, 0, 10), texts)
        return KINDS["day"].parsed(texts, self._known.forms.get(name))

    # -- what belongs to a person --

    def of_places(self, name: str, professional: Sequence[str]) -> Shaped:
        """The e-mail addresses or phone numbers of each contact, one for each place that has one."""
        usable = self._usable[name]
        kinds = {slot: "professional" if slot in professional else "personal" for slot in usable}
        return self._each(
            {slot: {name: texts, "kind": self.same(kinds[slot])} for slot, texts in usable.items()},
            {slot: pc.is_valid(texts) for slot, texts in usable.items()},
            (name, "kind"),
        )

    def addresses(self) -> Shaped:
        """The postal addresses of each contact, one for each place that has one; a country alone is none."""
        there = {slot: postal_address.somewhere(each) for slot, each in self._addresses.items()}
        return self._each(self._addresses, there, postal_address.PARTS)

    @cached_property
    def _addresses(self) -> dict[str, postal_address.Address]:
        """What the columns of each place say of an address; a mailing address comes in one or in its parts."""
        parts = {name: f"mailing_{name}" for name in postal_address.PARTS}
        found: dict[str, postal_address.Address] = {}
        if self._there & {"mailing_address", *parts.values()}:
            whole = postal_address.of_object(self["mailing_address"])
            found["mailing"] = {name: pc.coalesce(self[column], whole[name]) for name, column in parts.items()}
        others = {slot: f"{slot}_address" for slot in ADDRESS_SLOTS if slot != "mailing"}
        return found | {slot: postal_address.read(texts) for slot, texts in self._given(others).items()}

    def skills(self) -> Shaped:
        """The skills of each contact, each once."""
        at, skills, rank = self._skills
        some = rank < SKILLS
        return self._of_people(at[some], {"skill": skills.filter(pa.array(some))})

    @cached_property
    def _skills(self) -> tuple[Positions, pa.StringArray, Positions]:
        """Each skill that a row names, once: the row's position, the skill, and which of the row's it is."""
        said = pc.binary_join_element_wise(pc.fill_null(self["skills_text"], ""), pc.fill_null(self["skills"], ""), ";")
        lists = pc.split_pattern_regex(only(said, self.living), "[;,\r\n]+")
        names = pc.utf8_capitalize(something(pc.list_flatten(lists), self._form.nothing))
        at = np.asarray(pc.list_parent_indices(lists)).astype(np.int64)
        there = np.flatnonzero(np.asarray(pc.is_valid(names)))
        encoded = names.take(pa.array(there)).dictionary_encode()
        pairs = at[there] * (len(encoded.dictionary) + 1) + np.asarray(encoded.indices)
        first = there[np.sort(np.unique(pairs, return_index=True)[1])]
        at = at[first]
        begins = np.flatnonzero(np.diff(at, prepend=-1))
        return at, names.take(pa.array(first)), np.arange(len(at)) - np.repeat(begins, np.diff([*begins, len(at)]))

    def placements(self, fields: Mapping[str, str]) -> Shaped:
        """Where each contact works or goes to school."""
        cells = {name: self[column] for name, column in fields.items() if column in self._there and name != "person"}
        some = pc.is_valid(pc.coalesce(*cells.values(), pa.nulls(len(self._columns), pa.string())))
        return self.part(pc.and_(self.living, some), {"person": self["salesforce_id"], **cells})

    # -- what is told --

    def odd(self) -> pa.Table:
        """What is wrong or odd about contacts that no part can tell."""
        return self.told(*(issues(*each) for each in self._odd() if any_true(each[0])))

    def _odd(self) -> Iterator[Told]:
        for name, lacking in self.lacking.items():
            yield lacking, "missing", name, f"{name} is required", "error"
        for name in _NAMES:
            capitals = pc.and_(self.living, in_capitals(self[name]))
            if any_true(capitals):
                said = joined("'", self[name], "' is in capitals: written as ", cased(self[name]))
                yield capitals, "all_caps_name", name, said, "warning"
        for name, texts, known in self._read():
            unknown = pc.and_(self.living, pc.and_not(pc.is_valid(texts), pc.is_valid(known)))
            said = joined("'", texts, f"' is no {name.replace('_', ' ')} that is known, and is left out")
            yield unknown, f"unknown_{name}", name, said, "warning"
        for name, places in _PLACES.items():
            for slot, texts in self._given(places).items():
                unusable = pc.and_not(pc.is_valid(texts), pc.is_valid(self._usable[name][slot]))
                said = joined("'", texts, f"' is no {NOUNS[name]}, and is left out")
                yield pc.and_(self.living, unusable), KINDS[name].code, places[slot], said, "warning"
        for slot, address in self._addresses.items():
            country = pc.and_not(pc.is_valid(address["country"]), postal_address.somewhere(address))
            said = "A country alone is no address, and is left out"
            yield pc.and_(self.living, country), "missing_address", f"{slot}_address", said, "warning"
        if not self._there & {"skills", "skills_text"}:
            return
        at, skills, rank = self._skills
        cut, more = np.asarray(matches(skills, _CUT)), rank >= SKILLS
        yield self._of(at[cut]), "truncated_skill", "skills", "A skill ends in ...: it was cut short", "warning"
        yield self._of(at[more]), "too_many", "skills", f"More than {SKILLS} skills: the others are left out", "warning"

    def _read(self) -> Iterator[tuple[str, pa.StringArray, pa.StringArray]]:
        """The columns whose texts are known or not, with what these mean."""
        for name in ("gender", "race_ethnicity", "education", "age_group"):
            if name in self._there:
                yield name, self[name], self._field(name, name)
        if "grade" in self._there or "legacy_grade" in self._there:
            yield "grade", pc.coalesce(self["grade"], self["legacy_grade"]), self._grade

    def _of(self, at: Positions) -> pa.BooleanArray:
        where = np.zeros(len(self._columns), dtype=bool)
        where[at] = True
        return pa.array(where)

    # -- rows of parts --

    def _each(
        self,
        places: Mapping[str, Mapping[str, pa.StringArray]],
        there: Mapping[str, pa.BooleanArray],
        names: Sequence[str],
    ) -> Shaped:
        """The rows of a part that has one of each place of a contact that has something there."""
        found = {slot: np.flatnonzero(np.asarray(pc.and_(self.living, is_there))) for slot, is_there in there.items()}
        cells = {"slot": _together(pa.repeat(pa.scalar(slot, pa.string()), len(at)) for slot, at in found.items())}
        cells |= {
            name: _together(places[slot][name].take(pa.array(at)) for slot, at in found.items()) for name in names
        }
        at = np.concatenate([np.zeros(0, dtype=np.int64), *found.values()])
        if len(found) < 2:
            return self._of_people(at, cells)
        order = np.argsort(at, kind="stable")
        return self._of_people(at[order], {name: column.take(pa.array(order)) for name, column in cells.items()})

    def _of_people(self, at: Positions, cells: Mapping[str, pa.StringArray]) -> Shaped:
        """Rows of which a contact may have several, beside each other."""
        return self.parts(at, {"person": self["salesforce_id"].take(pa.array(at)), **cells})


_PLACES: dict[str, Mapping[str, str]] = {"email": EMAILS, "phone": PHONES}


def _together(columns: Iterator[Any]) -> pa.StringArray:
    return pa.concat_arrays([pa.array([], pa.string()), *columns])
