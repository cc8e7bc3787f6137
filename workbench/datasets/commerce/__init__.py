"""Commerce's datasets (seed 002's inventory table): what is bought, by whom, where it lies and where it goes."""

from workbench.datasets.commerce import companies, exports, products

CONTRACTS = (*companies.CONTRACTS, *products.CONTRACTS)

FORMS = exports.FORMS
"""The columns of sources that are more than one dataset: contracts without a table."""
