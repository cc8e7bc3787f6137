"""How much an import may change before a person is asked."""

from collections.abc import Mapping

import streamlit as st

from workbench.model.contract import Contract
from workbench.model.limits import FORM, RECORDS, VALUES

_LABELS = {
    "created": "New {noun}s",
    "updated": "Changed {noun}s",
    "removed": "{noun}s removed",
    "blanked": "{noun}s that lose a value",
    "changed": "{noun}s with another value",
    "missing": "{noun}s without a value",
}
"""What a limit is of, in the words of the contract."""


def _capitalized(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def limits(contract: Contract, said: Mapping[str, str]) -> dict[str, str]:
    """The limits of an import by their names, the given ones to begin with; the contract's where nothing is said."""
    usual = contract.usual_limits
    names = [name for name in (*RECORDS, *VALUES) if name != "removed" or contract.removal is not None]
    found: dict[str, str] = {}
    with st.expander("How much may change before a person is asked", expanded=bool(said), icon=":material/shield:"):
        st.caption(f"More than that, and nothing is written until somebody lets it go on. Say {FORM}.")
        for name, column in zip(names, st.columns(len(names)), strict=True):
            found[name] = column.text_input(
                _capitalized(_LABELS[name].format(noun=contract.noun)),
                value=said.get(name, ""),
                placeholder=usual.get(name, "none"),
                key=f"limit_{name}",
                bind="query-params",
            )
        known = ", ".join(f"{name}={text}" for name, text in usual.items() if "." in name)
        of_fields = st.text_input(
            "Of one field",
            value=", ".join(f"{name}={text}" for name, text in said.items() if "." in name),
            placeholder=known or f"{contract.stored[-1].name}.blanked=5%",
            help=f"Its name with .blanked, .changed or .missing, = and the limit; several with a comma between. "
            f"{f'Usual: {known}.' if known else ''}",
            key="limit_of_fields",
            bind="query-params",
        )
    for each in of_fields.split(", "):
        name, _, text = each.partition("=")
        found[name.strip()] = text
    given = {name: text.strip() for name, text in found.items() if name and text.strip()}
    # what a template says and the form says no more is the contract's again
    return {name: usual.get(name, "none") for name in said if name not in given} | given
