"""The ways in which a reference is looked for, as joins: by a decision, an id, a name, or what was meant before."""

from collections.abc import Iterator, Mapping, Sequence

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from workbench.database.expressions import quoted
from workbench.datasets import catalog
from workbench.model.contract import Contract, Field
from workbench.model.reference import Sought


class Ways:
    """The ways in which a reference of the rows `r` is looked for, set-based: each is a join with what it would find,
    and the first that finds one record, and only one, names it."""

    def __init__(self, contract: Contract, names: Mapping[str, Composable], field: Field, known: Composable) -> None:
        """`names` are those of the statements in which the joins stand, `known` the records that may be named."""
        assert field.reference is not None
        self._contract = contract
        self._common = names
        self._field = field
        self._reference = field.reference
        self._other = catalog.contract(field.reference.dataset)
        self._names: dict[str, Composable] = {
            "known": known,
            "key": Identifier(self._other.key_fields[0].target),
            "said": self._said,
            "denied": Identifier(f"denied {field.name}"),
            "rows_of": Literal(contract.name),
            "dataset": Literal(self._other.name),
        }

    def joins(self) -> Iterator[Composable]:
        """The joins, the last of which is called as the reference is."""
        found: list[Composable] = []
        if self._reference.decided:
            yield self._join("decided", self._decided(), SQL("{said}").format(said=self._said))
            yield self._compose(_DENIED)
            found.append(SQL("{}.id").format(self._alias("decided")))
        for place, way in enumerate(self._reference.by):
            if way.any_of:
                yield self._join_any(str(place), way)
                found.append(self._unless_denied(self._alias(str(place))))
                continue
            said = self._value(way.said)
            beside = self._value(way.beside[1]) if way.beside is not None else None
            yield self._join(str(place), self._way(way), self._folded(way, said, beside))
            found.append(self._unless_denied(self._alias(str(place))))
        if self._reference.again:
            yield self._again()
            shared = [self._is_shared(way) for way in self._by_name]
            found.append(
                SQL("case when {} then null else {} end").format(
                    SQL(" or ").join(shared) if shared else SQL("false"), self._unless_denied(self._alias("again"))
                )
            )
        yield SQL("cross join lateral (select coalesce({}) as id) {}").format(
            SQL(", ").join(found), Identifier(f"ref {self._field.name}")
        )

    def _alias(self, way: str) -> Identifier:
        return Identifier(f"{self._field.name} by {way}")

    def _value(self, name: str) -> Composable:
        return SQL("(r.payload ->> {})").format(Literal(name))

    def _folded(self, way: Sought, text: Composable, beside: Composable | None) -> Composable:
        as_compared = SQL("workbench.person_named" if way.titled else "workbench.folded")
        plain = SQL("nullif({}({}), '')").format(as_compared, text) if way.folded else text
        if beside is None:
            return plain
        return SQL("({} || chr(31) || nullif(workbench.folded({}), ''))").format(plain, beside)

    def _again(self) -> Composable:
        """What a record that we have names, which says the same of whom it means: who is called otherwise by now."""
        first, *others = self._reference.again
        ours, alias = self._contract, self._alias("again")
        beside = ours.field(self._reference.within_of or "")
        named = [ours.field(name) for name in others]
        within: Composable = SQL("")
        place: Composable = SQL("")
        if self._reference.within is not None:
            within = self._compose(", (array_agg(x.{within}))[1] as within", **self._of_place())
            place = SQL(" and {}.within = {}").format(alias, self.place or SQL("null"))
        return self._compose(
            """left join (
                select h.{beside} as beside, h.{first} as said, (array_agg(x.id))[1] as id,
                       (array_agg(x.{key}))[1] as key{within}{columns}
                from {target} h join {known} x on x.id = h.{named}
                where h.tenant_id = {tenant} and h.{first} is not null group by 1, 2 having count(distinct x.id) = 1
            ) {alias} on {alias}.said = {text} and {alias}.beside = {record}.id{place}{same}""",
            within=within,
            beside=Identifier(beside.target),
            first=Identifier(ours.field(first).target),
            named=Identifier(self._field.target),
            columns=SQL("").join(
                SQL(", (array_agg(h.{0}))[1] as {0}").format(Identifier(field.target)) for field in named
            ),
            alias=alias,
            text=self._value(first),
            record=Identifier(f"ref {beside.name}"),
            place=place,
            same=SQL("").join(
                SQL(" and coalesce({}.{} = {}, true)").format(alias, Identifier(field.target), self._value(field.name))
                for field in named
            ),
        )

    def not_found(self) -> Composable:
        """The sentence that nothing is found, and why, as far as that is known."""
        named = [self._value(way.said) for way in self._by_name] + [self._value(self._field.name)]
        told = quoted(Literal(self._reference.message), SQL("coalesce({})").format(SQL(", ").join(named)))
        place = self.place
        cases = [
            SQL("when {} then {} || {}").format(self._is_shared(way), told, Literal(", for several have this name"))
            for way in self._by_name
        ]
        if place is not None:
            records = self._other.name.partition(".")[2].replace("_", " ")
            cases.insert(
                0,
                SQL("when {place} not in (select x.{within} from {known} x) then {told} || {place}").format(
                    place=place,
                    told=SQL("{} || {}").format(told, Literal(f", for there is no {records} of ")),
                    **self._of_place(),
                ),
            )
        if not cases:
            return told
        return SQL("case {} else {} end").format(SQL(" ").join(cases), told)

    @property
    def _by_name(self) -> list[Sought]:
        """The ways by a name alone."""
        return [way for way in self._reference.by if way.folded and way.beside is None and way.through is None]

    def _is_shared(self, way: Sought) -> Composable:
        """Whether several records are called so, there where they have to be."""
        text = self._folded(way, SQL("x.{}").format(Identifier(self._other.field(way.field).target)), None)
        said, place = self._folded(way, self._value(way.said), None), self.place
        if place is None:
            return self._compose(
                "{said} in (select {text} from {known} x group by 1 having count(*) > 1)", said=said, text=text
            )
        return self._compose(
            "({said}, {place}) in (select {text}, x.{within} from {known} x group by 1, 2 having count(*) > 1)",
            **{**self._of_place(), "said": said, "text": text, "place": place},
        )

    def _of_place(self) -> dict[str, Composable]:
        within = self._other.field(self._reference.within or "").target
        return {"within": Identifier(within), "known": self._names["known"]}

    @property
    def place(self) -> Composable | None:
        """Where the record has to be, as the row says, or the record that it names; None when it may be anywhere."""
        name, of = self._reference.within, self._reference.within_of
        if name is None:
            return None
        if of is None:
            return self._value(name)
        record = self._contract.field(of).reference
        assert record is not None
        column = catalog.contract(record.dataset).field(name).target
        return SQL("coalesce({}, {}.{})").format(self._value(name), Identifier(f"ref {of}"), Identifier(column))

    def _join(self, way: str, found: Composable, said: Composable) -> Composable:
        within = self.place
        same = SQL("") if within is None else SQL(" and {}.within = {}").format(self._alias(way), within)
        return SQL("left join ({}) {} on {}.said = {}{}").format(found, self._alias(way), self._alias(way), said, same)

    def _join_any(self, way: str, sought: Sought) -> Composable:
        """The first of several things that a row says that finds a record."""
        return self._compose(
            """left join (
                select s.line, (array_agg(found.id order by each.place))[1] as id,
                       (array_agg(found.key order by each.place))[1] as key
                from {rows} s
                cross join lateral unnest(string_to_array(s.payload ->> {said_in}, '; '))
                    with ordinality as each (said, place)
                join ({found}) found on found.said = each.said
                where s.batch_id = {batch} group by s.line
            ) {alias} on {alias}.line = r.line""",
            said_in=Literal(sought.said),
            found=self._way(sought),
            alias=self._alias(way),
        )

    def _way(self, way: Sought) -> Composable:
        column = Identifier(self._other.field(way.field).target)
        text = SQL("x.{}").format(column)
        join: Composable = SQL("")
        if way.through is not None:
            dataset, name = way.through
            between = catalog.contract(dataset)
            refers = next(
                (f for f in between.references if f.reference and f.reference.dataset == self._other.name), None
            )
            join = self._compose(  # what two say there says nothing, even if one of them alone is known here
                """join (
                    select {said} as said, (array_agg(z.{of}))[1] as of from {between} z where z.tenant_id = {tenant}
                    group by 1 having count(distinct z.{of}) = 1
                ) y on y.of = x.{column}""",
                said=self._folded(way, SQL("z.{}").format(Identifier(between.field(name).target)), None),
                of=Identifier(refers.target if refers is not None else between.field(way.field).target),
                between=Identifier(between.family, between.table),
                column=Identifier("id") if refers is not None else column,
            )
            return self._alone(SQL("y.said"), join)
        beside = Identifier(self._other.field(way.beside[0]).target) if way.beside is not None else None
        return self._alone(self._folded(way, text, SQL("x.{}").format(beside) if beside is not None else None), join)

    def _decided(self) -> Composable:
        return self._alone(
            SQL("m.said"),
            self._compose("join workbench.match m on m.known = x.{key} and m.verdict = 'same' and {of_these}"),
        )

    def _alone(self, said: Composable, join: Composable) -> Composable:
        """The records that are alone in what is said of them, in each place where they have to be."""
        within = self._reference.within
        place = SQL("") if within is None else SQL(", x.{}").format(Identifier(self._other.field(within).target))
        return self._compose(
            """select {text} as said{as_within}, (array_agg(x.id))[1] as id, (array_agg(x.{key}))[1] as key
            from {known} x {join} where {text} is not null
            group by {text}{place} having count(distinct x.id) = 1""",
            text=said,
            join=join,
            place=place,
            as_within=SQL("{} as within").format(place) if within is not None else place,
        )

    def _unless_denied(self, alias: Identifier) -> Composable:
        if not self._reference.decided:
            return SQL("{}.id").format(alias)
        return self._compose(
            "case when {denied}.all_of_them or {way}.key = any({denied}.known) then null else {way}.id end", way=alias
        )

    @property
    def _said(self) -> Composable:
        """What the row says of who is meant, as decisions are kept by it."""
        ways = [SQL("workbench.said({})").format(self._values(names)) for names in self._reference.decided]
        return SQL("coalesce({})").format(SQL(", ").join(ways)) if ways else SQL("null")

    def _values(self, names: Sequence[str]) -> Composable:
        return SQL(", ").join(self._value(name) for name in names)

    def _compose(self, statement: str, **more: Composable) -> Composed:
        names = {**self._common, **self._names, **more}
        of_these = SQL(
            "m.tenant_id = {tenant} and m.of = {rows_of} and m.dataset = {dataset} and m.withdrawn_at is null"
        ).format(**names)
        return SQL(statement).format(**names, of_these=of_these)


_DENIED = """
left join (
    select m.said, coalesce(array_agg(m.known) filter (where m.known is not null), '{{}}') as known,
           bool_or(m.known is null) as all_of_them
    from workbench.match m where {of_these} and m.verdict = 'different' group by m.said
) {denied} on {denied}.said = {said}"""
"""Whom a person has said the row does not mean."""
