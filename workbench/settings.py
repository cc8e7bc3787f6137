"""What the surroundings say: where things are kept, which database, which tenant, who is asking."""

import getpass
from pathlib import Path

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


class Settings(BaseSettings):
    """Environment variables with the prefix WORKBENCH_, also read from `.env`."""

    model_config = SettingsConfigDict(env_prefix="WORKBENCH_", env_file=".env", extra="ignore", frozen=True)

    home: Path = Field(default_factory=_home)
    """Embedded database, kept source files, data docs, exports."""
    database_url: SecretStr | None = None
    """Any PostgreSQL 15 or later; none: the embedded one under the home."""
    tenant: str = "default"
    user: str = Field(default_factory=_user)

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


def load(**given: object) -> Settings:
    """The settings, with what is given (and not None) above the environment; raises NotConfigured."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        what = f"WORKBENCH_{'_'.join(str(part) for part in first['loc']).upper()}"
        raise NotConfigured(what=what, how=first["msg"]) from None
