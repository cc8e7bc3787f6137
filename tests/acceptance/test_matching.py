"""People of a public file whose true pairs are known, and of a made-up roster: who is suggested, and who is decided."""

from pathlib import Path

import pytest

from tests.bench import matching

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "febrl"


@pytest.mark.skipif(not DATA.is_dir(), reason="the folder of public files stands beside the checkout")
def test_of_five_hundred_pairs_nearly_all_are_suggested_and_none_is_decided_wrongly() -> None:
    figures = matching.febrl(DATA / "dataset1.csv")
    assert figures["precision"] >= matching.TARGETS["precision"]
    assert figures["recall"] >= matching.TARGETS["recall"]
    assert (figures["people"], figures["decided wrongly"]) == (500, 0)


def test_of_a_roster_with_slips_and_nicknames_nearly_all_are_found_and_none_is_decided_wrongly() -> None:
    figures = matching.roster(3_000)
    assert figures["found"] > 0.98
    assert figures["decided wrongly"] == 0
