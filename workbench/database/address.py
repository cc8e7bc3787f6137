"""What may be shown of a database's address: only what is known to be no secret."""

import re
from urllib.parse import quote, unquote

import psycopg
from psycopg.conninfo import conninfo_to_dict

_PLAIN = {
    "user": r"[\w.@+-]+",
    "host": r"[\w.,-]+|[0-9a-f:]+|/[\w./+-]+",
    "hostaddr": r"[0-9a-f.,:]+",
    "port": r"[\d,]+",
    "dbname": r"[\w.+-]+",
}
"""The parts that are shown, and how each is written where it is surely no piece of a password."""

_URL = re.compile(r"postgres(?:ql)?://(?:[^:@/?\s]*(?::[^@/?\s]*)?@)?[^@/?\s]*(?:/[^@/?\s]*)?(?:\?[^@?\s]*)?")
"""A URL that can be read in one way only. An @ or a / that nobody encoded makes a host or a database of a password."""


def shown(url: str) -> str | None:
    """An address without whatever may be secret: `postgresql://ana:***@localhost:5432/school`.

    None for one that is no address, or of which any part may belong to a secret.
    """
    if url.startswith(("postgresql://", "postgres://")):
        if not _URL.fullmatch(url):
            return None
        url = _without_secrets(url)
    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(url).items() if value}
    except (psycopg.ProgrammingError, UnicodeDecodeError):
        return None
    if any(name in parts and not re.fullmatch(_PLAIN[name], parts[name]) for name in _PLAIN):
        return None
    return _written(parts)


def _without_secrets(url: str) -> str:
    """The URL without its query, where that says more than what is shown: a value may well hold an & of its own."""
    front, _, query = url.partition("?")
    names = {unquote(pair.partition("=")[0]) for pair in query.split("&")}
    return url if names <= _PLAIN.keys() else front


def _written(parts: dict[str, str]) -> str:
    host = parts.get("host", "")
    sockets = host if host.startswith("/") else ""
    names = [f"[{host}]"] if ":" in host else ("" if sockets else host).split(",")
    ports = parts.get("port", "").split(",")
    ports = ports * len(names) if len(ports) == 1 else ports  # one is that of every host
    places = [f"{name}:{port}" if port else name for name, port in zip(names, ports, strict=False)]
    secret = ":***" if "password" in parts else ""
    at = "@" if secret or "user" in parts else ""
    asked = {"host": sockets, "hostaddr": parts.get("hostaddr", "")}
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in asked.items() if value)
    place = f"{quote(parts.get('user', ''))}{secret}{at}{','.join(places)}"
    return f"postgresql://{place}/{quote(parts.get('dbname', ''))}{'?' if query else ''}{query}"
