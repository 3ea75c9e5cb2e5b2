"""HTML in a run of inlines: paired tags become styles, scripts, links and code; the rest is shown
by what it does to the lines."""

from collections.abc import Iterable, Iterator
from typing import Final

from snapthread.formatting.parse import marks
from snapthread.formatting.parse.maths.notation import subscript, superscript
from snapthread.formatting.parse.source import Source
from snapthread.formatting.parse.tags import BREAKING, VOID, RawTag
from snapthread.formatting.tree import (
    Code,
    Inline,
    LineBreak,
    Link,
    Style,
    Styled,
    Text,
    plain_text,
)

_STYLES: Final[dict[str, Style]] = {
    **dict.fromkeys(["b", "strong", "mark", "h1", "h2", "h3", "h4", "h5", "h6"], "bold"),
    **dict.fromkeys(["summary", "th", "caption"], "bold"),
    **dict.fromkeys(["i", "em", "cite", "dfn", "var"], "italic"),
    **dict.fromkeys(["u", "ins"], "underline"),
    **dict.fromkeys(["s", "del", "strike"], "strikethrough"),
    "tg-spoiler": "spoiler",
}
_DEPTH_MAX: Final = 16  # as for Markdown; whatever walks the tree later may recurse
_RULE: Final = "———"
_BULLET: Final = Text(text="• ")


def with_tags(nodes: Iterable[Inline], source: Source) -> list[Inline]:
    """Tags paired among siblings; a tag whose other half is elsewhere only leaves."""
    reader = _Reader()
    for token in _tokens(nodes, source):
        reader.take(token)
    return reader.inlines()


def _tokens(nodes: Iterable[Inline], source: Source) -> Iterator[Inline | RawTag]:
    for node in nodes:
        if not isinstance(node, Text):
            yield node
            continue
        done = 0
        for found in marks.TAKEN_OUT.finditer(node.text):
            tag = source.taken_out[int(found[1])]
            if not isinstance(tag, RawTag):
                continue
            if found.start() > done:
                yield Text(text=node.text[done : found.start()])
            yield tag
            done = found.end()
        if done < len(node.text):
            yield Text(text=node.text[done:])


class _Reader:
    """The inlines read so far, and the tags that are open in them."""

    def __init__(self) -> None:
        self._read: list[Inline | RawTag] = []
        self._open: list[int] = []

    def inlines(self) -> list[Inline]:
        return _without_breaks_at_the_ends(list(_inlines(self._read)))

    def take(self, token: Inline | RawTag) -> None:
        if not isinstance(token, RawTag):
            self._add(token)
        elif token.code is not None:
            self._read.append(Code(text=token.code))
        elif token.is_end:
            self._close(token)
        elif token.name in VOID:
            self._read += _void(token)
        else:
            self._begin(token)

    def _add(self, inline: Inline) -> None:
        if not (isinstance(inline, LineBreak) and self._read and self._read[-1] == _BULLET):
            self._read.append(inline)

    def _begin(self, tag: RawTag) -> None:
        if tag.name in BREAKING:
            self._begin_line(tag.name)
        if tag.name == "li":
            self._read.append(_BULLET)
        if len(self._open) < _DEPTH_MAX:
            self._open.append(len(self._read))
            self._read.append(tag)

    def _begin_line(self, name: str) -> None:
        """In a table, only the first cell of a row begins a line."""
        if name in {"td", "th"}:
            if self._read and not isinstance(self._read[-1], LineBreak | RawTag):
                self._read.append(Text(text=" | "))
        elif self._read and not isinstance(self._read[-1], LineBreak):
            self._read.append(LineBreak())

    def _close(self, end: RawTag) -> None:
        number = self._opening(end.name)
        if number is not None:
            place = self._open[number]
            del self._open[number:]
            tag = self._read[place]
            if not isinstance(tag, RawTag):
                raise TypeError("what is open is a tag")
            self._read[place:] = _element(tag, list(_inlines(self._read[place + 1 :])))
        if end.name in BREAKING - {"td", "th"} and self._read:
            self._begin_line(end.name)

    def _opening(self, name: str) -> int | None:
        for number in range(len(self._open) - 1, -1, -1):
            tag = self._read[self._open[number]]
            if isinstance(tag, RawTag) and tag.name == name:
                return number
        return None


def _inlines(read: Iterable[Inline | RawTag]) -> Iterator[Inline]:
    return (token for token in read if not isinstance(token, RawTag))


def _element(tag: RawTag, children: list[Inline]) -> list[Inline]:
    if not plain_text(children).strip():
        return children
    match tag.name:
        case "sub":
            return [Text(text=subscript(plain_text(children)))]
        case "sup":
            return [Text(text=superscript(plain_text(children)))]
        case "q":
            return [Text(text="“"), *children, Text(text="”")]
        case "a" if tag.attribute("href"):
            return [Link(url=tag.attribute("href"), children=tuple(children))]
        case name if style := _STYLES.get(name):
            return [Styled(style=style, children=tuple(children))]
    return children


def _void(tag: RawTag) -> list[Inline]:
    match tag.name:
        case "br":
            return [LineBreak()]
        case "hr":
            return [LineBreak(), Text(text=_RULE), LineBreak()]
        case _:
            label = (Text(text=tag.attribute("alt")),) if tag.attribute("alt") else ()
            return [Link(url=tag.attribute("src"), children=label, is_image=True)]


def _without_breaks_at_the_ends(nodes: list[Inline]) -> list[Inline]:
    """Nor two breaks in a row, nor spaces beside one."""
    kept: list[Inline] = []
    for node in nodes:
        if isinstance(node, LineBreak) and (not kept or isinstance(kept[-1], LineBreak)):
            continue
        if isinstance(node, Text) and not node.text.strip() and _is_break(kept):
            continue
        kept.append(node)
    while kept and _is_break(kept):
        kept.pop()
    return kept


def _is_break(kept: list[Inline]) -> bool:
    return not kept or isinstance(kept[-1], LineBreak)
