"""The list of what is signed: read as it was written or not at all, and a link of a chain."""

from dataclasses import replace

import pytest

from tests.unit.sources.test_bundle import manifest
from workbench.model.manifest import digest_of, links, read_manifest


def test_bundles_of_a_tenant_follow_each_other() -> None:
    first = manifest((), None, number=1, signed_by="lea")
    second = manifest((), None, number=2, signed_by="lea", previous=digest_of(first.text()), batch="b2")
    third = manifest((), None, number=3, signed_by="lea", previous=second.digest, batch="b3")
    assert list(links([third, first, second, first])) == []
    assert [str(each) for each in links([first, third])] == [
        "chain: no bundle given lies between signature 1 and signature 3 (b3)"
    ]
    forged = replace(second, signed_by="eve")
    assert [str(each) for each in links([first, forged, third])] == [
        "chain: signature 3 (b3) does not follow signature 2 (b2)"
    ]
    assert [str(each) for each in links([first, second, forged])] == ["chain: there are two of signature 2 (b2)"]
    assert list(links([first, replace(second, tenant="south", previous=None, number=1)])) == []


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"items": 1}', '{"items": [1]}', '{"items": []}', "1" * 5000])
def test_what_is_no_manifest_is_one_kind_of_error(text: str) -> None:
    with pytest.raises(ValueError):
        read_manifest(text)
