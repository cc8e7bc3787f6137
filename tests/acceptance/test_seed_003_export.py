"""Seed 003, the export side: a tenant goes out as a ZIP and comes in again, from the command line, as it was."""

import json
import zipfile
from pathlib import Path

from tests.generic_csv import HEADERS, SIZES, export
from tests.integration.doors.test_cli import Run, environment, run

__all__ = ["environment", "run"]


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name != "manifest.json"}


def test_a_tenant_goes_out_and_comes_in_again_as_it_was(run: Run, tmp_path: Path) -> None:
    export(tmp_path / "source.zip")
    first = run("import", "source.zip", "--playbook", "generic_csv", "--json")
    assert (first.status, first.json["created"]) == (0, 40)
    told = run("export", "generic_csv", "-o", "out.zip", "--json").json
    assert told["rows"] == 40

    there = run("--tenant", "north", "import", "out.zip", "--playbook", "generic_csv", "--json")
    assert (there.status, there.json["status"], there.json["created"]) == (0, "completed", 40)
    run("--tenant", "north", "export", "generic_csv", "-o", "again.zip")
    assert members(tmp_path / "out.zip") == members(tmp_path / "again.zip")

    here = run("import", "out.zip", "--playbook", "generic_csv", "--json")
    assert {name: here.json[name] for name in ("status", "created", "updated", "skipped", "unmatched", "invalid")} == {
        "status": "completed",
        "created": 0,
        "updated": 0,
        "skipped": 40,
        "unmatched": 0,
        "invalid": 0,
    }


def test_an_export_that_was_changed_on_the_way_is_not_imported(run: Run, tmp_path: Path) -> None:
    export(tmp_path / "source.zip")
    run("import", "source.zip", "--playbook", "generic_csv")
    run("export", "generic_csv", "-o", "out.zip")
    changed = members(tmp_path / "out.zip")
    changed["users.csv"] = changed["users.csv"].replace(b"Lee", b"Lea", 1)
    with zipfile.ZipFile(tmp_path / "out.zip") as archive, zipfile.ZipFile(tmp_path / "bad.zip", "w") as other:
        for name, content in changed.items():
            other.writestr(name, content)
        other.writestr("manifest.json", archive.read("manifest.json"))
    said = run("--tenant", "north", "import", "bad.zip", "--playbook", "generic_csv")
    assert (said.status, "users.csv" in said.err) == (2, True)


def test_terms_that_are_not_active_associations_outcomes_and_invitations_go_out_too(run: Run, tmp_path: Path) -> None:
    export(tmp_path / "source.zip")
    run("import", "source.zip", "--playbook", "generic_csv")
    run("export", "generic_csv", "-o", "out.zip")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        counts = json.loads(archive.read("manifest.json"))["entity_counts"]
    assert counts == dict(zip(HEADERS, SIZES, strict=True))
    assert b",false," in members(tmp_path / "out.zip")["terms.csv"]
