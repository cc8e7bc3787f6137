"""A dataset whose rows a recipe makes of a source's, several of one: its import is a run of one part."""

from dataclasses import replace

from workbench.model.batch import OUTCOMES
from workbench.model.contract import Contract
from workbench.model.figure import Figure
from workbench.model.playbook import Part, Playbook


def multiplied(contract: Contract) -> Playbook:
    """What such an import is a run of: the source's rows, and the part that has the dataset's."""
    return Playbook(
        name=contract.name,
        title=contract.title,
        about="Rows that a recipe makes, several of one row of the source.",
        form=contract,
        parts=(Part(dataset=contract.name, columns={field.name: field.name for field in contract.fields}),),
        figures=(
            Figure(name="Rows made of them", part=contract.name, outcomes=OUTCOMES),
            *(
                Figure(name=f"Made rows {outcome}", part=contract.name, outcomes=(outcome,))
                for outcome in ("created", "updated")
            ),
            *(replace(figure, part=contract.name) for figure in contract.figures),
        ),
        by_recipe=True,
        pends=contract.waits,
    )
