"""Text being written together with its formatting: spans that nest, as Telegram wants them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from snapthread.formatting.render.rich import Rich, Span, SpanKind


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    kind: SpanKind
    start: int
    url: str | None = None


_CAN_BE_CUT: Final = frozenset(["bold", "italic", "underline", "strikethrough", "spoiler"])


class Canvas:
    """Writes one block. Lines are indented, except for code, which stays as it is."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._spans: list[Span] = []
        self._open: list[_Open] = []
        self._indent = ""
        self._is_line_start = True
        self._is_after_bullet = False

    @property
    def is_after_bullet(self) -> bool:
        """Nothing but a bullet or a number stands in the line yet."""
        return self._is_after_bullet

    @property
    def is_line_start(self) -> bool:
        return self._is_line_start

    def is_inside(self, kind: SpanKind) -> bool:
        return any(opened.kind == kind for opened in self._open)

    def write(self, text: str) -> None:
        if text and "\n" not in text:
            self._put_in_line(text)
            return
        for number, line in enumerate(text.split("\n")):
            if number:
                self.end_line()
            if line:
                self._put_in_line(line)

    def bullet(self, marker: str) -> None:
        """A space follows it as soon as something does."""
        self._put_in_line(marker)
        self._is_after_bullet = True

    def _put_in_line(self, text: str) -> None:
        self._begin_text()
        self._put(text)

    def _begin_text(self) -> None:
        if self._is_line_start and self._indent:
            self._put(self._indent)
        elif self._is_after_bullet:
            self._put(" ")
        self._is_line_start = self._is_after_bullet = False

    def end_line(self) -> None:
        self._put("\n")
        self._is_line_start = True
        self._is_after_bullet = False

    def _put(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

    @contextmanager
    def indent(self, by: str) -> Iterator[None]:
        before = self._indent
        self._indent += by
        yield
        self._indent = before

    @contextmanager
    def from_the_left(self) -> Iterator[None]:
        before = self._indent
        self._indent = ""
        yield
        self._indent = before

    @contextmanager
    def within(self, kind: SpanKind, url: str | None = None) -> Iterator[None]:
        """Give this format to everything written meanwhile. In itself it changes nothing."""
        if self.is_inside(kind):
            yield
            return
        self._open.append(_Open(kind=kind, start=self._length, url=url))
        yield
        self._close(self._open.pop())

    def _close(self, opened: _Open) -> None:
        if opened.start < self._length:
            self._spans.append(
                Span(kind=opened.kind, start=opened.start, end=self._length, url=opened.url)
            )

    def code(self, text: str) -> None:
        """Inline code. Nothing may be around it but a quote, so bold ends before it and goes on.

        Inside a link it is the link that stays.
        """
        if self.is_inside("text_link") or not text.strip():
            self.write(text)
            return
        self._begin_text()
        self._interrupt("code", text)

    def code_block(self, text: str, language: str | None = None) -> None:
        """On lines of its own, from the very left: an indent would become part of the code."""
        self._interrupt("pre", text, language)
        self._is_line_start = False

    def _interrupt(self, kind: SpanKind, text: str, language: str | None = None) -> None:
        outer = self._open
        for opened in reversed(outer):
            if opened.kind in _CAN_BE_CUT:
                self._close(opened)
        start = self._length
        self._put(text)
        self._spans.append(Span(kind=kind, start=start, end=self._length, language=language))
        self._open = [
            _Open(kind=opened.kind, start=self._length, url=opened.url)
            if opened.kind in _CAN_BE_CUT
            else opened
            for opened in outer
        ]

    def finish(self) -> Rich:
        outer_first = reversed(self._spans)  # the inner are closed first
        spans = sorted(outer_first, key=lambda span: (span.start, -span.end))
        return Rich(text="".join(self._parts), spans=tuple(spans))
