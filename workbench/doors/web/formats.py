"""What a file may be: every dataset, every form of a playbook's source, and what there is to know of each."""

import re

from workbench.datasets import catalog
from workbench.derived.field_guide import field_guide, playbook_guide
from workbench.model.contract import Contract
from workbench.playbooks import PLAYBOOKS


def known() -> dict[str, Contract]:
    """Every dataset's contract in the order of import, then the forms of playbooks, by name."""
    return {contract.name: contract for contract in (*catalog.contracts(), *catalog.FORMS.values())}


def names() -> list[str]:
    """What an import may be called by: datasets, then playbooks."""
    return [*(contract.name for contract in catalog.contracts()), *PLAYBOOKS]


def titles() -> dict[str, str]:
    """What each of `names` is called by people."""
    playbooks = {name: playbook.title for name, playbook in PLAYBOOKS.items()}
    return {contract.name: contract.title for contract in catalog.contracts()} | playbooks


def named(name: str) -> str:
    """What a person chooses it by, where two may be called the same: "Elevate: Students (elevate.students)"."""
    return f"{titles().get(name, name)} ({name})"


def family(name: str) -> str:
    """What a family is called by people: generic_csv is "Generic CSV"."""
    return PLAYBOOKS[name].title.partition(":")[0] if name in PLAYBOOKS else name


def guide(contract: Contract) -> str:
    """The field guide of a dataset, or of the playbook whose form it is."""
    return playbook_guide(PLAYBOOKS[contract.name]) if contract.name in catalog.FORMS else field_guide(contract)


def shown(guide: str) -> str:
    """A field guide as it stands on a page: its heading is below the page's own, and its examples are no links."""
    return _ADDRESS.sub(r"`\1`", guide.replace("# ", "## ", 1))


_ADDRESS = re.compile(r"(?<=E\.g\. )([^\s|@]+@[^\s|]+)(?=\.)")
"""An example is no address to write to: else Markdown makes a link of it."""


def becomes(form: str) -> str:
    """What the rows of a form become: "students, courses and enrollments"."""
    *most, last = (name.partition(".")[2].replace("_", " ") for name in PLAYBOOKS[form].datasets)
    return f"{', '.join(most)} and {last}" if most else last
