"""The manifest has the fields of the format (seed 003), and beside them the digest of every file."""

from datetime import UTC, datetime

from workbench.model.export import Export, Exported, file_name

AT = datetime(2024, 10, 5, 22, 0, 0, 123456, tzinfo=UTC)
MEMBERS = (Exported(entity="institutions", rows=1, sha256="ab"), Exported(entity="users", rows=2, sha256="cd"))


def test_a_manifest_says_what_is_in_the_archive_and_of_whom() -> None:
    of = {"institution_id": "mocku", "institution_name": "Example University"}
    assert Export(family="generic_csv", at=AT, members=MEMBERS, institution=of).manifest() == {
        "format_version": "1.0",
        "export_timestamp": "2024-10-05T22:00:00Z",
        "institution_id": "mocku",
        "institution_name": "Example University",
        "adapter_id": "generic_csv_v1",
        "entity_counts": {"institutions": 1, "users": 2},
        "import_order": ["institutions.csv", "users.csv"],
        "sha256": {"institutions.csv": "ab", "users.csv": "cd"},
    }


def test_a_manifest_of_several_institutions_names_none() -> None:
    manifest = Export(family="generic_csv", at=AT, members=MEMBERS).manifest()
    assert not {"institution_id", "institution_name"} & set(manifest)


def test_a_file_is_called_by_its_format_and_its_moment() -> None:
    assert file_name("generic_csv", AT) == "generic_export_20241005_220000.zip"
    assert file_name("elevate", AT) == "elevate_export_20241005_220000.zip"
