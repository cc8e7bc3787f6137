"""What is asked of the list of those who say whom they mean, as SQL: who fits, and in which order they come."""

from psycopg.sql import SQL, Composable, Identifier

from workbench.database.list_tests import every, has_cell, has_words
from workbench.database.match_lists import Lists
from workbench.model.errors import UnknownHeader
from workbench.model.list_query import ListQuery
from workbench.model.row_query import Order

BEST, RECORD, STATUS = "best", "record", "status"
"""The columns of the list beside the compared fields: the likeness of the best candidate, in per cent; the fields of
the record that somebody is matched with; and how far they are."""


class PeopleAsked:
    """The parts of a question for some of the people of a list."""

    def __init__(self, lists: Lists, query: ListQuery, *, unmatched_only: bool) -> None:
        self._lists = lists
        self._query = query
        self._unmatched_only = unmatched_only

    @property
    def parts(self) -> dict[str, Composable]:
        """The people with what is `told` of them, whether one `fits`, and their `order`."""
        return {"told": self._told(), "fits": self._fits(), "order": self._order(self._query.order)}

    def _told(self) -> Composable:
        """Everybody, and the texts of the record that they are matched with, where it is asked about: to look all
        records up takes longer than the rest."""
        if not self._asks_for_records:
            return SQL("select listed.*, suggested.best from listed left join suggested using (said)")
        texts = SQL(", ").join(SQL("known_record.{}").format(Identifier(name)) for name in self._lists.fields)
        return SQL(
            "select listed.*, suggested.best, concat_ws(' · ', {texts}) as record_texts "
            "from listed left join suggested using (said) left join ({records}) known_record using (known)"
        ).format(texts=texts, records=self._lists.records)

    @property
    def _asks_for_records(self) -> bool:
        cell = self._query.cell
        named = {self._query.order.field, cell.field if cell is not None else None}
        return RECORD in named or bool(self._query.text.strip())

    def _fits(self) -> Composable:
        tests: list[Composable] = [SQL("status in ('unmatched', 'later')")] if self._unmatched_only else []
        if self._query.text.strip():
            texts = [self._text(name) for name in (*self._lists.fields, STATUS, BEST, RECORD)]
            tests += has_words(texts, self._query.text)
        if self._query.cell is not None:
            tests.append(has_cell(self._text(self._query.cell.field), self._query.cell))
        return every(tests)

    def _text(self, name: str | None) -> Composable:
        """What stands in a column, as the list tells it."""
        if name == BEST:
            return SQL("round(best * 100)::int || '%'")
        if name == STATUS:
            return SQL("case status when 'nobody' then 'has none' else status end")
        if name == RECORD:
            return SQL("record_texts")
        if name not in self._lists.fields:
            raise UnknownHeader(header=name, known=", ".join((*self._lists.fields, STATUS, BEST, RECORD)))
        return Identifier(name)

    def _order(self, asked: Order) -> Composable:
        """Blank cells come last either way; those who say the same by name."""
        way = SQL("desc" if asked.descending else "asc")
        if asked.field is None:
            own = "status = 'later', best desc nulls last, name, said" if self._unmatched_only else "name, said"
            return SQL(own)
        if asked.field == BEST:
            key: Composable = SQL("best")
        elif asked.field == STATUS:
            key = SQL("array_position(array['unmatched', 'later', 'matched', 'nobody'], status)")
        else:
            key = SQL("nullif(lower({}), '')").format(self._text(asked.field))
        return SQL("{} {} nulls last, name, said").format(key, way)
