"""The SQL of a plan: what a contract asks of a row besides that each of its cells can be read."""

from typing import Any

import psycopg
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from workbench.database.target import Target
from workbench.model.contract import Field
from workbench.model.derivation import CodeOf


class Requirements:
    """The questions whether a row `r` comes in, has what its record needs, and agrees with itself."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._contract = target.contract
        self.partial = bool(target.batch.summary.get("partial")) and target.mode != "update"
        """Whether rows may lack what a new record needs, and still change one that is known."""

    def put_down(self, connection: psycopg.Connection[Any]) -> None:
        """Puts the lines of rows that could make no record into a table of the transaction."""
        if self.partial:
            connection.execute(self._unfinished())

    def _unfinished(self) -> Composed:
        """The lines of rows that would make a record and lack what a new one needs."""
        return self._target.compose(
            """
            create temporary table unfinished on commit drop as
            select r.line from {rows} r {references}
            left join {target} t on t.tenant_id = {tenant} and {matches}
            where r.batch_id = {batch} and r.status = 'validated' and t.id is null and ({lacks})""",
            references=SQL(" ").join(
                self._target.reference_join(field) for field in self._contract.key_fields if field.reference is not None
            ),
            matches=self._target.matches("r"),
            lacks=SQL(" or ").join(self.is_blank(field) for field in self._contract.needed),
        )

    @property
    def lacks(self) -> Composable:
        """Whether a row could make no record, for it lacks what a new one needs."""
        return SQL("(r.line in (select line from unfinished))") if self.partial else SQL("false")

    def is_blank(self, field: Field) -> Composable:
        """Whether a row says nothing of a field, not even a part of it."""
        said = SQL("r.payload ->> {}").format(Literal(field.name))
        half = self._target.half(field) if field.name in self._target.halves else SQL("null")
        return SQL("coalesce({}, {}) is null").format(said, half)

    @property
    def awaited(self) -> dict[str, Field]:
        """The fields whose want lets a row that would make a record wait, by what is awaited."""
        return {field.awaited: field for field in self._contract.needed if field.awaited}

    @property
    def only(self) -> tuple[Field, tuple[str, ...]] | None:
        """The brought field that says whether a row comes in, with the texts of those that do."""
        name, texts_in = self._contract.only or ("", ())
        field = next((field for field in self._target.brought if field.name == name), None)
        return (field, texts_in) if field is not None else None

    @property
    def equal(self) -> list[Field]:
        """The brought fields that have to be equal to another."""
        return [field for field in self._target.brought if field.equal is not None]

    def differs_from(self, field: Field) -> Composable:
        """Whether what a row says of a field is not what it says of the one that it has to be equal to."""
        assert field.equal is not None
        other = self._contract.field(field.equal.field)
        return SQL("abs({} - {}) > {}::numeric").format(
            self._target.value(field), self._target.value(other), Literal(field.equal.within)
        )

    @property
    def coded(self) -> tuple[Field, Field] | None:
        """The field of the key that is a code, where it has one, and the field that blank codes are made of."""
        for field in self._contract.key_fields:
            if isinstance(field.derive, CodeOf):
                return field, self._contract.field(field.derive.field)
        return None

    def is_ambiguous(self, other: str) -> Composable:
        """Whether a row's code was made of its name and is that of another name, which SQL finds in `other`."""
        if self.coded is None:
            return SQL("false")
        code, name = self.coded
        columns = self._target.batch.mapping.get("columns", {})
        if self._target.batch.derived:  # whose cells stand elsewhere
            as_made = "upper(regexp_replace(r.payload ->> {}, '\\s+', '_', 'g'))"
            made = [SQL(f"starts_with({as_made}, r.payload ->> {{}})").format(Literal(name.name), Literal(code.name))]
        else:
            places = [self._target.batch.headers.index(header) for header in columns if columns[header] == code.name]
            made = [SQL("btrim(r.raw::json ->> {}) = ''").format(Literal(place)) for place in places]
        mine, others = (
            SQL(f"lower(regexp_replace({each}, '\\s+', ' ', 'g'))").format(
                field=Literal(name.name), column=Identifier(name.target)
            )
            for each in ("r.payload ->> {field}", other)
        )
        return SQL("({})").format(SQL(" and ").join([*made, SQL("{} <> {}").format(mine, others)]))
