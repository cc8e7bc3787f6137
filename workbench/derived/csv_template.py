"""A CSV file to fill in: the header and example rows, which import as they stand."""

import csv
import io

from workbench.model.contract import Contract

MARK = "\ufeff"
"""What a file that a person opens begins with: else Excel takes UTF-8 for another encoding."""


def csv_template(contract: Contract) -> str:
    """The contract's CSV template, with line feeds: a header, and a row for every example that its fields have."""
    fields = [contract.field(name) for name in contract.template] or list(contract.fields)
    rows = max((len(field.examples) for field in fields), default=0)
    examples = [field.examples + ("",) * (rows - len(field.examples)) for field in fields]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(field.name for field in fields)
    writer.writerows(zip(*examples, strict=True))
    return text.getvalue()
