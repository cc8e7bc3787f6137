"""The steps of a template beside those that a file is cleaned by: done, or passed over, which is said."""

from functools import partial

import streamlit as st

from workbench.doors.web import sheets, words
from workbench.doors.web.recipe_editor import RecipeEditor
from workbench.doors.web.views import templates
from workbench.model.recipe import does, is_same
from workbench.model.template import Template


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
