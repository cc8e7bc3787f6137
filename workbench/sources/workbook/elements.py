"""The elements of an XML part as they come by, without a tree of them in memory."""

from collections.abc import Callable, Iterable
from xml.parsers.expat import ExpatError, ParserCreate

Begin = Callable[[str, dict[str, str]], None]
Said = Callable[[str], None]


MOST = 1_000_000
"""Elements that a part has at most which is read so."""


class NoXml(ValueError):
    """The part is no XML, in an encoding that nobody knows, or has elements without end."""


def walk(blocks: Iterable[bytes], begin: Begin, end: Said | None = None, text: Said | None = None) -> None:
    """Calls for each element as it begins and ends, names without their namespaces. Raises NoXml."""
    parser = ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    count = 0

    def begun(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        begin(_local(name), {_local(key): value for key, value in attributes.items()})

    parser.StartElementHandler = begun
    if end is not None:
        parser.EndElementHandler = lambda name: end(_local(name))
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        for block in blocks:
            parser.Parse(block)
            if count > MOST:
                raise NoXml
        parser.Parse(b"", True)
    except (ExpatError, LookupError) as error:
        raise NoXml from error


def _local(name: str) -> str:
    return name.rpartition("}")[2]
