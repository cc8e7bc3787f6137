"""The key that signatures are made with: one for a home, for its owner alone."""

import subprocess
import sys
from pathlib import Path

import pytest

from workbench.model.errors import UnusableKey
from workbench.sources import signing_key


def test_a_signature_fits_what_was_signed_with_that_key_and_nothing_else(tmp_path: Path) -> None:
    key, other = signing_key.public_key(tmp_path / "home"), signing_key.public_key(tmp_path / "other")
    signature = signing_key.sign(tmp_path / "home", "a text")
    assert signing_key.fits(key, signature, "a text")
    assert not signing_key.fits(key, signature, "another text")
    assert not signing_key.fits(key, signature[:-1], "a text")
    assert not signing_key.fits(other, signature, "a text")
    assert not signing_key.fits("no key", signature, "a text")


def test_the_key_is_made_on_first_use_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    assert signing_key.known_key(tmp_path) is None
    key = signing_key.public_key(tmp_path)
    assert (signing_key.known_key(tmp_path), signing_key.public_key(tmp_path)) == (key, key)
    assert (tmp_path / signing_key.NAME).stat().st_mode & 0o777 == 0o600


def test_a_public_key_is_read_from_a_file_however_it_is_written(tmp_path: Path) -> None:
    key = signing_key.public_key(tmp_path / "home")
    for name, content in (("key.pem", signing_key.pem(key)), ("key.txt", f"{key}\n".encode())):
        (tmp_path / name).write_bytes(content)
        assert signing_key.read_public(tmp_path / name) == key
    for content in (b"", b"x", b"-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----\n", b"\xff"):
        (tmp_path / "key.txt").write_bytes(content)
        with pytest.raises(UnusableKey, match="it is no public Ed25519 key"):
            signing_key.read_public(tmp_path / "key.txt")
    with pytest.raises(UnusableKey):
        signing_key.read_public(tmp_path / "none.txt")


def test_two_programs_that_need_a_key_at_once_have_the_same(tmp_path: Path) -> None:
    needs = (
        "from pathlib import Path; from workbench.sources.signing_key import public_key; print(public_key(Path({!r})))"
    )
    program = needs.format(str(tmp_path))
    at_once = [subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert len({each.communicate()[0] for each in at_once}) == 1
    assert [path.name for path in tmp_path.iterdir()] == [signing_key.NAME]
