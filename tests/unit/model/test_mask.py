"""The pattern of a text, and the regular expression that finds it, each made of the other."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.model.mask import expression, mask_of

MASKS = st.text(alphabet="aA9 /-.+*?()|[]{}^$\\@ß\n", min_size=1, max_size=12)


@given(mask=MASKS, whole=st.booleans())
def test_the_mask_comes_back_from_its_expression(mask: str, whole: bool) -> None:
    assert mask_of(expression(mask, whole=whole)) == mask


@pytest.mark.parametrize(
    "pattern", ["", "^a$", "(?s)^", "(?s)^a+$", r"(?s)^\d$", "(?s)^(ab)$", "(?s)^$", r"(?s)^\p{Nd}{1}$"]
)
def test_any_other_expression_has_none(pattern: str) -> None:
    assert mask_of(pattern) is None


def test_an_expression_finds_the_texts_of_its_mask() -> None:
    texts = pa.array(["09/07/2026", "9/7/2026", "09/07/2026 x", "\u0660\u0669/\u0660\u0667/\u0662\u0660\u0662\u0666"])
    found = pc.match_substring_regex(texts, expression("99/99/9999", whole=True))
    assert found.to_pylist() == [True, False, False, True]
