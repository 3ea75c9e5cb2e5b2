"""Spoilers, "||…||": the parser does not know them, so their bars are paired here."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from snapthread.formatting.tree import Inline, LineBreak, Styled, Text

_SPOILER: Final = re.compile(r"(?<![|\ufdd2])\|\|(?!\|)")  # U+FDD2 is marks.ESCAPED


def merge_texts(children: Iterable[Inline]) -> Iterator[Inline]:
    """Neighbouring texts as one."""
    waiting: list[str] = []
    for child in children:
        if isinstance(child, Text):
            waiting.append(child.text)
            continue
        if waiting:
            yield Text(text="".join(waiting))
            waiting.clear()
        yield child
    if waiting:
        yield Text(text="".join(waiting))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bar:
    """One "||", which may open or close a spoiler."""

    can_open: bool
    can_close: bool


def pair_spoilers(children: Iterable[Inline]) -> list[Inline]:
    paired: list[Inline | _Bar] = []
    opened: int | None = None
    for token in _tokens(list(children)):
        if isinstance(token, _Bar) and token.can_close and opened is not None:
            hidden = tuple(_plain_bars(paired[opened + 1 :]))
            paired[opened:] = [Styled(style="spoiler", children=hidden)]
            opened = None
            continue
        if isinstance(token, _Bar) and token.can_open:
            opened = len(paired)
        paired.append(token)
    return list(_plain_bars(paired))


def _plain_bars(tokens: Iterable[Inline | _Bar]) -> Iterator[Inline]:
    return merge_texts(Text(text="||") if isinstance(token, _Bar) else token for token in tokens)


def _tokens(children: Sequence[Inline]) -> Iterator[Inline | _Bar]:
    for index, child in enumerate(children):
        if not isinstance(child, Text) or "||" not in child.text:
            yield child
            continue
        done = 0
        for bar in _SPOILER.finditer(child.text):
            if bar.start() > done:
                yield Text(text=child.text[done : bar.start()])
            before = child.text[max(0, bar.start() - 1) : bar.start()] or _edge(children, index - 1)
            after = child.text[bar.end() : bar.end() + 1] or _edge(children, index + 1)
            yield _bar(before, after)
            done = bar.end()
        if done < len(child.text):
            yield Text(text=child.text[done:])


def find_open_spoiler(text: str) -> int | None:
    """The beginning of a spoiler that is still being written; the text holds no code."""
    opened: int | None = None
    for found in _SPOILER.finditer(text):
        before = text[max(0, found.start() - 1) : found.start()] or " "
        bar = _bar(before, text[found.end() : found.end() + 1] or " ")
        if opened is not None and bar.can_close:
            opened = None
        elif bar.can_open:
            opened = found.start()
    return opened


def _edge(children: Sequence[Inline], index: int) -> str:
    """Beside another inline a bar stands as beside punctuation; at the end as beside a space."""
    if not 0 <= index < len(children) or isinstance(children[index], LineBreak):
        return " "
    return "."


def _bar(before: str, after: str) -> _Bar:
    """Not in "a || b" nor in "a||b": that is logic."""
    return _Bar(
        can_open=not after.isspace() and not _is_word(before),
        can_close=not before.isspace() and not _is_word(after),
    )


def _is_word(character: str) -> bool:
    return character.isascii() and character.isalnum()
