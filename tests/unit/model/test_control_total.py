"""Control totals as a contract declares them."""

import pytest

from workbench.model.control_total import ControlTotal


def test_it_is_a_sum_of_one_field_or_a_count_of_keys() -> None:
    assert ControlTotal(name="Net price", sum_of="net_price").fields == ("net_price",)
    assert ControlTotal(name="Stock", distinct=("sku", "warehouse")).fields == ("sku", "warehouse")
    with pytest.raises(ValueError, match="of a sum or of keys"):
        ControlTotal(name="Nothing")
    with pytest.raises(ValueError, match="of a sum or of keys"):
        ControlTotal(name="Both", sum_of="amount", distinct=("invoice",))
