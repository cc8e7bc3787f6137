"""Who somebody is, by the name that is typed for them: case and the blanks around it tell nobody from another."""

import unicodedata


def as_person(name: str) -> str:
    """A name as persons are compared by it; what is kept and shown of it stays as it was typed. The database asks
    once more, by small letters (`workbench.as_person`): of two names that fold alike in other ways it knows nothing."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def same_person(name: str | None, other: str | None) -> bool:
    """Whether two names are of one person; a name that is not known is nobody's."""
    return name is not None and other is not None and as_person(name) == as_person(other)
