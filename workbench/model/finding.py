"""Something that is probably wrong in a column, with what puts it right: told to a person, never done by itself."""

from dataclasses import dataclass

from workbench.model.recipe import Condition, Recipe, Step


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that is probably wrong in a column."""

    column: str
    what: str
    """In words."""
    step: Step | None = None
    """What puts it right; None where a person chooses among clusters of values."""
    is_choice: bool = False
    """Whether there are other steps that put it right as well, so that a person says which one."""
    way: str = ""
    """How the values are compared then: key_collision or nearest."""
    texts: tuple[str, ...] = ()
    """The values of the first cluster but the one that is probably right; of rows to look at, the values they are known
    by."""
    where: Condition | None = None
    """The rows to look at, where only a person can know what is right."""

    def is_done(self, recipe: Recipe) -> bool:
        """Whether a recipe has a step for it, that knows all of its texts."""
        steps = [step for step in recipe.steps if self.column in step.columns]
        if self.where is not None and not self.texts:
            return bool(steps)
        if self.step is not None:
            alike = [step for step in steps if step.operation == self.step.operation]
            if self.is_choice and "form" in self.step.options:
                return any(step.options.get("form") for step in alike)
            said = {text for step in alike for text in step.options.get("texts", ())}
            return bool(alike) and said.issuperset(self.step.options.get("texts", ()))
        mapped = (text for step in steps if step.operation == "map_values" for text in step.options["meanings"])
        return {text.strip() for text in mapped}.issuperset(self.texts)
