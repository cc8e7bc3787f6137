"""Where the files that come with Workbench are, in a checkout as well as in an installed package."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
PACKED = PACKAGE / "_app"  # setup.py makes it when it builds a wheel


def in_checkout() -> Path | None:
    """The folder of the checkout this package runs from; None when it is installed."""
    return None if PACKED.is_dir() else PACKAGE.parent


def app() -> Path:
    """`app.py`, the entry of the pages; `pages/` and `.streamlit/config.toml` stand beside it."""
    return _beside() / "app.py"


def suites() -> Path:
    """The folder of the Great Expectations suites, `<family>/<dataset>.json`."""
    return _beside() / "expectations"


def samples() -> Path:
    """The folder of the sample files that `workbench demo` imports."""
    return PACKAGE / "datasets" / "samples"


def migrations() -> Path:
    """The folder of the Alembic migrations."""
    return PACKAGE / "database" / "migrations"


def _beside() -> Path:
    return in_checkout() or PACKED
