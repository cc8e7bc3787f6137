"""What a person needs to know to prepare a file, in Markdown."""

from collections.abc import Iterator

from workbench.datasets import catalog
from workbench.model.contract import Contract, Field, Forward, Mode, With
from workbench.model.derivation import AcademicYearOf, CodeOf, CountOf, FirstOf, FromWindow, Joined, ProductOf, SameAs
from workbench.model.kinds import KINDS
from workbench.model.playbook import Playbook

_MODES: dict[Mode, str] = {
    "upsert": "creates new records and updates known ones",
    "insert": "creates new records; a row whose record is known already is invalid",
    "update": "updates known records; a row whose record is not known is unmatched",
    "skip": "creates new records; a row whose record is known already is skipped, with a warning",
    "replace": "creates, updates, and deletes the records of the same {scope} that the file does not name",
    "preserve": "creates, updates, and switches off the records of the same {scope} that the file does not name",
}


def field_guide(contract: Contract) -> str:
    """The contract's field guide: its key, modes, import order and fields."""
    return "\n".join((*_head(contract), "", *_table(contract), ""))


def playbook_guide(playbook: Playbook) -> str:
    """A playbook's guide: what its source is, what becomes of a row, its own numbers and its columns."""
    return "\n".join((*_playbook_head(playbook), ""))


def _playbook_head(playbook: Playbook) -> Iterator[str]:
    yield f"# {playbook.title} (`{playbook.name}`)"
    yield ""
    yield playbook.about
    yield ""
    if playbook.form is None:
        yield "- **A sheet is** one dataset, known by its name or its columns. Sheets of no dataset are left out."
    else:
        yield f"- **One row is** one {playbook.form.noun}, and becomes records of several datasets."
    yield f"- **Datasets, in the order of import:** {', '.join(f'`{name}`' for name in playbook.datasets)}."
    for extract in playbook.extracts:
        which = f", where `{extract.where}`" if extract.where else ""
        yield f"- **Of Salesforce it takes** `{extract.object}`{which}: of each column the first name."
    if playbook.form is not None:
        nothing = "nothing of it is written"
        yield f"- **A row with a part that is invalid:** {nothing}."
        written = "the parts of it that are found go on" if playbook.keeps_good_parts else nothing
        yield f"- **A row with a part that is unmatched:** {written}."
        outcomes = "invalid, unmatched, created or updated"
        yield f"- **A row's outcome:** {outcomes}, the first of them that any of its parts has; else skipped."
    if playbook.pends:
        yield "- **An unmatched row waits** and is imported as soon as what it refers to is there."
    if playbook.figures:
        numbers = [*(each.name for each in playbook.figures), *(each.name for each in playbook.breakdowns)]
        yield f"- **Its numbers:** {', '.join(numbers)}."
    for dataset in playbook.datasets:
        rule = catalog.contract(dataset).classification
        if rule is not None:
            yield f"- **{rule.title}.** {rule.told}"
    if playbook.form is not None:
        yield ""
        yield "Headers are compared without case, spaces and punctuation; each of the other names will do."
        yield ""
        yield from _table(playbook.form)


def _head(contract: Contract) -> Iterator[str]:
    yield f"# {contract.title} (`{contract.name}`)"
    yield ""
    yield f"- **One row is** one {contract.noun}, told apart by {_names(contract.key)}; kept in `{contract.table}`."
    needs = list(dict.fromkeys(field.reference.dataset for field in contract.references if field.reference))
    order = f"after {_names(needs)}, which it refers to." if needs else "any time; it refers to no other dataset."
    yield f"- **Import it** {order}"
    yield "- **Modes:**"
    scope = " and ".join(contract.removal.scope) if contract.removal is not None else ""
    for mode in contract.modes:
        default = " (the default)" if mode == contract.modes[0] else ""
        yield f"  - `{mode}`{default}: {_MODES[mode].format(scope=scope)}."
    yield "- **A blank cell** keeps what is stored; a new record gets the default."
    forms = [form for field in contract.fields for form in KINDS[field.kind].forms]
    if "dmy" in forms:
        yield "- **Dates** are best written YYYY-MM-DD. In any other order the whole column has to say which it is."
    if "comma" in forms:
        yield "- **Numbers** are best written without thousands. A comma and a point mean the same all down a column."
    if contract.table:
        limits = ", ".join(f"`{name}` {text}" for name, text in contract.usual_limits.items())
        more = "when more records than this, and more than this share of them, would change"
        yield f"- **Held for a person** {more}: {limits}."
    if contract.totals:
        made = (
            f"{total.name} ({'sum of' if total.sum_of else 'different'} {' and '.join(f'`{n}`' for n in total.fields)})"
            for total in contract.totals
        )
        yield f"- **Control totals** of a whole file, beside its rows: {', '.join(made)}."
    if contract.by_window is not None and contract.removal is not None:
        yield f"- **Held for a person**, too: rows of another `{contract.by_window.name}` than the import, or two."
    if contract.classification is not None:
        yield f"- **{contract.classification.title}.** {contract.classification.told}"
    yield from _told_apart(contract)
    dropped = "left out, and told" if contract.drops_secrets else "refused until they are left out"
    called = ", ".join(contract.forbidden)
    yield f"- **Never imported:** columns called {called}, and others named after a secret; they are {dropped}."
    yield ""
    yield "Headers are compared without case, spaces and punctuation; each of the other names will do."


