"""What the surroundings say: where things are kept, which database, which tenant, who is asking."""

import getpass
import json
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from workbench.model.errors import NotConfigured
from workbench.model.google_sheet import Access
from workbench.model.naming import misleading
from workbench.model.resources import in_checkout
from workbench.model.salesforce import SalesforceAccess, domain_of


def _home() -> Path:
    checkout = in_checkout()
    return checkout / ".workbench" if checkout else platformdirs.user_data_path("workbench")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _secret(*names: str) -> Any:
    """What `.streamlit/secrets.toml` of this folder, else of the user, says under the first of these names."""
    for folder in (".", "~"):
        try:
            said = tomllib.loads((Path(folder).expanduser() / ".streamlit" / "secrets.toml").read_text("utf-8"))
        except (OSError, ValueError, RuntimeError):  # there is none, it is none, or the user has no home
            continue
        for name in names:
            if said.get(name):
                return said[name]
    return None


def _service_account() -> SecretStr | None:
    """By the name of the environment variable, or as the table `[gcp_service_account]`, as Streamlit's own guide has
    it."""
    found = _secret("WORKBENCH_GOOGLE_SERVICE_ACCOUNT", "gcp_service_account")
    return SecretStr(found if isinstance(found, str) else json.dumps(found)) if found else None


def _of_salesforce(name: str, *, otherwise: str = "", secret: bool = True) -> Any:
    """A setting that has a name of its own in the environment and in `.streamlit/secrets.toml`."""

    def said() -> Any:
        found = str(_secret(name) or otherwise).strip()
        return SecretStr(found) if secret else found

    return Field(default_factory=said, validation_alias=name, validate_default=True)


class Settings(BaseSettings):
    """Environment variables with the prefix WORKBENCH_, also read from `.env`."""

    model_config = SettingsConfigDict(env_prefix="WORKBENCH_", env_file=".env", extra="ignore", frozen=True)

    home: Path = Field(default_factory=_home)
    """Embedded database, kept source files, data docs, exports."""
    database_url: SecretStr | None = None
    """Any PostgreSQL 15 or later; none: the embedded one under the home."""
    tenant: str = "default"
    user: str = Field(default_factory=_user)
    google_service_account: SecretStr | None = Field(default_factory=_service_account)
    """A Google service account's key, as JSON or as the path of its file; none: sheets are read that anyone may see."""
    google_address: str | None = None
    """Who is asked instead of Google, on this machine; for tests."""

    sf_username: str = _of_salesforce("SF_USERNAME", secret=False)
    """Who signs in at Salesforce; these four have the names of the system that was there before (seed 001)."""
    sf_password: SecretStr = _of_salesforce("SF_PASSWORD")
    sf_security_token: SecretStr = _of_salesforce("SF_SECURITY_TOKEN")
    sf_domain: str = _of_salesforce("SF_DOMAIN", otherwise="login", secret=False)
    """login, test for a sandbox, or an organization's own domain."""
    salesforce_consumer_key: SecretStr = _of_salesforce("WORKBENCH_SALESFORCE_CONSUMER_KEY")
    """That of a connected app: to sign in by JWT, or by client credentials."""
    salesforce_consumer_secret: SecretStr = _of_salesforce("WORKBENCH_SALESFORCE_CONSUMER_SECRET")
    salesforce_private_key: SecretStr = _of_salesforce("WORKBENCH_SALESFORCE_PRIVATE_KEY")
    """The PEM text of a private key, or the path of its file."""
    salesforce_address: str | None = None
    """Who is asked instead of Salesforce, on this machine; for tests."""

    @field_validator("sf_domain")
    @classmethod
    def _salesforce_domain(cls, domain: str) -> str:
        return domain_of(domain)

    @field_validator("google_address", "salesforce_address")
    @classmethod
    def _this_machine(cls, address: str | None) -> str | None:
        if address is not None and (urlsplit(address).scheme, urlsplit(address).hostname) not in _LOOPBACK:
            raise ValueError("it is an address of this machine, such as http://127.0.0.1:8080")
        return address

    @field_validator("tenant")
    @classmethod
    def _slug(cls, tenant: str) -> str:
        slug = tenant.strip()
        if not slug or not slug.replace("-", "").replace("_", "").isalnum() or slug != slug.lower() or len(slug) > 63:
            raise ValueError("a tenant is lower-case letters, digits, - and _")
        return slug

    @field_validator("user")
    @classmethod
    def _name(cls, user: str) -> str:
        if not user.strip():
            raise ValueError("a user has a name")
        if why := misleading(user.strip()):
            raise ValueError(why)
        return user.strip()


_LOOPBACK = [("http", host) for host in ("127.0.0.1", "localhost", "::1")]


def load(**given: object) -> Settings:
    """The settings, with what is given (and not None) above the environment; raises NotConfigured."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        what = "_".join(str(part) for part in first["loc"]).upper()
        what = what if what.startswith(("SF_", "WORKBENCH_")) else f"WORKBENCH_{what}"
        raise NotConfigured(what=what, how=first["msg"].removeprefix("Value error, ")) from None


def google_access(configuration: Settings) -> Access:
    """The way to Google Sheets that is configured: with a service account, or without."""
    key = configuration.google_service_account
    return Access(account=key.get_secret_value() if key is not None else None, address=configuration.google_address)


def salesforce_access(configuration: Settings) -> SalesforceAccess:
    """The way to Salesforce that is configured."""
    return SalesforceAccess(
        username=configuration.sf_username,
        password=configuration.sf_password.get_secret_value(),
        security_token=configuration.sf_security_token.get_secret_value(),
        domain=configuration.sf_domain,
        consumer_key=configuration.salesforce_consumer_key.get_secret_value(),
        consumer_secret=configuration.salesforce_consumer_secret.get_secret_value(),
        private_key=configuration.salesforce_private_key.get_secret_value(),
        address=configuration.salesforce_address,
    )
