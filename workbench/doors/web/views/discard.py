"""Putting an import away that nobody wants."""

import streamlit as st


def asked() -> str | None:
    """Why it is to be put away, "" without a reason; None until somebody has confirmed it."""
    with st.popover("Discard it", icon=":material/delete:"), st.form("discard", border=False):
        st.markdown("Nothing of it is written then, and it cannot be planned again. Its rows stay here to be read.")
        why = st.text_input("Why?", key="discard why", placeholder="e.g. The file of last term.")
        if st.form_submit_button("Discard this import", type="primary"):
            return why
    return None
