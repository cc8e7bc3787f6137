"""What a plan asks is kept apart from what it tells."""

from workbench.database.planning.holding import Asked
from workbench.model.hold import Hold


def test_what_holds_and_what_is_told_are_kept_apart() -> None:
    hold = Hold(code="removed", field="", message="Too many.", rows=9)
    told = Hold(code="new", field="building", message="Lakeside: new", rows=1, dataset="polaris.teacher_roster")
    assert Asked(holds=[hold], told=[told]).summary() == {"held_for": [hold.to_dict()], "told": [told.to_dict()]}
    assert Asked().summary() == {"held_for": [], "told": []}
