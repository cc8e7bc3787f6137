"""Salesforce: by which way it is reached, what an organization is, and how a source of rows there is named."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from workbench.model.errors import NotConfigured, WrongValue

PREFIX = "salesforce:"
"""How a source is named that stands in Salesforce: `salesforce:Contact`."""
STEPS = (
    "Verify {settings}.",
    "Check the network connection to {host}.",
    "Verify that the Salesforce user has API access.",
    "Try again.",
)
"""What is done where nobody is let in (seed 001, Salesforce Authentication Errors)."""

Way = Literal["password", "JWT", "client credentials"]
SETTINGS: dict[Way, tuple[str, ...]] = {
    "password": ("SF_USERNAME", "SF_PASSWORD", "SF_SECURITY_TOKEN"),
    "JWT": ("SF_USERNAME", "WORKBENCH_SALESFORCE_CONSUMER_KEY", "WORKBENCH_SALESFORCE_PRIVATE_KEY"),
    "client credentials": ("WORKBENCH_SALESFORCE_CONSUMER_KEY", "WORKBENCH_SALESFORCE_CONSUMER_SECRET", "SF_DOMAIN"),
}
"""The ways to sign in, and the settings that each needs."""

_OBJECT = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}")
_ID = re.compile(r"[A-Za-z0-9]{15}([A-Za-z0-9]{3})?")
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")
_LIGHTNING = ".lightning.force.com"
_SHARED = ("login", "test")
"""The domains of every organization: production, and sandboxes."""


@dataclass(frozen=True, kw_only=True)
class SalesforceAccess:
    """By which way Salesforce is reached, and for how long it is tried."""

    username: str = ""
    password: str = field(default="", repr=False)
    security_token: str = field(default="", repr=False)
    consumer_key: str = field(default="", repr=False)
    """That of a connected app."""
    consumer_secret: str = field(default="", repr=False)
    private_key: str = field(default="", repr=False)
    """What a connected app's certificate belongs to: the PEM text, or the path of its file."""
    domain: str = "login"
    """login, test for a sandbox, or an organization's My Domain: `company.my`."""
    address: str | None = None
    """Who is asked instead of Salesforce, on this machine, e.g. http://127.0.0.1:8080; for tests."""
    timeout: float = 60.0
    """Seconds that one answer may take to begin, or to go on."""
    patience: float = 120.0
    """Seconds in which Salesforce is asked again where it has no time or an error of its own."""
    pause: float = 1.0
    """Seconds before it is asked the second time; twice as many before every further one."""
    poll: float = 5.0
    """Seconds between two looks at a job, at most."""
    longest: float = 3600.0
    """Seconds that a job may take."""

    @property
    def way(self) -> Way | None:
        """How it signs in: with a private key, a consumer secret or a password, the first that is there; None where
        nothing is configured. Raises NotConfigured where something is missing."""
        if not any((self.username, self.password, self.consumer_key, self.consumer_secret, self.private_key)):
            return None
        way: Way = "JWT" if self.private_key else "client credentials" if self.consumer_secret else "password"
        lacking = [name for name in SETTINGS[way] if not self._said(name)]
        if lacking:
            how = f"to sign in with {_WITH[way]} it needs {' and '.join(lacking)}."
            raise NotConfigured(what="Salesforce", how=how)
        return way

    @property
    def host(self) -> str:
        """Where it signs in."""
        return f"{self.domain}.salesforce.com"

    @property
    def steps(self) -> tuple[str, ...]:
        """What to do next where nobody is let in."""
        settings = ", ".join(SETTINGS[self.way or "password"])
        return tuple(step.format(settings=settings, host=self.host) for step in STEPS)

    def without_secrets(self, text: str) -> str:
        """A text in which no secret stands."""
        secrets = (self.password, self.security_token, self.consumer_secret, self.consumer_key)
        for secret in filter(None, secrets):
            text = text.replace(secret, "…")
        return text

    def _said(self, setting: str) -> bool:
        if setting == "SF_SECURITY_TOKEN":
            return True  # who comes from a trusted network needs none
        if setting == "SF_DOMAIN":
            return self.domain not in _SHARED
        return bool(getattr(self, setting.removeprefix("SF_").removeprefix("WORKBENCH_SALESFORCE_").lower()))


_WITH: dict[Way, str] = {
    "password": "a password",
    "JWT": "a private key",
    "client credentials": "client credentials",
}


@dataclass(frozen=True, kw_only=True)
class Interval:
    """Which changes a reading has seen: those after `since` and up to `until`, by Salesforce's own clock."""

    since: datetime | None
    """None: it has read everything."""
    until: datetime
    """When it was begun: what has changed after that may be in it, and may not."""


@dataclass(frozen=True, kw_only=True)
class ReadOf:
    """An interval of a playbook's extract, as it is kept with the import that the reading came to."""

    playbook: str
    object: str
    asked: str
    """SHA-256 of what was asked, of whom, and how it was mapped: a reading of anything else begins anew."""
    interval: Interval


@dataclass(frozen=True, kw_only=True)
class Organization:
    """Who is reached: an organization of Salesforce, and as whom."""

    name: str
    id: str
    edition: str
    is_sandbox: bool
    username: str
    host: str
    """Where its data is asked for."""
    way: Way
    api_version: str
    daily_limit: int | None = None
    """API requests that it may be asked a day; None where this user may not know."""
    daily_left: int | None = None

    @property
    def daily_used(self) -> int | None:
        """How many of them were asked, by whomever."""
        if self.daily_limit is None or self.daily_left is None:
            return None
        return self.daily_limit - self.daily_left


def object_of(source: str) -> str | None:
    """The object that a source names (`salesforce:Contact`); None of any other source. Raises WrongValue."""
    if not source.lower().startswith(PREFIX):
        return None
    return checked_object(source[len(PREFIX) :].strip())


def checked_object(name: str) -> str:
    """The name, if an object of Salesforce can be called so; raises WrongValue."""
    if not _OBJECT.fullmatch(name):
        why = "it is the API name of an object, such as Contact or Session__c."
        raise WrongValue(field="A Salesforce object", value=name or "blank", why=why)
    return name


def checked_id(text: str) -> str:
    """The text, if it can be a record's id; raises WrongValue."""
    if not _ID.fullmatch(text):
        raise WrongValue(field="The id of a Salesforce record", value=text, why="it is 15 or 18 letters and digits.")
    return text


def domain_of(said: str) -> str:
    """A domain as it is kept, of whatever a person pasted: `company.my` of https://company.lightning.force.com/.

    Raises ValueError for one that is none of Salesforce's.
    """
    host = said.strip().lower().removeprefix("https://").partition("/")[0]
    if host.endswith(_LIGHTNING):
        host = f"{host.removesuffix(_LIGHTNING)}.my"
    domain = host.removesuffix(".salesforce.com") or "login"
    if not _DOMAIN.fullmatch(domain) or domain.endswith(".com"):
        raise ValueError("it is login, test (a sandbox), or your own domain at Salesforce, such as company.my")
    return domain
