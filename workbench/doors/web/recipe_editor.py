"""What somebody does at Clean: facets that are set, and steps that are added, changed, moved, undone and done again.

The facets and the step that is being made stand in the address; the recipe is kept (`recipes`).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import streamlit as st

from workbench.doors.web import address, browser, following, recipes
from workbench.doors.web.recipes import History
from workbench.doors.web.rows_by_step import State
from workbench.doors.web.sheets import Source
from workbench.model.errors import WorkbenchError, WrongRecipe
from workbench.model.finding import Finding
from workbench.model.recipe import Condition, Done, Recipe, Step
from workbench.prepare.cleaning import OPERATIONS, checked, drifts, renamed
from workbench.prepare.cleaning.expression import Expression
from workbench.settings import Settings

BY = {
    "values": "values",
    "issue": "what is wrong with it",
    "pattern": "patterns",
    "length": "length",
    "number": "numbers",
    "date": "dates",
    "blank": "blank or not",
    "kind": "what it is",
}
"""What a facet can count of a column, in words."""
EXPRESSION = "expression"
"""How a facet counts that is of no column."""


@dataclass(frozen=True, kw_only=True)
class Facet:
    """A column that is counted by something, and what somebody has chosen of it."""

    column: str
    """"" of an expression."""
    by: str = "values"
    """A key of BY, or `expression`."""
    chosen: Condition | None = None
    of: str = ""
    """The expression; of what is wrong with a column, the field of a dataset that somebody says it fills."""

    def to_dict(self) -> dict[str, Any]:
        """As the address keeps it."""
        said = {"column": self.column, "by": self.by} | ({"of": self.of} if self.of else {})
        return said | ({"chosen": _brief(self.chosen)} if self.chosen is not None else {})

    def __str__(self) -> str:
        return f"{self.column} {self.by} {self.of}"

    def is_of(self, headers: Sequence[str]) -> bool:
        """Whether it can be counted where these columns are."""
        if self.by != EXPRESSION:
            return self.column in headers
        try:
            return all(name in headers for name in Expression(self.of).columns)
        except WrongRecipe:
            return False


def _brief(condition: Condition) -> dict[str, Any]:
    return {name: value for name, value in asdict(condition).items() if value not in ("", None, (), False)}


# --- facets ---


def facets(headers: Sequence[str]) -> tuple[Facet, ...]:
    """The facets that the address says, of columns that there are."""
    return tuple(each for each in facets_of_address() if each.is_of(headers))


def facets_of_address() -> tuple[Facet, ...]:
    """The facets that the address says, also of columns that a step has taken away."""
    found = []
    said = address.said("facets").get("shown", [])
    for each in said if isinstance(said, list) else []:
        try:
            chosen = Condition.from_dict(each["chosen"]) if each.get("chosen") else None
            if chosen is not None:  # what can be asked of rows can be what a step is for
                checked(Recipe(steps=(Step(operation="remove_rows", where=(chosen,)),)))
            facet = Facet(column=each["column"], by=each["by"], chosen=chosen, of=str(each.get("of", "")))
        except (KeyError, TypeError, AttributeError, WrongRecipe):
            continue
        if isinstance(facet.column, str) and facet.by in (*BY, EXPRESSION):
            found.append(facet)
    return tuple(found)


def set_facets(said: Sequence[Facet]) -> None:
    """Puts the facets into the address, and begins their rows at the first."""
    address.put("facets", {"shown": [each.to_dict() for each in said]} if said else {})
    turn_to(1)


def choose_nothing() -> None:
    """Leaves the facets, and what is chosen of none of them."""
    said = facets_of_address()
    if any(facet.chosen for facet in said):
        set_facets([replace(facet, chosen=None) for facet in said])


def follow(column: str, was: str, now: str) -> None:
    """Lets a facet that has chosen a value of a column choose what it is now."""
    facets = facets_of_address()
    changed = [
        replace(facet, chosen=replace(facet.chosen, values=_following(facet.chosen.values, was, now)))
        if facet.chosen is not None and (facet.column, facet.chosen.test) == (column, "values")
        else facet
        for facet in facets
    ]
    if changed != list(facets):
        set_facets(changed)


def _following(values: Sequence[str], was: str, now: str) -> tuple[str, ...]:
    """Values without one that is another now, which comes in its place."""
    return tuple(dict.fromkeys(now if text == was else text for text in values))


PAGE = "clean page"
"""Where the session keeps the page of rows that was asked for, and how often one was."""


def turn_to(page: int) -> None:
    """Turns to a page of the rows."""
    _, before = st.session_state.get(PAGE, (1, 0))
    st.session_state[PAGE] = (page, before + 1)


def conditions(said: Sequence[Facet]) -> tuple[Condition, ...]:
    """What the facets together ask of a row."""
    return tuple(each.chosen for each in said if each.chosen is not None)


# --- the recipe ---

MOVING = "clean moving"
"""Where the session keeps which step is to be put somewhere else, with the number of the recipe as it was then."""


@dataclass(frozen=True, kw_only=True)
class RecipeEditor:
    """The recipe of a source, as somebody edits it."""

    settings: Settings
    source: Source
    history: History

    @classmethod
    def of(cls, settings: Settings, source: Source) -> "RecipeEditor":
        """As it is kept now; where nothing of its own is, it begins with the recipe that the source is cleaned by."""
        kept = recipes.kept(settings, source.kept_under)
        if kept is not None and not kept.is_own and source.given.steps:
            kept = replace(kept, recipes=(source.given,), at=0)
        return cls(settings=settings, source=source, history=kept or History(recipes=(source.recipe,)))

    @property
    def recipe(self) -> Recipe:
        """The recipe as it is."""
        return self.history.now

    def keep(self, history: History) -> None:
        """Keeps another history; what is wrong is told when the page is drawn."""
        try:
            kept = recipes.keep(self.settings, self.source.kept_under, history)
        except WorkbenchError as refusal:
            st.session_state["clean refused"] = str(refusal)
            return
        if kept.number != history.number + 1:
            st.session_state["clean refused"] = (
                f"{kept.by} has changed the recipe in the meantime: this is theirs. Yours was not kept; do it again."
            )

    def change(self, recipe: Recipe) -> None:
        """Makes it another recipe, which can be undone."""
        try:
            self.keep(self.history.changed(checked(recipe)))
        except WrongRecipe as refusal:
            st.session_state["clean refused"] = str(refusal)

    def undo(self) -> None:
        """Takes the last change back."""
        before = self.history.undone()
        following.go_back(self.recipe, before.now)
        self.keep(before)

    def redo(self) -> None:
        """Does again what was taken back last."""
        after = self.history.redone()
        following.go_on(self.recipe, after.now)
        self.keep(after)

    def add(self, step: Step) -> None:
        """Adds a step at the end, or puts it in the place of the one that is being edited."""
        steps, at = list(self.recipe.steps), editing(self.recipe)
        if at is None:
            steps.append(step)
        else:
            steps[at] = replace(step, on=steps[at].on)
        self.change(replace(self.recipe, steps=tuple(steps)))
        if "clean refused" not in st.session_state:
            put_away()

    def say(self, column: str, was: str, now: str, where: tuple[Condition, ...]) -> None:
        """Says of a value of a column, in the rows that are meant, what it is to be: the last step says so, too, where
        it maps values of the same column in the same rows, else a new one."""
        steps = self.recipe.steps
        last = steps[-1] if steps else None
        meanings: dict[str, str] = {}
        if last is not None and _maps(last, column, where):
            meanings, steps = dict(last.options["meanings"]), steps[:-1]
        meanings = {text: now if means == was else means for text, means in meanings.items()} | {was: now}
        meanings = {text: means for text, means in meanings.items() if text != means}
        step = Step(operation="map_values", columns=(column,), options={"meanings": meanings}, where=where)
        self.change(replace(self.recipe, steps=(*steps, step) if meanings else steps))

    def act(self, at: int, key: str) -> None:
        """Does with a step what was chosen from its menu, or puts it into the place that was chosen, from 0 on."""
        what = st.session_state[key]
        if what == "edit":
            edit(self.recipe, at)
            return
        if what == "move":
            st.session_state[MOVING] = (self.history.number, at)
            return
        steps = list(self.recipe.steps)
        step = steps.pop(at)
        if what in ("up", "down"):
            what = max(at + (1 if what == "down" else -1), 0)
        if isinstance(what, int):
            steps.insert(what, step)
        if what == "accept":
            steps.insert(at, replace(step, expected=None))
        self.change(replace(self.recipe, steps=tuple(steps)))

    def rename(self, keys: Mapping[str, str]) -> None:
        """Gives columns that the recipe calls otherwise their names at its beginning: those that were chosen, by the
        name of the recipe."""
        said = {st.session_state[key]: was for was, key in keys.items() if st.session_state[key] is not None}
        try:
            self.change(renamed(self.recipe, said))
        except WrongRecipe as refusal:
            st.session_state["clean refused"] = str(refusal)

    @property
    def moving(self) -> int | None:
        """The place of the step that is to be put somewhere else, as long as the recipe is as it was then."""
        number, at = st.session_state.get(MOVING, (-1, 0))
        return at if number == self.history.number and at < len(self.recipe.steps) else None

    def switch(self, at: int, key: str) -> None:
        """Switches a step on or off, as its box says.

        Streamlit also tells of a box that nobody has touched, where an answer was interrupted before it drew it: that
        says nothing new.
        """
        steps, on = list(self.recipe.steps), bool(st.session_state[key])
        if steps[at].on == on:
            return
        steps[at] = replace(steps[at], on=on)
        self.change(replace(self.recipe, steps=tuple(steps)))

    def bring(self, key: str) -> None:
        """Takes a recipe from a JSON file that somebody has chosen."""
        file = st.session_state[key]
        if file is None:
            return
        try:
            self.change(Recipe.from_dict(json.loads(file.getvalue().decode("utf-8-sig"))))
        except (ValueError, RecursionError):
            st.session_state["clean refused"] = f"{file.name} is no JSON, and so no recipe."
        except WrongRecipe as refusal:
            st.session_state["clean refused"] = str(refusal)

    def settled(self, recipe: Recipe) -> "RecipeEditor":
        """The same, with what new steps have met: that is no change which could be undone."""
        if recipe == self.recipe or len(self.history.recipes) == 1:  # what it began with
            return self
        known = list(self.history.recipes)
        known[self.history.at] = recipe
        recipes.settle(self.settings, self.source.kept_under, replace(self.history, recipes=tuple(known)))
        return self.of(self.settings, self.source)

    def add_found(self, found: Sequence[Finding]) -> None:
        """Adds the steps that put findings right."""
        steps = tuple(each.step for each in found if each.step is not None)
        self.change(replace(self.recipe, steps=(*self.recipe.steps, *steps)))
        browser.seek(STEPS)


def _maps(step: Step, column: str, where: tuple[Condition, ...]) -> bool:
    return step.on and step.operation == "map_values" and step.columns == (column,) and step.where == where


# --- the step that is being made ---


def editing(recipe: Recipe) -> int | None:
    """The place of the step that is being edited."""
    said = address.number("step")
    return said - 1 if said is not None and 0 < said <= len(recipe.steps) else None


def prepared(step: Step) -> dict[str, str]:
    """The parts of an address at which a step stands prepared."""
    said = {"do": step.operation}
    if step.columns:
        said["column"] = json.dumps(list(step.columns), ensure_ascii=False)
    if step.options:
        said["options"] = json.dumps(dict(step.options), ensure_ascii=False)
    if step.where:
        shown = [Facet(column=each.column, by=each.test, chosen=each) for each in step.where if each.column]
        said["facets"] = _listed(shown)
    return said


def of_values(column: str, texts: Sequence[str]) -> dict[str, str]:
    """The parts of an address at which the rows are shown that have one of these texts in a column."""
    chosen = Condition(column=column, test="values", values=tuple(texts))
    return {"facets": _listed([Facet(column=column, chosen=chosen)])}


EXACT = 50
"""So many texts are a facet of values; of more, what is wrong with them is the facet."""


def of_wrong(
    header: str, found: Sequence[Mapping[str, Any]], means: Mapping[str, str], wrong: Condition | None
) -> dict[str, str]:
    """The parts of an address at which the rows are shown whose texts (`wrong_values`) are wrong in a column, with the
    step prepared that makes of them what they mean, as far as somebody has said it; `wrong` is what is asked of a cell
    where they are too many."""
    texts = tuple(text for each in found for text in each["written"])
    exact = wrong is None or len(texts) <= EXACT
    chosen = Condition(column=header, test="values", values=texts) if exact or wrong is None else wrong
    shown = Facet(column=header, by=chosen.test, chosen=chosen, of=chosen.text.partition(" ")[0])
    meanings = {text: means[each["text"]] for each in found if each["text"] in means for text in each["written"]}
    if not meanings:
        return {"facets": _listed([shown])}
    step = Step(operation="map_values", columns=(header,), options={"meanings": meanings})
    return prepared(step) | {"facets": _listed([shown])}


def without_needless(step: Step) -> Step:
    """The step without what its own values say already: of those values alone."""
    if step.operation != "map_values" or len(step.columns) != 1:
        return step
    values = set(step.options["meanings"])
    needless = [
        each
        for each in step.where
        if (each.test, each.column, each.negated) == ("values", *step.columns, False) and values.issubset(each.values)
    ]
    return replace(step, where=tuple(each for each in step.where if each not in needless))


def _listed(shown: Sequence[Facet]) -> str:
    said = {"shown": [each.to_dict() for each in shown]}
    return address.written(said)


def prepared_for(finding: Finding) -> dict[str, str]:
    """The parts of an address at which what puts a finding right stands prepared."""
    if finding.step is not None:
        return prepared(finding.step)
    if finding.where is not None:
        return {"facets": _listed([Facet(column=finding.column, by=finding.where.test, chosen=finding.where)])}
    return {"do": CLUSTERS, "column": json.dumps([finding.column], ensure_ascii=False), "way": finding.way}


def take_up(finding: Finding) -> None:
    """Prepares what puts a finding right, in all rows: so it was found."""
    _prepare(prepared_for(finding))


def edit(recipe: Recipe, at: int) -> None:
    """Takes a step up again, as it was made."""
    _prepare({**prepared(recipe.steps[at]), "step": str(at + 1)})


FORM = "clean-step"
"""What the step is made in."""
STEPS = "clean-recipe"
"""What the steps are listed in."""


def _prepare(parts: Mapping[str, str]) -> None:
    """Puts a step into the address, in the rows that it says itself, and has it in sight."""
    put_away()
    choose_nothing()
    st.query_params.update(parts)
    browser.seek(FORM)


def put_away() -> None:
    """Forgets the step that is being made; the facets stay."""
    for part in ("do", "options", "step", "way"):
        st.query_params.pop(part, None)
    st.session_state["clean form"] = st.session_state.get("clean form", 0) + 1


def said_options() -> Mapping[str, Any]:
    """What the address says of the options of the step that is being made."""
    return address.said("options")


def options_of_both(before: str | None, now: str | None) -> dict[str, Any]:
    """What the address says of the options of one operation that another has as well."""
    if before not in OPERATIONS or now not in OPERATIONS:
        return {}
    asked = {each.name: (each.kind, each.choices) for each in OPERATIONS[before].options}
    both = [each.name for each in OPERATIONS[now].options if asked.get(each.name) == (each.kind, each.choices)]
    return {name: value for name, value in said_options().items() if name in both}


def said_columns(headers: Sequence[str]) -> list[str]:
    """The columns that the address says, of those that there are."""
    return [each for each in address.listed("column") if each in headers]


def said_operation() -> str | None:
    """The operation that the address says."""
    found = st.query_params.get("do")
    return found if found in OPERATIONS or found == CLUSTERS else None


CLUSTERS = "clusters"
"""Not an operation of its own: what comes of it is a step that maps values."""


def listed(columns: Sequence[str]) -> str | None:
    """Columns as the address says them."""
    return json.dumps(list(columns), ensure_ascii=False) if columns else None


# --- what steps have met ---


def expecting(recipe: Recipe, state: State) -> Recipe:
    """The recipe, whose new steps expect from now on what they have met."""
    on = [place for place, step in enumerate(recipe.steps) if step.on]
    new = [replace(d, step=at) for at, d in zip(on, state.done, strict=True) if recipe.steps[at].expected is None]
    return recipe.expecting(new, state.source_rows)


def drifted(recipe: Recipe, done: Mapping[int, Done], state: State) -> dict[int, str]:
    """The steps that met something else than they expect, by their place, in words."""
    met = (replace(each, step=at) for at, each in done.items())
    return {one.step: one.message for one in drifts(recipe, met, state.source_rows)}
