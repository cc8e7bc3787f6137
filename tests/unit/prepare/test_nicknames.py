"""Forms of given names: related are those of one name, and no others."""

import pyarrow as pa
import pytest

from workbench.prepare import nicknames


@pytest.mark.parametrize(
    ("one", "other", "are"),
    [
        ("dave", "david", True),
        ("david", "dave", True),
        ("bill", "will", True),
        ("kate", "catherine", True),
        ("dave", "dave", False),
        ("dave", "bill", False),
        ("david", "daniel", False),
        ("nobody", "david", False),
    ],
)
def test_forms_of_one_name_are_related(one: str, other: str, are: bool) -> None:
    assert nicknames.related(pa.array([one]), pa.array([other])).to_pylist() == [are]


def test_forms_are_lower_case_and_no_name_is_its_own_form() -> None:
    for name, forms in nicknames.FORMS.items():
        assert name not in forms
        assert all(form == form.lower() and form.isalpha() for form in (name, *forms))
