"""A connection to Salesforce through simple-salesforce: signed in when first needed, and again where the session ends;
asked patiently; to Salesforce's own hosts alone."""

import os
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit
from xml.parsers.expat import ExpatError

import requests
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceAuthenticationFailed, SalesforceError, SalesforceExpiredSession

from workbench.model.errors import (
    NotConfigured,
    NotSignedIn,
    SalesforceNotReached,
    UnreadableSalesforce,
    WorkbenchError,
)
from workbench.model.salesforce import SETTINGS, Organization, SalesforceAccess

Progress = Callable[[str, int], None]
"""Called with what is being done and the rows read so far."""
Answer = TypeVar("Answer")

_HOSTS = (".salesforce.com", ".force.com", ".salesforce.mil")
_BUSY = (408, 429, 500, 502, 503, 504)
_CUT = 3
"""How often is asked where nobody answers, or an answer breaks off."""
_SESSIONS = 3
"""How often is signed in anew for one answer."""
_LONGEST_WORD = 300
"""Characters of what Salesforce says that a sentence shows."""


def silent(doing: str, rows: int) -> None:
    """Nobody watches."""


class Broken(Exception):
    """An answer is not whole; it is worth asking again."""


class Refused(UnreadableSalesforce):
    """Error reading {source}: {why}"""

    @property
    def code(self) -> str:
        """What Salesforce calls it."""
        return str(self.coordinates.get("code", ""))


