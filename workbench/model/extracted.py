"""The records of a playbook's extract, as they are read of Salesforce."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from workbench.model.sheet import Sheet
from workbench.model.template import Template


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a person says of how an extract is read and mapped, beside its playbook."""

    template: Template | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    """API name -> field of the playbook's form; "" leaves it out."""
    more: Mapping[str, object] = field(default_factory=dict)
    """What else is said of the import, and changes what becomes of its rows; in words that JSON has."""


@dataclass(frozen=True, kw_only=True)
class Extracted:
    """The records of an extract, read, and how their columns are to be mapped."""

    sheet: Sheet
    columns: Mapping[str, str]
    """Header -> field, as far as the headers do not say it themselves."""

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing to import."""
        return len(self.sheet.sample(1)) == 0
