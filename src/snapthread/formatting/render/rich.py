"""Text with formatted spans, in characters, before it is counted in Telegram's units."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Literal

from snapthread.formatting.render.links import disarm, foreign_schemes
from snapthread.formatting.text import is_blank

SpanKind = Literal[
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "code",
    "pre",
    "text_link",
    "blockquote",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A formatted stretch, in characters."""

    kind: SpanKind
    start: int
    end: int
    url: str | None = None
    language: str | None = None

    def between(self, start: int, end: int) -> "Span":
        if start == self.start and end == self.end:
            return self
        return Span(kind=self.kind, start=start, end=end, url=self.url, language=self.language)

    def move(self, by: int) -> "Span":
        return self.between(self.start + by, self.end + by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rich:
    """Text and its spans, in the order of their starts, the outer before the inner."""

    text: str
    spans: tuple[Span, ...] = ()


def trim(rich: Rich) -> Rich:
    """No white space around the text, none around a span, and no span without a visible sign.

    The indent of code is no such space: Telegram keeps it too, since an entity begins with it.
    """
    text = rich.text.rstrip()
    spans = [span for span in (_trim_span(span, text) for span in rich.spans) if span]
    first = min((span.start for span in spans), default=len(text))
    begin = min(first, len(text) - len(text.lstrip()))
    return Rich(text=text[begin:], spans=tuple(span.move(-begin) for span in spans))


def _trim_span(span: Span, text: str) -> Span | None:
    inside = text[span.start : span.end]
    if is_blank(inside):
        return None
    keeps_indent = span.kind in {"pre", "blockquote"}
    start = span.start if keeps_indent else span.start + len(inside) - len(inside.lstrip())
    return span.between(start, span.start + len(inside.rstrip()))


def without_foreign_links(rich: Rich) -> Rich:
    """Addresses of other schemes are broken up, but in code, where nothing becomes a link."""
    places = _outside_code(foreign_schemes(rich.text), rich.spans)
    if not places:
        return rich
    spans = (
        span.between(
            span.start + bisect_right(places, span.start),
            span.end + bisect_left(places, span.end),
        )
        for span in rich.spans
    )
    return Rich(text=disarm(rich.text, places), spans=tuple(spans))


def _outside_code(places: list[int], spans: tuple[Span, ...]) -> list[int]:
    code = [span for span in spans if span.kind in {"code", "pre"}]
    starts = [span.start for span in code]
    outside: list[int] = []
    for place in places:
        before = bisect_left(starts, place) - 1
        if before < 0 or place >= code[before].end:
            outside.append(place)
    return outside
