"""What the surroundings say: where things are kept, which database, which tenant, who is asking."""

import getpass
import json
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from workbench.model.errors import NotConfigured
from workbench.model.resources import in_checkout


def _home() -> Path:
    checkout = in_checkout()
    return checkout / ".workbench" if checkout else platformdirs.user_data_path("workbench")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _service_account() -> SecretStr | None:
    """What `.streamlit/secrets.toml` of this folder, else of the user, says of it: by the name of the environment
    variable, or as the table `[gcp_service_account]`, as Streamlit's own guide has it."""
    for folder in (".", "~"):
        try:
            said = tomllib.loads((Path(folder).expanduser() / ".streamlit" / "secrets.toml").read_text("utf-8"))
        except (OSError, ValueError, RuntimeError):  # there is none, it is none, or the user has no home
            continue
        found = said.get("WORKBENCH_GOOGLE_SERVICE_ACCOUNT") or said.get("gcp_service_account")
        if found:
            return SecretStr(found if isinstance(found, str) else json.dumps(found))
    return None


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

    @field_validator("google_address")
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
        return user.strip()


_LOOPBACK = [("http", host) for host in ("127.0.0.1", "localhost", "::1")]


def load(**given: object) -> Settings:
    """The settings, with what is given (and not None) above the environment; raises NotConfigured."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        what = f"WORKBENCH_{'_'.join(str(part) for part in first['loc']).upper()}"
        raise NotConfigured(what=what, how=first["msg"]) from None
