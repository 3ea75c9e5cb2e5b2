"""The last steps on a run of inlines: tags and spoilers paired, formulas put back, our own signs
removed."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from snapthread.formatting.parse import marks
from snapthread.formatting.parse.maths import readable
from snapthread.formatting.parse.source import RawFormula, Source
from snapthread.formatting.parse.spoilers import merge_texts, pair_spoilers
from snapthread.formatting.parse.tagged import with_tags
from snapthread.formatting.tree import Formula, Inline, LineBreak, Link, Styled, Text

_UNFINISHED: Final = re.compile(r"[\ufdd0-\ufdef]|\|\||\[\^")
# A reference to a note that is never written; U+FDD2 is marks.ESCAPED.
_LONE_NOTE: Final = re.compile(r"(?<!\ufdd2)\[\^([^\]\s^]{1,40})\]")
_PUNCTUATION: Final = re.compile(r"[.,;:!?]+")  # after a formula it belongs to its line


def finish(children: Iterable[Inline], source: Source) -> tuple[Inline, ...]:
    nodes = list(merge_texts(children))
    if any(isinstance(node, Text) and _UNFINISHED.search(node.text) for node in nodes):
        nodes = pair_spoilers(with_tags(nodes, source))
        nodes = [done for node in nodes for done in _finish(node, source)]
    return tuple(_trim(nodes))


def _finish(node: Inline, source: Source) -> Iterator[Inline]:
    match node:
        case Text():
            yield from _with_formulas(_LONE_NOTE.sub(r"[\1]", node.text), source)
        case Styled() | Link():
            inner = tuple(done for child in node.children for done in _finish(child, source))
            yield replace(node, children=inner)
        case _:
            yield node


def _with_formulas(text: str, source: Source) -> Iterator[Inline]:
    done = 0
    for found in marks.TAKEN_OUT.finditer(text):
        formula = source.taken_out[int(found[1])]
        if not isinstance(formula, RawFormula) or not formula.is_display:
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
        taken = source.taken_out[int(found[1])]
        return readable(taken.latex, is_display=False) if isinstance(taken, RawFormula) else ""

    return marks.plain(marks.TAKEN_OUT.sub(read, text))


def _trim(nodes: list[Inline]) -> Iterator[Inline]:
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
