import json
from collections.abc import Callable
from io import BytesIO

import pytest

from workbench import Workbench
from workbench.doors.web import uploads
from workbench.model.sheet import Layout, Sheet
from workbench.prepare.profile_report import profile_of

pytestmark = pytest.mark.both_servers

DATASET = "elevate.students"


def test_a_profile_is_found_again_by_the_sheet_it_is_of(wb: Workbench, sheet: Callable[..., Sheet]) -> None:
    one, other = sheet("email,name\na@b.org,Ann\n", "one.csv"), sheet("email,name\na@b.org,Bob\n", "other.csv")
    assert wb.profiles.kept(one, DATASET) is None
    wb.profiles.keep(one, DATASET, profile_of(one))
    assert wb.profiles.kept(one, DATASET) == json.loads(json.dumps(profile_of(one)))
    assert wb.profiles.kept(other, DATASET) is None
    assert wb.profiles.kept(one, "elevate.staff") is None


def test_the_same_file_with_another_header_is_another_sheet(wb: Workbench) -> None:
    upload = uploads.keep(wb.settings, "a.csv", BytesIO(b"email,name\na@b.org,Ann\nc@d.org,Cy\n")).id
    first, second = (uploads.opened(wb.settings, upload, layout=Layout(header_row=line)) for line in (1, 2))
    wb.profiles.keep(first, DATASET, profile_of(first))
    assert wb.profiles.kept(second, DATASET) is None
    wb.profiles.keep(second, DATASET, profile_of(second))
    found = [wb.profiles.kept(one, DATASET) for one in (first, second)]
    assert [one["rows"] for one in found if one] == [2, 1]


def test_another_tenant_has_no_such_profile(
    open_wb: Callable[..., Workbench], wb: Workbench, sheet: Callable[..., Sheet]
) -> None:
    one = sheet("email,name\na@b.org,Ann\n")
    wb.profiles.keep(one, DATASET, profile_of(one))
    assert open_wb(tenant="other").profiles.kept(one, DATASET) is None
