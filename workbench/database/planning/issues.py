"""The SQL of a plan: what rows are told, as far as only the database could see it."""

from collections.abc import Callable, Sequence

from psycopg.sql import SQL, Composable, Identifier, Literal
from psycopg.types.json import Jsonb

from workbench.database.expressions import issue, quoted
from workbench.database.planning.adding_up import AddingUp
from workbench.database.planning.file_rules import FileRules
from workbench.database.planning.identities import Identities
from workbench.database.planning.references import ReferringTarget, missed_as
from workbench.database.planning.repeats import Repeats
from workbench.database.planning.requirements import Requirements
from workbench.database.planning.rolling_up import TOGETHER
from workbench.database.planning.verdicts import Verdicts
from workbench.database.planning.wholes import WholeRows
from workbench.database.slices import slice_column
from workbench.model.contract import Field


class Issues:
    """The lists of issues of the rows of one batch, each sentence with the code that goes with the verdict."""

    def __init__(  # noqa: PLR0913
        self,
        target: ReferringTarget,
        *,
        required: Requirements,
        verdicts: Verdicts,
        repeats: Repeats,
        identities: Identities,
        file_rules: FileRules,
        adding_up: AddingUp,
        wholes: WholeRows,
        called: Callable[[str], str],
        may_repeat: bool,
    ) -> None:
        """`called` says what the source calls a field; `may_repeat` is whether a record may well stand on several
        rows."""
        self._target = target
        self._contract = target.contract
        self._required = required
        self._verdicts = verdicts
        self._repeats = repeats
        self._identities = identities
        self._file_rules = file_rules
        self._adding_up = adding_up
        self._wholes = wholes
        self._called = called
        self._may_repeat = may_repeat

    def failed(self, readable: Sequence[Field]) -> Composable:
        """The issues of a row that validation refused, besides those that it was refused for: what those of its
        references that are `readable` name in vain."""
        missed = [
            SQL("case when not r.errors @> {} then {} end").format(
                Literal(Jsonb([{"field": field.name}])), _not_found(field, self._target.missed(field))
            )
            for field in readable
        ]
        return _together([*missed, self._file_rules.issues("r")])

    def decided(self) -> Composable:
        """The issues of a row that was given its verdict."""
        key, *rest = self._contract.key
        called = self._contract.noun if rest else key.replace("_", " ")
        names = " and ".join(self._called(name).replace("_", " ") for name in self._contract.key)
        duplicate = issue("duplicate_key", key, self._repeats.duplicate(names), "warning")
        if self._may_repeat:
            duplicate = SQL("case when {} then {} end").format(self._repeats.overruled, duplicate)
        cases = [
            SQL("when {} then {}").format(
                self._verdicts.number(*self._verdicts.again),
                duplicate,
            ),
            SQL("when {} then {}").format(
                self._verdicts.number("invalid", "conflict"),
                issue("conflict", key, self._repeats.conflict(self._contract.noun)),
            ),
            SQL("when {} then {}").format(self._verdicts.number("invalid", "missing"), self._missing()),
            SQL("when {} then {}").format(self._verdicts.number("skipped", "filtered"), self._filtered()),
            SQL("when {} then {}").format(
                self._verdicts.number("unmatched", self._contract.noun),
                issue("not_found", key, self._unknown()),
            ),
            SQL("when {} then {}").format(
                self._verdicts.number("invalid", "already_exists"),
                issue("already_exists", key, Literal(f"{called.capitalize()} already exists")),
            ),
            SQL("when {} then {}").format(
                self._verdicts.number("skipped", "known"),
                issue(
                    "already_exists", key, Literal(f"{called.capitalize()} already exists; left as it is"), "warning"
                ),
            ),
            SQL("when {} then {}").format(
                self._verdicts.number("invalid", "ambiguous_code"),
                issue(
                    "ambiguous_code",
                    key,
                    Literal(
                        f"Another {self._contract.noun} has the {called} that is made of this name; give it its own"
                    ),
                ),
            ),
            SQL("when {} then {}").format(
                self._verdicts.number("skipped", "protected"),
                self._protected(),
            ),
            *self._adding_up.told(),
        ]
        cases += [
            SQL("when {} then {}").format(
                self._verdicts.number("unmatched", kind),
                issue(f"{kind}_not_found", field.name, Literal(f"This {self._contract.noun} has no {kind} yet")),
            )
            for kind, field in self._required.awaited.items()
        ]
        if self._file_rules.any:
            cases.append(SQL("when {} then {}").format(self._verdicts.number("invalid", "file_rule"), self._missing()))
        if self._wholes.any:
            waits = issue("waits", key, SQL("waits_for"))
            cases.append(SQL("when {} then {}").format(self._verdicts.number(*TOGETHER), waits))
        differing = [self._differing()] if self._required.equal else []
        differing += [self._wholes.difference()] if self._wholes.adds else []
        if differing:
            cases.append(
                SQL("when {} then {}").format(self._verdicts.number("invalid", "differs"), _together(differing))
            )
        if self._contract.slice_by or self._contract.fixed:
            other = f"Belongs to a record whose {slice_column(self._contract)} is "
            cases.append(
                SQL("when {} then {}").format(
                    self._verdicts.number("invalid", "taken"),
                    issue("taken", key, SQL("{} || coalesce(slice, 'not known')").format(Literal(other))),
                )
            )
        # whatever else is wrong with it
        missed = [_not_found(field, missed_as(field)) for field in self._target.strict]
        refused = SQL("case when verdict > {} then {} end").format(
            self._verdicts.number("skipped", "withheld"), _together(missed)
        )
        told = [SQL("case verdict {} end").format(SQL(" ").join(cases)), refused, self._identities.issues()]
        without = [_left_out(field) for field in self._target.optional]
        if without:
            written = SQL("case when verdict <= {} then {} end")
            told.append(written.format(self._verdicts.number("skipped", "unchanged"), _together(without)))
        told.append(self._file_rules.issues("judged"))
        return _together(told)

    def _missing(self) -> Composable:
        """What a row lacks, found again by its line."""
        missing = [
            SQL("case when {} then {} end").format(
                self._required.is_blank(field),
                issue("missing", field.name, Literal(f"{self._called(field.name)} is required")),
            )
            for field in self._contract.needed
        ]
        return self._target.compose(
            "(select {missing} from {rows} r where r.batch_id = {batch} and r.line = judged.line)",
            missing=_together(missing),
        )

    def _unknown(self) -> Composable:
        """The sentence of a row of a record that has to be there and is not, with its key, found again by its line."""
        return self._target.compose(
            "(select {told} from {rows} r where r.batch_id = {batch} and r.line = judged.line)",
            told=quoted(
                Literal(f"{self._contract.noun[0].upper()}{self._contract.noun[1:]} not found"),
                SQL("replace(r.external_key, chr(31), '|')"),
            ),
        )

    def _filtered(self) -> Composable:
        """What is told of a row that does not come in, found again by its line."""
        if (only := self._required.only) is None:
            return SQL("null::jsonb")
        field, texts_in = only
        said = (
            f"Not imported: the {field.title} of each {self._contract.noun} has to be {' or '.join(texts_in)}, and is "
        )
        return self._target.compose(
            "(select {told} from {rows} r where r.batch_id = {batch} and r.line = judged.line)",
            told=issue(
                "filtered",
                field.name,
                SQL("{} || left(r.payload ->> {}, 60)").format(Literal(said), Literal(field.name)),
                "warning",
            ),
        )

    def _differing(self) -> Composable:
        """What a row says of two fields that have to be equal, found again by its line."""
        told = []
        for field in self._required.equal:
            assert field.equal is not None
            message = SQL("{} || ' says ' || {} || {} || {}").format(
                Literal(self._called(field.name).replace("_", " ").capitalize()),
                self._target.value(field),
                Literal(f", and {field.equal.told} "),
                self._target.value(self._contract.field(field.equal.field)),
            )
            told.append(
                SQL("case when {} then {} end").format(
                    self._required.differs_from(field), issue("differs", field.name, message)
                )
            )
        return self._target.compose(
            "(select {told} from {rows} r where r.batch_id = {batch} and r.line = judged.line)", told=_together(told)
        )

    def _protected(self) -> Composable:
        """What a person has noted or switched off, and an import leaves as it is."""
        if not self._target.protected:
            switched = Literal("Switched off by a person; an import does not switch it on again")
            return issue("protected", self._contract.key[0], switched, "warning")
        field = self._target.protected[0]
        stays = f"{self._called(field.name).replace('_', ' ').capitalize()} stays "
        message = SQL("{} || coalesce({}, 'as it is') || {} || left({}, 60)").format(
            Literal(stays),
            Identifier(f"old {field.target}"),
            Literal(", as a person has noted: "),
            Identifier(f"note on {field.name}"),
        )
        return issue("protected", field.name, message, "warning")


def _not_found(field: Field, told: Composable) -> Composable:
    """The issue of a reference that names nothing, where there is a sentence of it."""
    assert field.reference is not None
    return SQL("case when {} is not null then {} end").format(
        told, issue(f"{field.reference.noun}_not_found", field.name, told)
    )


def _left_out(field: Field) -> Composable:
    """The warning of a row that is written without what it names."""
    assert field.reference is not None
    told = SQL("{} || {}").format(missed_as(field), Literal("; left out"))
    warning = issue(f"{field.reference.noun}_not_found", field.name, told, "warning")
    return SQL("case when {} is not null then {} end").format(missed_as(field), warning)


def _together(told: Sequence[Composable]) -> Composable:
    """Lists of issues as one; null where none has any."""
    if not told:
        return SQL("null::jsonb")
    parts = SQL(" || ").join(SQL("coalesce({}, '[]'::jsonb)").format(one) for one in told)
    return SQL("nullif({}, '[]'::jsonb)").format(parts)
