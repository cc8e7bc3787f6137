"""Postal addresses, in whichever way Salesforce has them."""

import json

import pyarrow as pa
import pytest

from workbench.playbooks import postal_address


def read(text: str | None) -> tuple[str | None, ...]:
    """Street, city, state, postal code, country."""
    found = postal_address.read(pa.array([text], pa.string()))
    return tuple(found[name][0].as_py() for name in postal_address.PARTS)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("12 Elm St, Kansas City, KS 66101", ("12 Elm St", "Kansas City", "KS", "66101", None)),
        (
            "12 Elm St, Suite 4, Kansas City, KS 66101-1234",
            ("12 Elm St, Suite 4", "Kansas City", "KS", "66101-1234", None),
        ),
        (
            "12 Elm St\nKansas City, Kansas 66101\nUnited States",
            ("12 Elm St", "Kansas City", "Kansas", "66101", "United States"),
        ),
        ("12 Elm St, Kansas City, KS", ("12 Elm St", "Kansas City", "KS", None, None)),
        ("Kansas City, KS 66101", (None, "Kansas City", "KS", "66101", None)),
        ("12 Elm St, Kansas City", ("12 Elm St", "Kansas City", None, None, None)),
        ("12 Elm St", ("12 Elm St", None, None, None, None)),
        ("66101", (None, None, None, "66101", None)),
        (", ,", (None, None, None, None, None)),
        ("USA", (None, None, None, None, "USA")),
        (None, (None, None, None, None, None)),
    ],
)
def test_a_text_is_read_as_far_as_it_is_an_address(text: str | None, parts: tuple[str | None, ...]) -> None:
    assert read(text) == parts


def test_an_object_is_read_and_what_is_none_is_nothing() -> None:
    whole = {"street": "12 Elm St", "city": "Kansas City", "state": "KS", "postalCode": "66101", "country": "US"}
    assert read(json.dumps(whole | {"latitude": 39.1})) == ("12 Elm St", "Kansas City", "KS", "66101", "US")
    assert read('{"street": null}') == read("{broken") == (None,) * 5
    nothing = postal_address.of_object(pa.array(["12 Elm St", "[1]", "null", None]))
    assert all(texts.null_count == 4 for texts in nothing.values())


def test_a_country_alone_is_nowhere() -> None:
    found = postal_address.read(pa.array(["USA", "12 Elm St", None]))
    assert postal_address.somewhere(found).to_pylist() == [False, True, False]
