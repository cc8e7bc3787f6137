"""The steps of a template beside those that a file is cleaned by: done, passed over, or not yet in it; that is said."""

from contextlib import suppress
from dataclasses import replace
from functools import partial

import streamlit as st

from workbench import Workbench
from workbench.doors.web import sheets, words
from workbench.doors.web.page import person
from workbench.doors.web.recipe_editor import RecipeEditor
from workbench.doors.web.views import templates
from workbench.model.batch import Batch
from workbench.model.errors import UnknownTemplate, UnusableTemplate, WorkbenchError
from workbench.model.recipe import Recipe, does, is_same
from workbench.model.template import Template
from workbench.prepare.cleaning import recipe_of


def tell(at: RecipeEditor, template: Template, *, some_found: bool) -> None:
    """At Clean: that the steps are those of the template of the file, or that some of those are not done."""
    theirs = template.mapping.recipe
    if theirs is not None and theirs.steps and is_same(at.recipe, theirs):
        more = "look at what was found beside them." if some_found else "nothing else was found."
        st.info(f"These are the steps of the template {words.text(template.name)}: {more}", icon=":material/bookmark:")
        return
    passed_over(at, template)


def passed_over(at: RecipeEditor, template: Template) -> None:
    """That steps of a template are not done, with the way to take them instead; nothing where all are."""
    theirs = template.mapping.recipe
    if theirs is None or not (number := sheets.not_done(template, at.recipe)):
        return
    templates.passed_over(
        template.name, number, len(does(theirs)), own=bool(at.recipe.steps), take=partial(at.change, theirs)
    )


def lacking(template: Template, recipe: Recipe | None) -> None:
    """That steps of a recipe are not in the template, which next month's file is cleaned by, with the way to save them
    into it; nothing where all are."""
    if refused := st.session_state.pop(_REFUSED, None):
        st.error(words.text(refused), icon=":material/block:")
    theirs = does(template.mapping.recipe)
    number = sum(step not in theirs for step in does(recipe))
    if recipe is None or recipe.unknown is not None or not number:
        return
    instead = bool(sheets.not_done(template, recipe))
    templates.lacks(template.name, number, instead=instead, save=partial(_save, template, recipe))


def lacking_of(wb: Workbench, batch: Batch) -> None:
    """The same of an import and the template that it began with, if that is still there."""
    if batch.template_id is None or batch.undo_of is not None:
        return
    with suppress(UnknownTemplate, UnusableTemplate):
        lacking(wb.templates.get(batch.dataset, str(batch.template_id)), recipe_of(batch))


_REFUSED = "steps not saved"
"""Where the session keeps why steps were not saved into a template."""


def _save(template: Template, recipe: Recipe) -> None:
    try:
        with Workbench.open(user=person()) as wb:
            wb.templates.update(template.id, replace(template.mapping, recipe=recipe), seen=template)
    except WorkbenchError as refusal:
        st.session_state[_REFUSED] = str(refusal)
    else:
        st.toast(f"Saved into {words.text(template.name)}")
