"""Misread texts in, repaired ones out; and what is right stays."""

import ftfy.bad_codecs  # noqa: F401 (sloppy-windows-1252)
import pyarrow as pa
import pytest
from hypothesis import given, strategies

from tests.examples import MANY
from workbench.prepare.mojibake import repaired

WORDS = (
    "José",
    "Müller",
    "naïve café",
    "“quoted”",
    "\u2013 dash",
    "O\u2019Brien",
    "Zoë",
    "Dvořák",
    "mañana",
    "\u041f\u0440\u0438\u0432\u0435\u0442",
)


def one(text: str) -> str:
    found: str = repaired(pa.array([text], pa.string()))[0].as_py()
    return found


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_utf_8_that_was_read_in_a_western_encoding_is_repaired(encoding: str) -> None:
    misread = {word: word.encode().decode(encoding, "ignore") for word in WORDS}
    whole = {word: text for word, text in misread.items() if text.encode(encoding, "ignore") == word.encode()}
    assert whole
    assert {word: one(text) for word, text in whole.items()} == {word: word for word in whole}


NAMES = (
    *("Nguyễn", "Thủy", "Bùi Mỹ", "NGUYỄN", "Erdoğan", "Yeşil", "Şen", "ERDOĞAN", "Wałęsa", "Wąs", "Świątek", "Jonė"),
    *("Ștefan", "Iași", "Iriș", "Ångström", "Ōe", "Šarić", "Öğretmen"),
)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_whose_letters_were_read_as_usual_ones_is_repaired(name: str) -> None:
    assert one(name.encode().decode("sloppy-windows-1252")) == name


@pytest.mark.parametrize(("text", "encoding"), [("“quoted”", "cp1251"), ("O\u2019Brien", "mac-roman")])
def test_and_one_that_was_read_in_another_where_it_is_sure(text: str, encoding: str) -> None:
    assert one(text.encode().decode(encoding)) == text


def test_what_was_misread_twice_is_repaired_twice() -> None:
    assert one("JosÃƒÂ©") == "José"


@pytest.mark.parametrize(
    "text",
    [
        *WORDS,
        *(
            "CONCEIÇÃO",
            "MÃE",
            "Ångström",
            "Łódź",
            "Ελλάδα",
            "Çağr\u0131",
            "Nguyễn",
            "漢字かな",
            "한국어",
            "עברית",
            "สวัสดี",
        ),
        *NAMES,
        *(
            "CAFÉ™",
            "CAFÉ…",
            "CAFÉ»",
            "\u00c7\u2019est",
            "\u00c8\u00a0stato",
            "\u00c8\u2026allora",
            "\u00c5\u00a0i Lofoten",
            "Å\u2013Moskenes",
        ),
        *(
            "dijo que está»…",
            "está»”",
            "así está»…dijo «no»",
            "Spaß…",
            "GRÖßE",
            "Grün\u2013Weiß",
            "Äöü",
            "ÆØÅ",
            "mÅ",
            "IKEÅ™",
        ),
        *("Zo\ufffd\ufffd", "½ ÷ 4", "«Así»", "¿Qué?", "€ 5 £ 3", "x² ≤ 4", "👩\u200d🔬", "N° 5 §4", ""),
    ],
)
def test_what_is_right_stays(text: str) -> None:
    assert one(text) == text


@MANY
@given(strategies.lists(strategies.text()))
def test_the_others_of_a_column_stay_and_a_repair_is_final(texts: list[str]) -> None:
    column = pa.array([*texts, "JosÃ©", None], pa.string())
    once = repaired(column)
    assert once.to_pylist()[-2:] == ["José", None]
    assert repaired(once).to_pylist() == once.to_pylist()


def test_a_column_of_no_rows_and_one_of_ascii_are_given_back_as_they_are() -> None:
    for column in (pa.array([], pa.string()), pa.array(["a", None, "b"]), pa.array([None, None], pa.string())):
        assert repaired(column) is column