class Connection:
    """One conversation with an organization, about one source; use it in a `with` block."""

    def __init__(self, access: SalesforceAccess, source: str, progress: Progress) -> None:
        way = access.way
        if way is None:
            how = f"say {', '.join(SETTINGS['password'])} in the environment or in .streamlit/secrets.toml."
            raise NotConfigured(what="Salesforce", how=how)
        self.access, self.source, self.progress, self.way = access, source, progress, way
        self._session = requests.Session()
        self._gate = adapter = _Gate(access)
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, adapter)
        self._client: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()

    @property
    def clock(self) -> datetime:
        """The time at Salesforce, as its last answer says it; that answer is no older. Raises UnreadableSalesforce."""
        try:
            at = parsedate_to_datetime(self._gate.date)
        except ValueError:
            raise self.refused("its answers do not say what time it is. Try again later.") from None
        return at if at.tzinfo is not None else at.replace(tzinfo=UTC)

    def organization_id(self) -> str:
        """The id of who is reached; raises as `ask` does."""
        return self.ask(lambda client: str(client.restful("")["identity"]).rsplit("/", 2)[1])

    def refused(self, why: str, code: str = "") -> UnreadableSalesforce:
        """Why the source cannot be read, as an error to raise."""
        return Refused(source=self.source, why=self.access.without_secrets(why), code=code)

    def organization(self) -> Organization:
        """Who is reached, and as whom; raises as `ask` does."""
        organization = self.ask(self._organization)
        limit, left = self._daily_requests()
        return replace(organization, daily_limit=limit, daily_left=left)

    def _organization(self, client: Any) -> Organization:
        user_id = str(client.restful("")["identity"]).rpartition("/")[2]
        who = client.query(f"SELECT Username FROM User WHERE Id = '{user_id}'")["records"] if user_id.isalnum() else []
        (org,) = client.query("SELECT Id, Name, OrganizationType, IsSandbox FROM Organization LIMIT 1")["records"]
        return Organization(
            name=org["Name"],
            id=org["Id"],
            edition=org["OrganizationType"],
            is_sandbox=org["IsSandbox"],
            username=who[0]["Username"] if who else self.access.username,
            host=client.sf_instance,
            way=self.way,
            api_version=str(client.sf_version),
        )

    def _daily_requests(self) -> tuple[int | None, int | None]:
        """The limit of a day and what is left of it: as the limits say, which not every user may see, else as every
        answer does."""

        def ask(client: Any) -> tuple[int, int]:
            said = client.limits()["DailyApiRequests"]
            return int(said["Max"]), int(said["Remaining"])

        try:
            return self.ask(ask)
        except Refused:
            usage = self._signed_in().api_usage.get("api-usage")
            return (usage.total, usage.total - usage.used) if usage else (None, None)

    def ask(self, question: Callable[[Any], Answer]) -> Answer:
        """What is answered: asked again for a bounded time where Salesforce is busy, some times where the line breaks
        or the answer is not whole, and after signing in anew where the session has ended.

        Raises NotSignedIn, NotConfigured for a private key that is none, SalesforceNotReached where nobody answers who
        signs in, UnreadableSalesforce.
        """
        deadline, pause, cut, sessions = time.monotonic() + self.access.patience, self.access.pause, 0, 0
        while True:
            try:
                return question(self._signed_in())
            except SalesforceExpiredSession:
                self._client, sessions = None, sessions + 1
                if sessions >= _SESSIONS:
                    raise self.refused("its sessions end as soon as they begin. Try again later.") from None
                continue
            except SalesforceError as error:
                if not _is_busy(error):
                    raise self._not_answered(error) from None
                why = self._still_busy(error)
            except _Elsewhere as error:
                raise self.refused(
                    f"its address leads away from Salesforce, to {error}, and is not followed."
                ) from None
            except (requests.RequestException, Broken) as error:
                why, cut = _broken(error, self.access), cut + 1
                if cut >= _CUT:
                    raise self._given_up(why) from None
            except (ExpatError, ValueError, LookupError, TypeError, AttributeError):
                raise self.refused("its answer makes no sense. Try again later.") from None
            if time.monotonic() + pause > deadline:
                raise self._given_up(why)
            self.progress("waiting for Salesforce", 0)
            time.sleep(pause)
            pause *= 2

    def tell(self, word: Callable[[Any], object]) -> None:
        """Says something once; that nobody hears it is no matter."""
        with suppress(SalesforceError, requests.RequestException, ValueError, LookupError):
            word(self._signed_in())

    def _signed_in(self) -> Any:
        """The client, signed in; raises what it raises, and NotConfigured."""
        if self._client is None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # of what the refusal says as well
                self._client = Salesforce(
                    **self._credentials(), domain=self.access.domain, session=self._session, parse_float=str
                )
        return self._client

    def _credentials(self) -> dict[str, Any]:
        access = self.access
        if self.way == "JWT":
            key = _private_key(access.private_key)
            return {"username": access.username, "consumer_key": access.consumer_key, "privatekey": key}
        if self.way == "client credentials":
            return {"consumer_key": access.consumer_key, "consumer_secret": access.consumer_secret}
        names = ("username", "password", "security_token")
        return {name: getattr(access, name) for name in names}

    def _not_answered(self, error: SalesforceError) -> WorkbenchError:
        """What a refusal means, and what to do next."""
        code, message = said(error)
        if isinstance(error, SalesforceAuthenticationFailed):
            steps = " ".join(f"({number}) {step}" for number, step in enumerate(self.access.steps, start=1))
            return NotSignedIn(why=self.access.without_secrets(_sentence(code, message)), steps=steps)
        if code in ("API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED"):
            return self.refused("the Salesforce user has no API access. Let an administrator give it.", code)
        if code == "REQUEST_LIMIT_EXCEEDED":
            return self.refused(_USED_UP, code)
        return self.refused(f"Salesforce says {_sentence(code, message)}", code)

    def _given_up(self, why: str) -> WorkbenchError:
        """Nobody answers: whoever could not even sign in would not be answered about anything else."""
        if self._client is None:
            return SalesforceNotReached(source=self.source, why=self.access.without_secrets(why))
        return self.refused(why)

    def _still_busy(self, error: SalesforceError) -> str:
        code, _ = said(error)
        for_so_long = f"for {self.access.patience:g} seconds and more."
        if code == "REQUEST_LIMIT_EXCEEDED" or error.status == 429:
            return f"Salesforce has had too many requests at a time, {for_so_long} Try again in some minutes."
        return f"Salesforce has an error of its own ({error.status}), {for_so_long} Try again later."


