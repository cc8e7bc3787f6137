"""Commerce's datasets (seed 002's inventory table): what is bought, by whom, where it lies and where it goes."""

from workbench.datasets.commerce import (
    companies,
    exports,
    invoices,
    locations,
    payments,
    products,
    reassignments,
    routes,
)

CONTRACTS = (
    *companies.CONTRACTS,
    *products.CONTRACTS,
    *invoices.CONTRACTS,
    *locations.CONTRACTS,
    *routes.CONTRACTS,
    *payments.CONTRACTS,
)

FORMS = (*exports.FORMS, invoices.INVOICES, *locations.FORMS, *routes.FORMS, *reassignments.FORMS)
"""The columns of sources that are more than one dataset: contracts without a table."""
