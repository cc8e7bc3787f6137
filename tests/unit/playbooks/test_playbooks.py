"""What playbooks declare holds together with the contracts that they name."""

import pytest

from workbench.datasets import catalog
from workbench.derived.field_guide import playbook_guide
from workbench.model.errors import UnknownPlaybook
from workbench.model.kinds import KINDS
from workbench.model.playbook import Playbook
from workbench.playbooks import PLAYBOOKS, playbook

every = pytest.mark.parametrize("known", PLAYBOOKS.values(), ids=PLAYBOOKS)


@every
def test_parts_come_after_what_they_refer_to(known: Playbook) -> None:
    for place, name in enumerate(known.datasets):
        needs = catalog.needs(catalog.contract(name))
        assert not [need for need in needs if need in known.datasets[place:]]


@every
def test_parts_and_figures_speak_of_what_there_is(known: Playbook) -> None:
    for part in known.parts:
        contract = catalog.contract(part.dataset)
        assert {*part.columns, *part.made} <= {field.name for field in contract.fields}
        form = {field.name for field in known.form.fields} if known.form is not None else set()
        assert {*part.columns.values(), *part.where} <= form
    assert {figure.part for figure in known.figures} <= {None, *known.datasets}
    recalled = known.recall
    assert recalled is None or set(recalled.fields) <= {f.name for f in catalog.contract(recalled.dataset).fields}


@every
def test_what_may_be_written_in_several_forms_is_known_of_the_column_as_of_the_fields(known: Playbook) -> None:
    """For the form of a column is decided over the source, and its parts are read in it; a shape reads by itself."""
    form = known.form if known.shape is None else None
    for part in known.parts if form is not None else ():
        for name, column in part.columns.items():
            assert form is not None
            field, of_form = catalog.contract(part.dataset).field(name), form.field(column)
            assert KINDS[field.kind].forms.keys() == KINDS[of_form.kind].forms.keys()


@every
def test_the_guide_names_the_datasets_and_the_columns(known: Playbook) -> None:
    guide = playbook_guide(known)
    assert guide.startswith(f"# {known.title} (`{known.name}`)\n")
    for name in (*known.datasets, *(field.name for field in (known.form.fields if known.form else ()))):
        assert f"`{name}`" in guide


def test_every_family_is_a_playbook_of_several_sheets() -> None:
    assert [name for name, known in PLAYBOOKS.items() if known.form is None] == list(catalog.families())


def test_an_unknown_playbook_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UnknownPlaybook, match="There is no playbook elevate"):
        playbook("elevate.dancers")