_USED_UP = "the organization's daily limit of API requests is used up. Try again when it is less: it counts 24 hours."


def said(error: SalesforceError) -> tuple[str, str]:
    """The code and the message of an error as Salesforce words it."""
    if isinstance(error, SalesforceAuthenticationFailed):
        return str(error.code or ""), str(error.auth_message or "")
    content: Any = error.content
    first = content[0] if isinstance(content, list) and content else content
    if not isinstance(first, dict):
        return str(error.status), ""
    return str(first.get("errorCode", error.status)), str(first.get("message", ""))


def _sentence(code: str, message: str) -> str:
    """On one line, and not a whole page where one was answered."""
    text = " ".join(message.split()).removeprefix(f"{code}: ") if "<" not in message else ""
    return f"{code}: {text[:_LONGEST_WORD].rstrip('.')}." if text else f"{code}."


def _is_busy(error: SalesforceError) -> bool:
    code, message = said(error)
    if code == "REQUEST_LIMIT_EXCEEDED":
        return not message.startswith("TotalRequests")  # the requests of a whole day do not come back in minutes
    if isinstance(error, SalesforceAuthenticationFailed):
        return code in map(str, _BUSY)
    return error.status in _BUSY


def _broken(error: Exception, access: SalesforceAccess) -> str:
    if isinstance(error, Broken):
        return f"{error}. Try again."
    if isinstance(error, requests.JSONDecodeError):
        return "its answer makes no sense. Try again later."
    if isinstance(error, requests.Timeout):
        return f"Salesforce did not answer within {access.timeout:g} seconds. Try again later."
    return f"Salesforce cannot be reached, or the line broke. Check the network connection to {access.host}."


def _private_key(text: str) -> str:
    """A private key's PEM, of itself or of the file that has it; raises NotConfigured, which shows none of it."""
    from jwt.algorithms import RSAAlgorithm
    from jwt.exceptions import InvalidKeyError

    setting = "The private key for Salesforce (WORKBENCH_SALESFORCE_PRIVATE_KEY)"
    pem = text.replace("\\n", "\n")
    if "-----BEGIN" not in pem:
        try:
            pem = Path(os.path.expanduser(text.strip())).read_text("utf-8")
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "it is no text"
            raise NotConfigured(what=setting, how=f"its file cannot be read: {why}.") from None
    try:
        RSAAlgorithm(RSAAlgorithm.SHA256).prepare_key(pem)
    except (ValueError, TypeError, InvalidKeyError):
        raise NotConfigured(what=setting, how="it is no RSA key in PEM without a passphrase.") from None
    return pem


# -- hosts -------------------------------------------------------------------------------------------------------------


class _Elsewhere(requests.RequestException):
    """The host that somebody would lead to."""


class _Gate(HTTPAdapter):
    """Lets requests through to Salesforce alone, or to who stands in for it, and none wait for ever."""

    def __init__(self, access: SalesforceAccess) -> None:
        super().__init__()
        self._access = access
        self.date = ""
        """When the last answer was given, in its own words."""

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        """The answer to a request."""
        address = request.url or ""
        place, wait = urlsplit(address), (self._access.timeout, self._access.timeout)
        host = place.hostname or ""
        if place.scheme != "https" or place.port not in (None, 443) or not host.endswith(_HOSTS):
            raise _Elsewhere(host)
        if self._access.address is None:
            return self._dated(super().send(request, stream, timeout or wait, verify, cert, proxies))
        asked = request.copy()
        asked.url = self._access.address.rstrip("/") + address[address.index(host) + len(host) :]
        asked.headers["Host"] = host
        answer = super().send(asked, stream, timeout or wait, verify, cert, {})
        answer.url = address
        return self._dated(answer)

    def _dated(self, answer: requests.Response) -> requests.Response:
        self.date = answer.headers.get("Date", "")
        return answer
