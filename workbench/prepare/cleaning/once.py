"""A source that goes into an import: cleaned once, by what a person said, else by the recipe of its template."""

from dataclasses import replace

from workbench.model.contract import Contract
from workbench.model.errors import CleanedOtherwise, WrongRecipe
from workbench.model.recipe import Recipe, is_same, place
from workbench.model.sheet import Sheet
from workbench.model.template import Template
from workbench.model.written_rows import is_written
from workbench.prepare import mapping
from workbench.prepare.cleaning.cleaned import cleaned, read_by
from workbench.prepare.cleaning.multiplying import made_later, multiplies


def cleaned_once(sheet: Sheet, said: Recipe | None, template: Template | None = None) -> Sheet:
    """The sheet cleaned by the recipe that was said, else as it was given where it is cleaned already, else by the
    template's; an empty recipe is none. Rows that Workbench has written to a file were cleaned with their import.
    Raises WrongRecipe, CleanedOtherwise."""
    if said is None and sheet.recipe is not None:
        return sheet
    recipe = said if said is not None or template is None else template.mapping.recipe
    if said is None and is_written(sheet.headers):  # as the steps had left the source's own rows
        return cleaned(sheet, made_later(recipe)) if recipe is not None and multiplies(recipe) else sheet
    return as_recipe_says(sheet, recipe)


def as_recipe_says(sheet: Sheet, recipe: Recipe | None) -> Sheet:
    """The sheet cleaned by a recipe, or as it is where there is none; raises WrongRecipe, CleanedOtherwise for a sheet
    that another one has cleaned."""
    if sheet.recipe is not None and not is_same(sheet.recipe, recipe):
        raise CleanedOtherwise(source=sheet.name)
    if sheet.recipe is not None:
        return replace(sheet, recipe=recipe)
    if recipe is None:
        return sheet
    return cleaned(sheet, recipe)


def refuse_secrets(sheet: Sheet, contract: Contract) -> None:
    """Raises WrongRecipe where a step makes something of a column that carries secrets: nothing of it is kept under
    any name."""
    hidden = mapping.secrets(sheet.source_headers, contract)
    for number, step in enumerate(sheet.recipe.steps if sheet.recipe is not None and hidden else (), start=1):
        reads = read_by(step) if step.on and step.operation != "remove_columns" else ()
        said = [name for name in hidden if name in reads]
        if said:
            raise WrongRecipe(step=place(number, step.operation), why=f"{said[0]} carries secrets; leave it as it is.")
