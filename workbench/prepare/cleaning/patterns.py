"""Whether a regular expression can be used: RE2 finds it, and takes no longer for it than the text is long."""

import pyarrow as pa
import pyarrow.compute as pc

_LONGEST = 200


def refusal(pattern: str, by: str = "") -> str | None:
    """Why a pattern, or what is put in the place of what it finds, cannot be used, as "'(' is no pattern ..."; None
    where it can."""
    try:
        pc.replace_substring_regex(pa.array(["x"], pa.string()), f"{pattern}|x", by)
    except pa.ArrowInvalid as error:
        why = _cut(str(error).partition(": ")[2].strip() or str(error))
        if any(words in why for words in ("too large", "repetition size")):
            return f"{_cut(pattern)!r} is too large a pattern ({why}); repeat less in it."
        instead = f" with {by!r} in its place" if by else ""
        return (
            f"{_cut(pattern)!r} is no pattern that RE2 knows{instead} ({why}). RE2 has no look-around and no "
            "back-references, so that no pattern can take for ever."
        )
    return None


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
