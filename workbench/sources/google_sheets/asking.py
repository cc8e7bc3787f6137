"""How Google is asked: patiently where it is busy, nowhere but at Google, and each refusal a sentence."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

import requests

from workbench.model.errors import UnreadableGoogleSheet
from workbench.model.google_sheet import Access, Place, Tab
from workbench.sources.spool import Spool

Progress = Callable[[str, int], None]
"""Called with what is being done and the rows read so far."""

BUSY = (408, 429, 500, 502, 503, 504)
_CUT = 3
"""How often is asked where nobody answers, or an answer breaks off."""

NOT_ACCEPTED = "Google does not accept the service account's key. Make a new one, or check this machine's clock."
UNREACHABLE = "Google cannot be reached. Check the network, and try again."
AWAY = "its address leads away from Google, and is not followed."
NO_SUCH = "there is no such sheet. Check its id: what stands between /d/ and the next / of its address in the browser."
SIGN_IN = (
    "it asks for sign-in. Share it so that anyone with the link can view it, or share it with a service account "
    "(WORKBENCH_GOOGLE_SERVICE_ACCOUNT)."
)


Answer = TypeVar("Answer")


class Busy(Exception):
    """Google has no time, or an error of its own."""

    def __init__(self, status: int, headers: Mapping[str, str]) -> None:
        self.status = status
        self.after = headers.get("Retry-After", "")


class Session(requests.Session):
    """Follows no redirect, and does not even read where it leads."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


@dataclass(frozen=True)
class Asking:
    """One reading of a sheet: what, how, and who watches."""

    place: Place
    access: Access
    progress: Progress
    called: str
    """What a person calls it; else its id."""

    def refused(self, why: str) -> UnreadableGoogleSheet:
        """Why the sheet cannot be read, as an error to raise."""
        return UnreadableGoogleSheet(source=self.called, why=why)

    def at(self, url: str) -> str:
        """An address of Google's, or of who stands in for it."""
        if self.access.address is None:
            return url
        return urljoin(self.access.address, urlsplit(url).path)

    def patiently(self, ask: Callable[[], Answer]) -> Answer:
        """What is answered, asked again for a bounded time where Google is busy, and some times where the line breaks;
        raises what asking does, and UnreadableGoogleSheet."""
        deadline, pause, cut = time.monotonic() + self.access.patience, self.access.pause, 0
        while True:
            try:
                return ask()
            except Busy as busy:
                wait = float(busy.after) if busy.after.isdecimal() else pause
                if time.monotonic() + wait > deadline:
                    raise self.refused(_still_busy(busy, self.access.patience)) from None
            except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError):
                wait, cut = pause, cut + 1
                if cut >= _CUT or time.monotonic() + wait > deadline:
                    raise
            self.progress("waiting for Google", 0)
            time.sleep(wait)
            pause *= 2


def _still_busy(busy: Busy, patience: float) -> str:
    status = busy.status
    if busy.after.isdecimal() and float(busy.after) > patience:
        asked = "was asked too often" if status == 429 else f"has an error of its own ({status})"
        return f"Google {asked}, and wants {float(busy.after):,.0f} seconds of rest. Try again after that."
    if status == 429:
        return f"Google was asked too often, for {patience:g} seconds and more. Try again in some minutes."
    return f"Google has an error of its own ({status}), for {patience:g} seconds and more. Try again later."


@dataclass(frozen=True, kw_only=True)
class Found:
    """The rows that were read, on disk, and where they stand."""

    spool: Spool
    title: str
    tab: str = ""
    tabs: tuple[Tab, ...] = ()
    whole: bool = True

    @property
    def called(self) -> str:
        """As Google calls an export of it."""
        return f"{self.title} - {self.tab}" if self.tab else self.title
