"""Rewrites the committed files that are made of the contracts; with --check it only compares."""

import sys
from pathlib import Path

from workbench.datasets.catalog import CONTRACTS
from workbench.derived.expectations import suite_json
from workbench.model import resources


def generated() -> dict[Path, str]:
    """Every generated file with its text."""
    return {
        resources.suites() / contract.family / f"{contract.dataset}.json": suite_json(contract)
        for contract in CONTRACTS.values()
    }


def outdated() -> tuple[Path, ...]:
    """The files that are not as the contracts have them, or whose contract is gone; never those of analysts."""
    files = generated()
    changed = [file for file, text in files.items() if not file.is_file() or file.read_text("utf-8") != text]
    there = [file for file in resources.suites().glob("*/*.json") if not file.name.endswith(".extra.json")]
    return (*changed, *(file for file in there if file not in files))


def main(arguments: list[str]) -> int:
    """Writes what is outdated, or with --check names it and returns 1."""
    files = generated()
    for file in (found := outdated()):
        print(file)
        if "--check" in arguments:
            continue
        if file in files:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(files[file], "utf-8", newline="\n")
        else:
            file.unlink()
    return 1 if found and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
