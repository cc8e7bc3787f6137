"""Which of those who say whom they mean are asked for, and in which order."""

from dataclasses import dataclass

from workbench.model.row_query import CellTest, Order

ITS_OWN = Order()


@dataclass(frozen=True, kw_only=True)
class PeopleQuery:
    """People that have all that is asked for; what is not is None, or "".

    The columns of their list are the compared fields, `status`, `best` (the likeness of the best candidate, in per
    cent) and `record` (the fields of the record that they are matched with); cells and orders name them as a `field`.
    """

    unmatched_only: bool = True
    """Those who are not matched yet, and those who were put off."""
    text: str = ""
    """Words that are all in the list's columns."""
    cell: CellTest | None = None
    """What the cell of one column is to be."""
    order: Order = ITS_OWN
    """Of no field it is the list's own: who is most alike first, who was put off last; of everybody, by name."""


WAITING = PeopleQuery()
"""Those who wait for a word."""
EVERYBODY = PeopleQuery(unmatched_only=False)
