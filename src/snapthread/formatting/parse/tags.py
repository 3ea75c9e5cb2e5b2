"""HTML tags that models write: found outside code and taken out, so none is read as Markdown."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Final

from snapthread.formatting.parse import marks

INLINE: Final = frozenset(
    """a abbr b big cite code del dfn em font i ins kbd mark q s samp small span strike strong sub
    sup tg-spoiler tt u var""".split()
)
BREAKING: Final = frozenset(
    """address article aside blockquote body br center dd details div dl dt figcaption figure footer
    h1 h2 h3 h4 h5 h6 header hr html li main nav ol p pre section summary table tbody td tfoot th
    thead tr ul""".split()
)
WRAPPERS: Final = frozenset("answer final final_answer img output response".split())
KNOWN: Final = INLINE | BREAKING | WRAPPERS
VOID: Final = frozenset(["br", "hr", "img"])
LITERAL: Final = frozenset(["code", "kbd", "samp", "tt"])

# Its "<" may be hidden from the parser already: in a draft.
_TAG: Final = re.compile(
    rf"(?<!\\)[<{marks.LESS_THAN}](?P<slash>/?)(?P<name>[A-Za-z][A-Za-z0-9_-]*)"
    rf"(?P<rest>(?:\s[^<>{marks.LESS_THAN}{marks.CODE}]{{0,2000}})?)/?>"
)
_ATTRIBUTE: Final = re.compile(r"""\b(href|src|alt)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_TAGS_IN_CODE_MAX: Final = 20
_NO_CODE: Final = re.compile(f"[\n{marks.CODE}]")
_HALF: Final = re.compile(
    rf"[<{marks.LESS_THAN}](?:/?(?P<name>[A-Za-z][A-Za-z0-9_-]*)?|!-{{0,2}})(?P<rest>\s[^<>]*)?\Z"
)
_NAMES: Final = KNOWN | {"think", "thinking", "thought", "reasoning", "scratchpad"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTag:
    """A tag, or with `code` a whole element whose content is no Markdown."""

    written: str
    name: str
    is_end: bool = False
    attributes: tuple[tuple[str, str], ...] = ()
    code: str | None = None

    def attribute(self, name: str) -> str:
        return dict(self.attributes).get(name, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class TagPlace:
    start: int
    end: int
    name: str
    is_end: bool


def find_tags(masked: str, *, is_draft: bool) -> list[TagPlace]:
    """The known tags outside code, in order. An inline one without its other half is text, but in
    a draft, where that is still to come."""
    places = [
        TagPlace(start=found.start(), end=found.end(), name=name, is_end=bool(found["slash"]))
        for found in _TAG.finditer(masked)
        if (name := found["name"].lower()) in KNOWN
    ]
    if is_draft:
        return places
    whole = _match(places)
    return [place for number, place in enumerate(places) if number in whole]


def _match(places: list[TagPlace]) -> set[int]:
    opened: defaultdict[str, list[int]] = defaultdict(list)
    whole: set[int] = set()
    for number, place in enumerate(places):
        if place.name not in INLINE:
            whole.add(number)
        elif not place.is_end:
            opened[place.name].append(number)
        elif opened[place.name]:
            whole |= {number, opened[place.name].pop()}
    return whole


def elements(masked: str, places: list[TagPlace]) -> Iterator[tuple[TagPlace, TagPlace]]:
    """Each tag by itself, as its own end; code from its first tag to its last."""
    done = 0
    for number, place in enumerate(places):
        if number < done:
            continue
        last = _end_of_code(masked, places, number)
        done = last + 1
        yield place, places[last]


def _end_of_code(masked: str, places: list[TagPlace], number: int) -> int:
    """Code of one line that holds no other code; elsewhere the tag itself."""
    place = places[number]
    if place.name not in LITERAL or place.is_end:
        return number
    for last in range(number + 1, min(number + _TAGS_IN_CODE_MAX, len(places))):
        other = places[last]
        if other.name == place.name and other.is_end:
            between = masked[place.end : other.start]
            return last if between.strip() and not _NO_CODE.search(between) else number
    return number


def raw_tag(first: TagPlace, last: TagPlace, written: str) -> RawTag:
    found = _TAG.match(written)
    if found is None:
        raise ValueError("it begins like a tag and is none")
    return RawTag(
        written=written,
        name=first.name,
        is_end=first.is_end,
        attributes=tuple(
            (key, unescape(quoted or single or bare))
            for key, quoted, single, bare in _ATTRIBUTE.findall(found["rest"])
        ),
        code=None if first is last else unescape(_TAG.sub("", written)),
    )


def without_half_tag(text: str) -> str:
    """Without a tag that is being written at the very end."""
    half = _HALF.search(text, max(0, len(text) - 300))
    if half is None:
        return text
    name = (half["name"] or "").lower()
    is_known = name in _NAMES if half["rest"] else any(n.startswith(name) for n in _NAMES)
    return text[: half.start()] if is_known else text
