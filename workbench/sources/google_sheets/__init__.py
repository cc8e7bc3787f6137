"""Google Sheets, read as they are shown: through a service account, or without one where anyone with the link may see
them.

What is read is written to a CSV as Google itself exports one, and is from there on a source like any file: with a
checksum, kept, read again. Its lines are the sheet's rows.

`account` and `shared_link` are the two ways to it, `asking` is what both do, `credentials` a service account's key.
"""

from dataclasses import dataclass

import requests
from google.auth import exceptions as google_exceptions

from workbench.model.google_sheet import Access, Place, Tab
from workbench.model.sheet import Layout, Sheet
from workbench.sources import open_spool
from workbench.sources.google_sheets.account import of_account
from workbench.sources.google_sheets.asking import NOT_ACCEPTED, UNREACHABLE, Asking, Found, Progress
from workbench.sources.google_sheets.credentials import credentials
from workbench.sources.google_sheets.shared_link import of_anyone


def silent(doing: str, rows: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """What there is to know of a Google Sheet before it is imported."""

    title: str
    tab: str
    """The title of the tab that is read; "" where nobody says it."""
    tabs: tuple[Tab, ...]
    """All of them; none where the sheet was read without an account, which tells of no other tab."""
    sheet: Sheet
    """Its rows, or the first of them."""
    whole: bool
    """Whether those are all."""


def open_google_sheet(
    place: Place, access: Access, *, name: str | None = None, layout: Layout | None = None, progress: Progress = silent
) -> Sheet:
    """The rows of a Google Sheet, each cell as it is shown there (00123 stays so), read once and kept on disk for as
    long as the Sheet lives.

    Its name is the one given, else its title. Raises UnreadableGoogleSheet, UnknownSheet for a tab that there is not,
    NotConfigured for a service account's key that is none, NoSpace, and what `open_sheet` raises.
    """
    found = _read(Asking(place, access, progress, name or place.spreadsheet))
    return open_spool(found.spool, name or found.called, layout=layout)


def look_at(place: Place, access: Access, *, progress: Progress = silent) -> Look:
    """What a Google Sheet is, from its header and first rows; raises as `open_google_sheet` does."""
    found = _read(Asking(place, access, progress, place.spreadsheet), first_only=True)
    sheet = open_spool(found.spool, found.called)
    return Look(title=found.title, tab=found.tab, tabs=found.tabs, sheet=sheet, whole=found.whole)


def account_email(access: Access) -> str | None:
    """Whom a sheet is shared with to be read; None without a service account. Raises NotConfigured, also for a private
    key that does not sign."""
    return str(credentials(access.account).service_account_email) if access.account else None


def _read(asking: Asking, *, first_only: bool = False) -> Found:
    access = asking.access
    try:
        found = of_account(asking, first_only) if access.account else of_anyone(asking)
    except google_exceptions.TransportError:
        raise asking.refused(UNREACHABLE) from None
    except google_exceptions.GoogleAuthError:
        raise asking.refused(NOT_ACCEPTED) from None
    except ValueError:  # no JSON, or of another shape than is asked for
        raise asking.refused("it answered with something that is no sheet. Try again later.") from None
    except requests.Timeout:
        raise asking.refused(f"Google did not answer within {access.timeout:g} seconds. Try again later.") from None
    except requests.RequestException:
        raise asking.refused(UNREACHABLE) from None
    if not found.spool.path.stat().st_size:
        tab = f"its tab {found.tab}" if found.tab else "it"
        raise asking.refused(f"{tab} is empty.")
    return found
