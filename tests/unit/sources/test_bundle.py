"""A bundle of evidence says by itself whether it is still what was signed, to the last byte."""

import hashlib
import zipfile
from pathlib import Path

import pytest

from workbench import verify_evidence
from workbench.model.errors import UnreadableSource, UnwritableFile
from workbench.model.manifest import Item, Manifest, Member, Piece, read_manifest
from workbench.sources import bundle, signing_key


def members() -> list[Member]:
    rows = [Piece(b'{"line":2}\n{"line":3}\n', 2, "from line 2 on"), Piece(b'{"line":4}\n', 1, "from line 4 on")]
    return [
        Member(name="log", file="log.txt", pieces=[Piece(b"Import type: Students\n")]),
        Member(name="rows", file="rows.ndjson", pieces=rows, columns=("line",)),
        Member(name="removals", file="removals.ndjson", pieces=[], columns=("record_id",)),
        Member(name="source", file="source/people.csv", pieces=[Piece(b"email\nada@example.com\n")], apart=True),
    ]


def manifest(items: tuple[Item, ...], home: Path | None, **more: object) -> Manifest:
    signed = home is not None
    said: dict[str, object] = {
        "batch": "b1",
        "tenant": "north",
        "dataset": "elevate.students",
        "signed_by": "lea" if signed else None,
        "signed_at": "2026-01-02T03:04:05+00:00" if signed else None,
        "number": 1 if signed else None,
        "previous": None,
        "public_key": signing_key.public_key(home) if home else None,
        "entries": 4,
        "log": "0" * 64,
        "version": "1",
    }
    return Manifest(items=items, **{**said, **more})


def made(path: Path, home: Path | None, *, with_source: bool = True) -> Path:
    """A small bundle, signed with the key of a home, or by nobody."""

    def finished(items: tuple[Item, ...]) -> tuple[Manifest, bytes | None]:
        said = manifest(items, home)
        return said, signing_key.sign(home, said.text()) if home else None

    bundle.write(path, members(), finished, with_source=with_source)
    return path


@pytest.fixture
def signed(tmp_path: Path) -> Path:
    return made(tmp_path / "evidence.zip", tmp_path / "home")


def differs(path: Path, key: str | None = None) -> list[str]:
    return [str(difference) for difference in bundle.verify(path, key).differs]


def altered(path: Path, name: str, content: bytes | None) -> Path:
    """The same archive as somebody would pack it anew, with another file of that name, or without it."""
    copy = path.with_name("altered.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.namelist():
            if each != name:
                new.writestr(each, old.read(each))
        if content is not None:
            new.writestr(name, content)
    return copy


def test_a_bundle_that_nobody_altered_is_what_was_signed(signed: Path) -> None:
    proof = verify_evidence(str(signed))
    assert (bool(proof), proof.batch, proof.signed_by, str(proof.signed_at)) == (
        True,
        "b1",
        "lea",
        "2026-01-02 03:04:05+00:00",
    )


def test_any_altered_byte_of_the_file_is_noticed(signed: Path) -> None:
    content = signed.read_bytes()
    unseen = []
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 1
        signed.write_bytes(changed)
        if bundle.verify(signed):
            unseen.append(place)
    assert unseen == []


def test_any_altered_byte_of_a_member_names_it(signed: Path) -> None:
    content = signed.read_bytes()
    with zipfile.ZipFile(signed) as archive:
        places = {info.filename: (info.header_offset, info.compress_size) for info in archive.infolist()}
    named = {"log.txt": "log", "rows.ndjson": "rows", "source/people.csv": "source"}
    for name, item in named.items():
        offset, size = places[name]
        data = offset + 30 + len(name) + int.from_bytes(content[offset + 28 : offset + 30], "little")
        for place in range(data, data + size):
            changed = bytearray(content)
            changed[place] ^= 1
            signed.write_bytes(changed)
            told = [each.partition(":")[0] for each in differs(signed)]
            assert told == [item] or (told == [signed.name] and reads_the_same(signed, name, members()))


def reads_the_same(path: Path, name: str, of: list[Member]) -> bool:
    """Whether a file of the archive is unpacked as ever: some bits of packed data mean nothing."""
    (content,) = (b"".join(piece.content for piece in member.pieces) for member in of if member.file == name)
    return zipfile.ZipFile(path).read(name) == content


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("log.txt", b"Import type: Courses\n", "log: it is not what was signed"),
        ("log.txt", None, "log: it is gone"),
        ("rows.ndjson", b'{"line":2}\n{"line":3}\n{"line":5}\n', "rows: it is not what was signed (from line 4 on)"),
        ("rows.ndjson", b'{"line":2}\n', "rows: it is not what was signed (from line 2 on)"),
        (
            "rows.ndjson",
            b'{"line":2}\n{"line":3}\n{"line":4}\n{"line":5}\n',
            "rows: it is not what was signed",
        ),
        ("removals.ndjson", b'{"record_id":1}\n', "removals: it is not what was signed"),
        ("more.txt", b"more", "more.txt: it is no file of this evidence"),
        ("manifest.json", b"{}", "manifest.json: it cannot be read as a manifest"),
        ("manifest.json", b"[1]", "manifest.json: it cannot be read as a manifest"),
        ("manifest.json", None, "manifest.json: it is gone"),
        ("manifest.sig", bytes(64), "signature: it does not fit the manifest and the key"),
        ("manifest.sig", None, "signature: it cannot be read"),
        ("public_key.pem", b"x", "public_key.pem: it is not the key of the manifest"),
    ],
)
def test_what_somebody_packs_anew_is_named(signed: Path, name: str, content: bytes | None, said: str) -> None:
    assert differs(altered(signed, name, content)) == [said]


