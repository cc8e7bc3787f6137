"""Workbench: imports whose every source row has exactly one provable outcome."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.model.recipe import Recipe, Step
    from workbench.sources import open_sheet, open_sheets
    from workbench.sources.bundle import verify as verify_evidence
    from workbench.workbench import Workbench

__all__ = ["Recipe", "Step", "Workbench", "open_sheet", "open_sheets", "verify_evidence"]


def __getattr__(name: str) -> Any:
    # on first use, so that `import workbench.model.errors` does not load pandas and a database driver
    if name == "Workbench":
        from workbench.workbench import Workbench

        return Workbench
    if name in ("Recipe", "Step"):
        from workbench.model import recipe

        return getattr(recipe, name)
    if name in ("open_sheet", "open_sheets"):
        from workbench import sources

        return getattr(sources, name)
    if name == "verify_evidence":
        from workbench.sources.bundle import verify

        return verify
    raise AttributeError(name)
