"""What `pip install .` brings along, and that every version it may bring is pinned."""

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from workbench.model import resources

ROOT = Path(__file__).parents[2]
BESIDE = ("app.py", "pages", "expectations", ".streamlit")
BUILD = ("setup.py", "pyproject.toml", "LICENSE", "README.md")
NOT_PACKED = shutil.ignore_patterns("__pycache__", "secrets.toml")


def run(*command: object, **options: object) -> str:
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def files(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources, with a secret and the leftovers of an older build in it."""
    copy = tmp_path_factory.mktemp("checkout")
    for name in ("workbench", *BESIDE, *BUILD):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=NOT_PACKED)
        elif (ROOT / name).exists():
            shutil.copy2(ROOT / name, copy / name)
    for planted in (".streamlit/secrets.toml", "build/lib/workbench/left_over.py"):
        (copy / planted).parent.mkdir(parents=True, exist_ok=True)
        (copy / planted).write_text("")
    return copy


@pytest.fixture(scope="module")
def installed(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the wheel built from the checkout was installed, without its dependencies."""
    place = tmp_path_factory.mktemp("installed")
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    run(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", place, checkout, cwd=place)
    (wheel,) = place.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(place / "site")
    return place / "site"


def test_the_wheel_holds_the_package_and_what_stands_beside_it_and_no_more(checkout: Path, installed: Path) -> None:
    beside = {f for f in files(checkout) if f.split("/")[0] in BESIDE and not f.endswith("secrets.toml")}
    assert files(installed / "workbench") == files(checkout / "workbench") | {f"_app/{f}" for f in beside}


def test_an_installed_workbench_finds_its_files_without_a_checkout(installed: Path, tmp_path: Path) -> None:
    ask = "import runpy, sys; r = runpy.run_path(sys.argv[1]); print(*(r[name]() for name in sys.argv[2:]))"
    names = ("in_checkout", "app", "suites", "samples", "migrations")
    answer = run(sys.executable, "-c", ask, installed / "workbench" / "model" / "resources.py", *names, cwd=tmp_path)
    packed = ("_app/app.py", "_app/expectations", "datasets/samples", "database/migrations")
    assert answer.split() == ["None", *(str(installed / "workbench" / p) for p in packed)]


def test_a_checkout_finds_its_files_where_they_stand() -> None:
    assert resources.in_checkout() == ROOT
    assert resources.app() == ROOT / "app.py"
    assert resources.suites() == ROOT / "expectations"


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    return dict(line.split("==", 1) for line in lines if not line.startswith("#"))


def test_a_constraint_is_a_name_and_an_exact_version_and_never_an_address() -> None:
    assert [f"{n}=={v}" for n, v in pins().items() if not re.fullmatch(r"[\w.-]+==\d+[\w.]*", f"{n}=={v}")] == []
    assert "://" not in (ROOT / "constraints.txt").read_text("utf-8")


def needed(requirements: list[str], extras: set[str]) -> Iterator[Requirement]:
    for requirement in map(Requirement, requirements):
        if not requirement.marker or any(requirement.marker.evaluate({"extra": extra}) for extra in {"", *extras}):
            yield requirement


def test_whatever_workbench_needs_is_pinned_to_a_version_that_is_accepted_and_nothing_else_is() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    pinned = {canonicalize_name(name): version for name, version in pins().items()}
    waiting = list(needed(project["dependencies"] + project["optional-dependencies"]["dev"], set()))
    seen: set[tuple[str, ...]] = set()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        assert name in pinned, f"{requirement} is not pinned"
        assert requirement.specifier.contains(pinned[name], prereleases=True), f"{requirement}, not {pinned[name]}"
        if (name, *sorted(requirement.extras)) not in seen:
            seen.add((name, *sorted(requirement.extras)))
            waiting += needed(requires(name) or [], requirement.extras)
    assert sorted(pinned.keys() - {name for name, *_ in seen}) == []
