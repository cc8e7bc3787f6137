"""What was noticed of the cells of whole columns while they were read: a person sees it before anything is written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from workbench.model.wording import first_of, many

_LISTED = 10
"""So many texts of a column are named in a sentence."""


@dataclass(kw_only=True)
class Noticed:
    """Each part by field."""

    null_texts: dict[str, dict[str, int]] = field(default_factory=dict)
    """The texts that read as no value, or are a spreadsheet's errors, each with its rows: nobody has said what they
    mean."""
    wrapped: dict[str, int] = field(default_factory=dict)
    """Rows that were written as ="..." or with the mark of a text, and read as their content."""
    points: dict[str, int] = field(default_factory=dict)
    """Rows whose digits were written as a number with a point (5551234567.0)."""
    exponents: dict[str, int] = field(default_factory=dict)
    """Rows whose digits were written as a number with an exponent, and are all there (5.551234567E9)."""
    misread: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Texts with letters that were read in a wrong encoding: rows, and one before and after its repair."""
    repaired: dict[str, int] = field(default_factory=dict)
    """Rows whose letters were repaired."""
    respelled: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Texts that took the spelling of a name that the records have: `rows`, and `texts` with what each became."""

    def to_dict(self) -> dict[str, Any]:
        """As a batch keeps it: only what there is."""
        return {name: value for name, value in vars(self).items() if value}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """What `to_dict` gave, read back, without texts of which all rows were corrected since."""
        found = cls(**{name: data.get(name, {}) for name in vars(cls())})
        left = {name: {text: rows for text, rows in of.items() if rows} for name, of in found.null_texts.items()}
        found.null_texts = {name: texts for name, texts in left.items() if texts}
        return found

    def renamed(self, names: Mapping[str, str]) -> "Noticed":
        """The same, with the fields as a form calls them."""
        return Noticed(
            **{
                part: {names.get(name, name): value for name, value in found.items()}
                for part, found in vars(self).items()
            }
        )

    def joined(self, other: "Noticed") -> "Noticed":
        """Both; of a field that both know, what the other says."""
        return Noticed(**{part: found | getattr(other, part) for part, found in vars(self).items()})

    def told(self) -> Iterator[tuple[str, str, str]]:
        """Field, part and a sentence of everything that was noticed."""
        for name, texts in self.null_texts.items():
            yield name, "null_texts", f"{_listed(texts)}: read as no value, and nobody has said what is meant"
        for name, rows in self.wrapped.items():
            yield name, "wrapped", f'{_cells(rows)} written as ="..." or \'..., and read as what stands inside'
        for name, rows in self.points.items():
            yield name, "points", f"{_cells(rows)} written as a number with .0 at its end, and read as its digits"
        for name, rows in self.exponents.items():
            yield name, "exponents", f"{_cells(rows)} written as a number with an exponent, and read as its digits"
        for name, found in self.misread.items():
            example = f"'{found['before']}' may be '{found['after']}'"
            yield name, "misread", f"{_cells(found['rows'])} perhaps read in a wrong encoding: {example}"
        for name, rows in self.repaired.items():
            yield name, "repaired", f"{_cells(rows)} read in a wrong encoding, and repaired"
        for name, found in self.respelled.items():
            each = first_of([f"'{text}' is '{known}'" for text, known in found["texts"].items()], _LISTED, more="other")
            yield name, "respelled", f"{_cells(found['rows'])} taken for what is known already: {each}"


def _listed(texts: Mapping[str, int]) -> str:
    """'nan' in 1 row, 'N/A' in 20 rows."""
    most = sorted(texts.items(), key=lambda text: -text[1])
    return first_of([f"'{text}' in {many(rows)}" for text, rows in most], _LISTED, more="other")


def _cells(rows: int) -> str:
    return f"{rows:,} {'cell was' if rows == 1 else 'cells were'}"
