"""The Markdown parser (pyromark: pulldown-cmark in Rust) with the extensions that models write."""

from collections.abc import Iterator
from typing import Any, Final

from pyromark import Markdown, Options

_MARKDOWN: Final = Markdown(
    options=Options.ENABLE_TABLES
    | Options.ENABLE_FOOTNOTES
    | Options.ENABLE_STRIKETHROUGH
    | Options.ENABLE_TASKLISTS
    | Options.ENABLE_GFM
)


# Kind, value, and where it begins and ends in UTF-8 bytes. Values have the parser's own shapes,
# which differ from kind to kind: pyromark.event has them all.
ParserEvent = tuple[str, Any, int, int]


def events(text: str) -> Iterator[ParserEvent]:
    for event, where in _MARKDOWN.events_with_range(text):
        kind, value = pair(event)
        yield kind, value, where["start"], where["end"]


def unused_definitions(text: str) -> list[int]:
    """The places, in UTF-8 bytes, where a link is defined that the text never refers to."""
    definitions = _MARKDOWN.reference_definitions(text)
    used = {
        str(value["id"]).casefold()
        for kind, tag, _, _ in events(text)
        if kind == "Start" and isinstance(tag, dict)
        for name, value in tag.items()
        if name in {"Link", "Image"}
    }
    return sorted(
        definition["span"]["start"]
        for label, definition in definitions.items()
        if label.casefold() not in used
    )


def pair(tag: object) -> tuple[str, Any]:
    """The parser gives a word, or a mapping of one word to its value."""
    if isinstance(tag, dict):
        for kind, value in tag.items():
            return kind, value
    return str(tag), None


def character_ranges(raw: bytes, ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges in bytes, in order and apart, as ranges in characters."""
    found: list[tuple[int, int]] = []
    byte = character = 0
    for start, end in ranges:
        if start < byte:
            continue
        first = character + len(raw[byte:start].decode())
        character = first + len(raw[start:end].decode())
        found.append((first, character))
        byte = end
    return found
