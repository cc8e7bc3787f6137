import pyarrow as pa
import pytest

from workbench.datasets import catalog
from workbench.prepare import looks
from workbench.prepare.looks import look

EMAIL = catalog.contract("elevate.students").field("email")
ADDRESSES = ["ann@example.org", "bo@example.org", "cy"]


def test_how_many_values_look_so_is_the_same_whoever_asks_again() -> None:
    cells = pa.array(ADDRESSES, pa.string())
    assert [look(cells, EMAIL), look(cells.slice(0, 2), EMAIL), look(pa.array(ADDRESSES), EMAIL)] == [
        (pytest.approx(2 / 3), "e-mail addresses"),
        (1.0, "e-mail addresses"),
        (pytest.approx(2 / 3), "e-mail addresses"),
    ]


def test_cells_of_the_same_letters_that_are_parted_otherwise_are_others() -> None:
    assert look(pa.array(["a@b.org", "c@d.org"]), EMAIL)[0] == 1.0
    assert look(pa.array(["a@b.orgc", "@d.org"]), EMAIL)[0] == 0.5


def test_the_same_cells_are_looked_at_once_for_all_datasets(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    are = looks._are

    def counted(kind: str) -> object:
        asked.append(kind)
        return are(kind)

    monkeypatch.setattr(looks, "_are", counted)
    monkeypatch.setattr(looks, "_known", {})
    for contract in catalog.CONTRACTS.values():
        for field in contract.fields:
            look(pa.array(ADDRESSES), field)
    assert sorted(asked) == sorted(set(asked))
