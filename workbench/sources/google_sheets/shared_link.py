"""A sheet that anyone with the link may see: the CSV that Google exports, without an account."""

import re
import time
from collections.abc import Iterator
from urllib.parse import unquote, urljoin, urlsplit

import requests

from workbench.model.google_sheet import Place
from workbench.sources.google_sheets.asking import AWAY, BUSY, NO_SUCH, SIGN_IN, Asking, Busy, Found, Session
from workbench.sources.spool import Spool

_DOCS = "https://docs.google.com"
_LARGEST = 1 << 30
"""Bytes of a sheet's CSV: more than ten million cells, which is all that Google lets a spreadsheet have, need."""
_LONGEST = 900
"""Seconds that a sheet without an account may take to come."""
_REDIRECTS = 5


def of_anyone(asking: Asking) -> Found:
    """The CSV that Google exports to anyone with the link, as it comes."""
    if asking.place.worksheet is not None:
        raise asking.refused(
            "without a service account its tab is told by the number behind gid= in its address, not by its title. "
            "Paste the address that you see at that tab."
        )
    return asking.patiently(lambda: _exported(asking))


def _exported(asking: Asking) -> Found:
    with Session() as session, _followed(session, asking) as answer:
        if answer.status_code in BUSY:
            raise Busy(answer.status_code, answer.headers)
        kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if answer.status_code in (401, 403) or (answer.ok and kind != "text/csv"):
            raise asking.refused(SIGN_IN)
        if not answer.ok:
            raise asking.refused(NO_SUCH if answer.status_code in (404, 410) else _no_tab(asking.place, answer))
        spool = Spool().fill(_within_limits(answer.iter_content(1 << 18), asking))
        return Found(spool=spool, title=_title(answer) or asking.place.spreadsheet)


def _followed(session: requests.Session, asking: Asking) -> requests.Response:
    """The answer at the end of Google's redirects, which lead nowhere else."""
    said: dict[str, str | int] = {"format": "csv"}
    if asking.place.gid is not None:
        said["gid"] = asking.place.gid
    url = asking.at(f"{_DOCS}/spreadsheets/d/{asking.place.spreadsheet}/export")
    for _ in range(_REDIRECTS):
        answer = session.get(url, params=said, stream=True, timeout=(asking.access.timeout, asking.access.timeout))
        if not answer.is_redirect:
            return answer
        answer.close()
        url, said = _led(url, answer.headers["Location"], asking), {}
    raise asking.refused("Google leads from one address to the next. Try again later.")


def _led(url: str, location: str, asking: Asking) -> str:
    """Where an address leads; raises UnreadableGoogleSheet where that is not Google's own place for such files."""
    try:
        led = urljoin(url, location)
        place = urlsplit(led)
        host, port = place.hostname or "", place.port
    except ValueError:
        raise asking.refused(AWAY) from None
    if host == "accounts.google.com":
        raise asking.refused(SIGN_IN)
    if asking.access.address is not None:
        its_own = place[:2] == urlsplit(asking.access.address)[:2]
    else:
        its_own = place.scheme == "https" and port in (None, 443)
        its_own = its_own and (host == "docs.google.com" or host.endswith(".googleusercontent.com"))
    if not its_own:
        raise asking.refused(AWAY)
    return led


def _within_limits(blocks: Iterator[bytes], asking: Asking) -> Iterator[bytes]:
    began, size = time.monotonic(), 0
    for block in blocks:
        size += len(block)
        if size > _LARGEST:
            raise asking.refused(f"it has more than {_LARGEST >> 20:,} MB.")
        if time.monotonic() - began > _LONGEST:
            raise asking.refused(f"it did not come within {_LONGEST // 60} minutes. Try again later.")
        yield block


def _title(answer: requests.Response) -> str:
    """What Google calls the export, without the ending of a file."""
    named = re.search(r"filename\*=UTF-8''([^;\s]+)", answer.headers.get("Content-Disposition", ""), re.IGNORECASE)
    return unquote(named[1]).removesuffix(".csv").strip() if named is not None else ""


def _no_tab(place: Place, answer: requests.Response) -> str:
    if answer.status_code == 400 and place.gid is not None:
        return f"it has no tab with the number {place.gid}. Paste the address that you see at the tab."
    return f"Google's answer is {answer.status_code}. Check its id, and try again later."
