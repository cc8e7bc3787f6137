"""By which id a session is stored that comes with one, or without."""

import pandas as pd

from workbench.playbooks.session_ids import other_ids, stored_as

NAME = "2026-03-02 nursing"


def column(*texts: str | None) -> pd.Series:
    return pd.Series(texts, dtype="str")


def known(**others: str | None) -> pd.Series:
    """The other ids of stored sessions by their ids."""
    ids = [NAME if name == "named" else name.removeprefix("id_") for name in others]
    return pd.Series(list(others.values()), pd.Index(ids, dtype="str"), dtype="str")


def kept(*rows: tuple[str | None, str | None], stored: pd.Series, taken: dict[str, str] | None = None) -> list[object]:
    ids, names = zip(*rows, strict=True)
    found = stored_as(column(*ids), column(*names), stored, {} if taken is None else taken)
    return [None if pd.isna(each) else each for each in found]


def test_a_session_with_an_id_is_the_one_that_is_stored_without() -> None:
    assert kept(("1", NAME), ("1", NAME), (None, NAME), stored=known(named=None)) == [NAME, NAME, None]
    assert kept(("1", NAME), stored=known(id_9=None)) == ["1"]


def test_a_row_without_a_day_is_of_the_session_that_its_others_found() -> None:
    assert kept(("1", NAME), ("1", None), stored=known(named=None)) == [NAME, NAME]


def test_a_session_that_has_an_id_is_no_other_s() -> None:
    assert kept(("1", NAME), ("2", NAME), stored=known(named="1")) == [NAME, "2"]
    assert kept(("2", NAME), stored=known(named="1")) == ["2"]
    assert kept(("1", "2026-03-09 renamed"), stored=known(named="1")) == [NAME]


def test_of_several_ids_none_finds_it() -> None:
    assert kept(("1", NAME), ("2", NAME), stored=known(named=None)) == ["1", "2"]
    assert kept(("1", NAME), ("2", NAME), stored=known(named=None, id_1=NAME)) == ["1", "2"]
    assert kept(("2", NAME), stored=known(named=None, id_1=NAME)) == ["2"]
    assert kept(("1", NAME), ("1", "2026-03-09 nursing"), stored=known(named=None)) == ["1", "1"]


def test_what_an_earlier_chunk_has_found_is_not_found_by_another_id() -> None:
    stored, taken = known(named=None), dict[str, str]()
    assert kept(("1", NAME), stored=stored, taken=taken) == [NAME]
    assert kept(("2", NAME), ("1", NAME), stored=stored, taken=taken) == ["2", NAME]
    assert kept(("2", NAME), ("1", None), stored=stored, taken=taken) == ["2", NAME]


def test_one_stored_by_its_name_is_also_known_by_its_id_and_any_other_by_its_name() -> None:
    found = other_ids(column("1", None, "2", "3"), column(NAME, NAME, NAME, None), column(NAME, NAME, "2", "3"))
    assert [None if pd.isna(each) else each for each in found] == ["1", None, NAME, None]
