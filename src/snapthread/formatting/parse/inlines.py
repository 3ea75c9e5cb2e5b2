"""The last steps on a run of inlines: spoilers paired, formulas put back, our own signs removed."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from snapthread.formatting.parse import marks
from snapthread.formatting.parse.maths import readable
from snapthread.formatting.parse.source import Source
from snapthread.formatting.parse.spoilers import merged, pair_spoilers
from snapthread.formatting.tree import Code, Formula, Inline, LineBreak, Link, Styled, Text

_UNFINISHED: Final = re.compile(r"[\ufdd0-\ufdef]|\|\||\[\^")
# A reference to a note that is never written; U+FDD2 is marks.ESCAPED.
_LONE_NOTE: Final = re.compile(r"(?<!\ufdd2)\[\^([^\]\s^]{1,40})\]")
_PUNCTUATION: Final = re.compile(r"[.,;:!?]+")  # after a formula it belongs to its line


def finish(children: Iterable[Inline], source: Source) -> tuple[Inline, ...]:
    nodes = list(merged(children))
    if any(isinstance(node, Text) and _UNFINISHED.search(node.text) for node in nodes):
        nodes = [done for node in pair_spoilers(nodes) for done in _finished(node, source)]
    return tuple(_trimmed(nodes))


def _finished(node: Inline, source: Source) -> Iterator[Inline]:
    match node:
        case Text():
            yield from _with_formulas(_LONE_NOTE.sub(r"[\1]", node.text), source)
        case Styled(style="spoiler"):
            inner = tuple(done for child in node.children for done in _finished(child, source))
            yield Styled(style="spoiler", children=inner)
        case _:
            yield node


def _with_formulas(text: str, source: Source) -> Iterator[Inline]:
    done = 0
    for found in marks.FORMULA.finditer(text):
        formula = source.formulas[int(found[1])]
        if not formula.is_display:
            continue
        if before := _inline_formulas(text[done : found.start()], source):
            yield Text(text=before)
        punctuation = _PUNCTUATION.match(text, found.end())
        shown = readable(formula.latex, is_display=True)
        yield Formula(text=shown + (punctuation[0] if punctuation else ""))
        done = punctuation.end() if punctuation else found.end()
    if rest := _inline_formulas(text[done:], source):
        yield Text(text=rest)


def _inline_formulas(text: str, source: Source) -> str:
    def read(found: re.Match[str]) -> str:
        return readable(source.formulas[int(found[1])].latex, is_display=False)

    return marks.plain(marks.FORMULA.sub(read, text))


def _trimmed(nodes: list[Inline]) -> Iterator[Inline]:
    """No empty text, and no white space around a line's end."""
    for index, node in enumerate(nodes):
        if not isinstance(node, Text):
            yield node
            continue
        text = node.text
        if text[0] not in " \t" and text[-1] not in " \t":
            yield node
            continue
        if index and isinstance(nodes[index - 1], LineBreak | Formula):
            text = text.lstrip(" \t")
        if index + 1 < len(nodes) and isinstance(nodes[index + 1], LineBreak | Formula):
            text = text.rstrip(" \t")
        if text:
            yield Text(text=text)


def plain_text(children: Iterable[Inline], line_break: str = "\n") -> str:
    """What is to be read, without any style."""
    parts: list[str] = []
    for child in children:
        match child:
            case Text() | Code() | Formula():
                parts.append(child.text)
            case LineBreak():
                parts.append(line_break)
            case Styled() | Link():
                parts.append(plain_text(child.children, line_break))
    return "".join(parts)