def test_a_manifest_that_says_otherwise_does_not_fit_the_signature(signed: Path) -> None:
    text = zipfile.ZipFile(signed).read("manifest.json").decode()
    forged = altered(signed, "manifest.json", text.replace('"lea"', '"eve"').encode())
    assert differs(forged) == ["signature: it does not fit the manifest and the key"]


def test_a_signer_can_be_insisted_on(signed: Path, tmp_path: Path) -> None:
    own, other = signing_key.public_key(tmp_path / "home"), signing_key.public_key(tmp_path / "eve")
    assert differs(signed, own) == []
    assert differs(signed, other) == [f"signature: it was made with another key: {own}"]
    unsigned = made(tmp_path / "unsigned.zip", None)
    assert differs(unsigned) == []
    assert bundle.verify(unsigned).remarks == ("Nobody has signed it.",)
    assert differs(unsigned, own) == ["signature: nobody has signed it"]


def test_a_bundle_may_be_without_the_source_and_says_so(tmp_path: Path) -> None:
    path = made(tmp_path / "evidence.zip", tmp_path / "home", with_source=False)
    digest = hashlib.sha256(b"email\nada@example.com\n").hexdigest()
    assert differs(path) == []
    assert bundle.verify(path).remarks[-1] == f"The source is not in it; its SHA-256 is {digest}."


def test_the_same_evidence_makes_the_same_bytes(tmp_path: Path) -> None:
    first, second = (made(tmp_path / name, tmp_path / "home").read_bytes() for name in ("a.zip", "b.zip"))
    assert first == second


def test_what_is_no_bundle_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match=r"none\.zip cannot be read: No such file"):
        bundle.verify(tmp_path / "none.zip")
    (tmp_path / "text.zip").write_text("no archive")
    assert differs(tmp_path / "text.zip") == ["text.zip: it can no longer be opened as a ZIP file"]
    (tmp_path / "empty.zip").write_bytes(b"")
    assert differs(tmp_path / "empty.zip") == ["empty.zip: it can no longer be opened as a ZIP file"]
    with pytest.raises(UnwritableFile):
        made(tmp_path / "nowhere" / "evidence.zip", None)


def test_a_bundle_that_is_not_finished_is_not_there(tmp_path: Path) -> None:
    def fails(items: tuple[Item, ...]) -> tuple[Manifest, bytes | None]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bundle.write(tmp_path / "evidence.zip", members(), fails)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("was", "is_"),
    [
        ('"rows":3', '"rows":"3"'),
        ('"rows":1,', '"rows":null,'),
        ('"signed_at":"2026', '"signed_at":"x'),
        ('"number":1', '"number":[]'),
        ('"entries":4', '"entries":"4"'),
        ('"columns":["line"]', '"columns":"line"'),
        ('"public_key":"', '"public_key":1,"x":"'),
        ('"format":2', '"format":3'),
        ('"batch":"b1",', ""),
    ],
)
def test_a_manifest_with_another_kind_of_value_is_none(signed: Path, was: str, is_: str) -> None:
    text = zipfile.ZipFile(signed).read("manifest.json").decode()
    assert text.count(was) == 1
    with pytest.raises(ValueError):
        read_manifest(text.replace(was, is_))
    forged = altered(signed, "manifest.json", text.replace(was, is_).encode())
    assert differs(forged) == ["manifest.json: it cannot be read as a manifest"]


def test_a_manifest_is_read_as_it_was_written(signed: Path) -> None:
    text = zipfile.ZipFile(signed).read("manifest.json").decode()
    assert read_manifest(text).text() == text
    with pytest.raises(ValueError):
        read_manifest(text + " ")
