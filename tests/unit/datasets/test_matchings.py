"""What can be matched is declared of fields that there are."""

import pytest

from workbench.datasets import catalog
from workbench.datasets.matchings import MATCHINGS, matching
from workbench.model.errors import UnknownMatching
from workbench.model.matching import Matching


@pytest.mark.parametrize("each", MATCHINGS.values(), ids=list(MATCHINGS))
def test_every_field_that_is_compared_is_one_of_both_contracts(each: Matching) -> None:
    rows, records = catalog.contract(each.of), catalog.contract(each.dataset)
    names = {field.name for field in rows.fields}
    assert {compared.name for compared in each.compared} <= names
    assert {compared.known or compared.name for compared in each.compared} <= {f.name for f in records.stored}
    assert {name for fields in each.said for name in fields} <= names
    for dataset, field in each.named_in:
        assert catalog.contract(dataset).field(field).stored


@pytest.mark.parametrize("each", MATCHINGS.values(), ids=list(MATCHINGS))
def test_a_name_is_always_compared_for_it_is_shown(each: Matching) -> None:
    assert "name" in {compared.name for compared in each.compared}


def test_a_matching_is_found_with_and_without_its_family() -> None:
    assert matching("teacher_roster") is matching("polaris.teacher_roster")
    with pytest.raises(UnknownMatching, match=r"Nothing of students is matched\. What is: polaris\.teacher_roster, "):
        matching("students")