def _told_apart(contract: Contract) -> Iterator[str]:
    """What else than the key tells records apart, and which rows come in."""
    for together in contract.unique:
        yield f"- **No two share** {_names(together)}: a row that has it of another {contract.noun} waits for a person."
        if together == contract.unique[0]:
            same = f"the {contract.noun} with the same {_names(together)}"
            yield f"- **A blank {_names(contract.key)}** is that of {same}."
    if contract.only is not None:
        name, texts = contract.only
        those = f"whose `{name}` is {' or '.join(texts)}, or blank"
        yield f"- **Only rows** {those}, come in; others are skipped, and told."


def _table(contract: Contract) -> Iterator[str]:
    yield "| Field | Required | Kind | Default | Other names | Notes |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for field in contract.fields:
        cells = (
            f"`{field.name}`",
            _required(contract, field),
            _kind(field),
            _default(field),
            ", ".join(field.aliases),
            " ".join([*_notes(field), *_column(contract, field)]),
        )
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _required(contract: Contract, field: Field) -> str:
    if not contract.table:  # the form of a playbook: what a cell has to hold, the datasets say
        return "a column" if contract.requires(field) else "no"
    if not contract.requires(field):
        return "no"
    return "yes" if field.derive is None else "yes, or derived"


def _kind(field: Field) -> str:
    if field.choices:
        return "one of " + ", ".join(f"`{choice}`" for choice in field.choices)
    limits = {
        "from": None if field.minimum is None else f"{field.minimum:g}",
        "to": None if field.maximum is None else f"{field.maximum:g}",
        "at most": None if field.max_length is None else f"{field.max_length} characters",
    }
    said = " ".join(f"{word} {limit}" for word, limit in limits.items() if limit is not None)
    return KINDS[field.kind].title + (f", {said}" if said else "")


def _default(field: Field) -> str:  # noqa: PLR0911
    match field.derive:
        case Joined(fields=names):
            return " + ".join(f"`{name}`" for name in names)
        case CodeOf(field=name):
            return f"made of `{name}`"
        case SameAs(field=name):
            return f"the same as `{name}`"
        case FirstOf(fields=names):
            return " or ".join(f"`{name}`" for name in names)
        case CountOf(single=single, packs=packs, each=each, usual=usual):
            packed = f"`{packs}` x `{each}` ({usual} when blank)"
            return f"`{single}` if above zero, else {packed} if not zero, else `{single}` as it is"
        case ProductOf(field=name, by=other):
            return f"`{name}` x `{other}`"
        case AcademicYearOf(field=name):
            return f"the academic year of `{name}`"
        case FromWindow():
            return "the import's window"
    return f"`{field.default}`" if field.default is not None else ""


def _column(contract: Contract, field: Field) -> Iterator[str]:
    """Which column of the table it is, where that has another name."""
    if contract.table and field.stored and field.target != field.name:
        yield f"Its column: `{field.target}`."


def _notes(field: Field) -> Iterator[str]:
    if field.help or not field.imported:
        yield field.help if field.imported else f"{field.help} No file says it.".strip()
    if field.recurs:
        yield "Takes the spelling that is known already; what nearly is a known one is asked about."
    match field.merge:
        case "fill":
            yield "What is stored stays; only an empty one is filled."
        case "greatest":
            yield "What is stored only grows."
        case "first":
            yield "Of several rows of one record the first counts that says something; another is told."
        case "sum":
            yield "Of several rows of one record it is added up."
        case With(field=status):
            yield f"Goes with `{status}`: only a row whose `{status}` counts replaces it."
        case Forward(order=order):
            yield f"Only moves on along {', '.join(order)}."
    if field.protected_by is not None:
        yield f"Stays as it is once `{field.protected_by}` has something."
    if field.reference is not None and field.reference.by:
        ways = ", then ".join(f"`{name}`" for name in dict.fromkeys(way.said for way in field.reference.by))
        yield f"Has to be a known {field.reference.noun}, looked for by {ways}; what two share finds none."
    elif field.reference is not None:
        also = f", or else its {field.reference.also}" if field.reference.also else ""
        ahead = ", or of one that comes in the same import" if field.reference.ahead else ""
        known = f"the {field.reference.field} of a known {field.reference.noun}{also}{ahead}"
        optional = field.reference.optional
        yield f"Is {known}; another is left out, with a warning." if optional else f"Has to be {known}."
    examples = [example for example in field.examples if example]
    if examples:
        yield f"E.g. {examples[0]}."


def _names(names: list[str] | tuple[str, ...]) -> str:
    return " and ".join(f"`{name}`" for name in names)
