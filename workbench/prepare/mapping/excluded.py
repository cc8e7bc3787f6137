"""Columns that are never imported: those that carry secrets, and those whose field no file says."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

from workbench.model.contract import Contract, Field
from workbench.prepare.mapping.headers import key, meanings


def secrets(headers: Iterable[str], contract: Contract) -> tuple[str, ...]:
    """The headers of columns that carry secrets: they are never imported, and nothing of them is kept."""
    return tuple(header for header in headers if is_secret(header, contract))


def dropped(headers: Iterable[str], contract: Contract) -> tuple[str, ...]:
    """The headers of columns that are left out without being said: what no file says, and what carries secrets where
    the contract has it so."""
    return tuple(
        header
        for header in headers
        if not_said(header, contract) is not None or (contract.drops_secrets and is_secret(header, contract))
    )


def not_said(header: str, contract: Contract) -> Field | None:
    """The field that a header means and that no file says; None of any other header."""
    if len(contract.importable) == len(contract.fields):
        return None
    name = meanings(contract).get(key(header), ("", "none", ""))[0]
    return contract.field(name) if name and not contract.field(name).imported else None


def not_taken(target: Field, contract: Contract) -> str:
    """Why a column is not imported whose field no file says."""
    begins = f"begins with {target.default}" if target.default else "has none"
    return f"is not taken from a file: a new {contract.noun} {begins}"


_SECRET_WORDS = {"bearer", "pswd", "pwd", "pwds", "secret", "secrets", "token", "totp"}
"""A header that has one of these among its words names a secret: "totp_enabled", not "Secretary"."""
_SECRET_ANYWHERE = (
    *("password", "pasword", "passwrd", "passwd", "passwort", "kennwort", "contrasena", "motdepasse"),
    *("passphrase", "passcode", "privatekey", "apikey"),
)
"""No other word has these within it, so that "passwordhash" is found as "password_hash" is."""


_SECRET_COMPOUND = re.compile(
    r"(?:access|auth|authentication|authorization|encryption|oauth|secret|signing|ssh)keys?$"
    r"|(?:access|api|auth|bearer|csrf|login|oauth|refresh|reset|security|session|verification)tokens?"
    r"|tokens?(?:created|data|expir|hash|issued|key|secret|url|valid|value)"
    r"|^secret(?:answer|code|hash|id|question|value)"
    r"|^(?:login|pass|pin|pw|pwd)(?:hash|hashed|hashes|salt|salts)$|^hashed?(?:pass|pin|pw|pwd)$"
    r"|hash(?:es)?salts?$|salts?hash(?:es)?$"
    r"|(?:access|api|auth|aws|client|database|login|oauth)credentials?$"
)
"""One word of a header, or two of them joined, that name a secret together: "Auth_Key", "tokenexpires"."""
_SPELLED = re.compile(r"p[a@4][s$5]{2}(?:w[o0]rd|wd|phrase|c[o0]de)", re.IGNORECASE)
"""Words for a secret that people write with signs and digits in place of letters: "p@ssw0rd"."""
_LETTERS = str.maketrans("@4$50", "aasso")
_SECRET_ALONE = {"hash", "hashes", "pin", "pins", "salt", "salts"}
"""What is a secret as the whole of a header where the rows are people, who sign in somewhere, and not where they are
goods: a shop sells salt, and pins. A "PIN code" is also the postal code of an address."""
_CAPITAL = re.compile("(?<=[a-z])(?=[A-Z])")


def is_secret(header: str, contract: Contract) -> bool:
    """Whether a header ends with a forbidden name ("User Password"), or names a secret by its words, whatever their
    accents, and is no name of a field."""
    composed = unicodedata.normalize("NFKC", header)
    if key(composed) in meanings(contract):
        return False
    plain = _without_accents(composed)
    name = key(plain)
    forbidden = tuple(map(key, contract.forbidden))
    ends = name.endswith(forbidden) or name.removesuffix("s").endswith(forbidden)
    return ends or any(each in name for each in _SECRET_ANYWHERE) or _has_secret_words(plain, contract)


def _without_accents(text: str) -> str:
    """A text in plain letters, and without what nobody sees."""
    signs = unicodedata.normalize("NFKD", _SPELLED.sub(lambda word: word[0].translate(_LETTERS), text))
    return "".join(sign for sign in signs if unicodedata.category(sign) not in ("Cf", "Mn"))


def _has_secret_words(header: str, contract: Contract) -> bool:
    """Whether one of the words of a header is that of a secret, or two that stand together are."""
    words = re.findall(r"[^\W\d_]+", _CAPITAL.sub(" ", header).casefold())
    if _SECRET_WORDS & {*words} or {"salt", "hash"} <= {*words}:
        return True
    pairs = ("".join(pair) for pair in pairwise(words))
    if any(_SECRET_COMPOUND.search(word) for word in (*words, *pairs)):
        return True
    if len(words) != 1:
        return False
    of_people = contract.drops_secrets or any(field.name.endswith("email") for field in contract.fields)
    return (of_people and words[0] in _SECRET_ALONE) or (contract.drops_secrets and words[0] == "credentials")
