"""Parser events to our document tree, with a stack of frames: deep nesting costs no recursion."""

from typing import Final

from snapthread.formatting.parse import marks
from snapthread.formatting.parse.frames import Frame, blocks, build
from snapthread.formatting.parse.parser import ParserEvent, events, pair
from snapthread.formatting.parse.source import Source
from snapthread.formatting.tree import Block, Code, Footnote, LineBreak, Rule, Text

# Beyond this depth a container is left out and its content kept: nobody sees the difference on a
# phone, and whatever walks the tree later may recurse. Telegram's own rich messages stop at 16.
_DEPTH_MAX: Final = 16
_NESTING: Final = frozenset(
    ["BlockQuote", "List", "Emphasis", "Strong", "Strikethrough", "Link", "Image"]
)


def read(source: Source) -> tuple[Block, ...]:
    """The blocks of a document; its footnotes come last, in the order of their numbers."""
    builder = _Builder(source)
    for event in events(source.text):
        builder.take(event)
    return builder.document()


class _Builder:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._frames = [Frame(kind="Document")]
        self._numbers: dict[str, int] = {}  # of footnotes, by their labels
        self._depth = 0

    def document(self) -> tuple[Block, ...]:
        found = list(blocks(self._frames[0].children, self._source))
        notes = [block for block in found if isinstance(block, Footnote)]
        others = [block for block in found if not isinstance(block, Footnote)]
        return (*others, *sorted(notes, key=lambda note: note.number))

    def take(self, event: ParserEvent) -> None:
        kind, value, start, end = event
        children = self._frames[-1].children
        match kind:
            case "Start":
                self._open(value, start, end)
            case "End":
                self._close()
            case "Text" | "Html" | "InlineHtml":
                children.append(Text(text=self._text(value, start, end)))
            case "Code":
                children.append(Code(text=self._source.restore(value)))
            case "FootnoteReference":
                children.append(Text(text=f"[{self._number(value)}]"))
            case "TaskListMarker":
                self._mark_item(value)
            case "SoftBreak" | "HardBreak":
                children.append(LineBreak())
            case "Rule":
                children.append(Rule())

    def _open(self, tag: object, start: int, end: int) -> None:
        kind, value = pair(tag)
        frame = Frame(kind=kind, value=value, start=start, end=end)
        if frame.kind in _NESTING:
            frame.is_left_out = self._depth >= _DEPTH_MAX
            self._depth += 1
        if frame.kind == "FootnoteDefinition":
            frame.value = self._number(frame.value)
        self._frames.append(frame)

    def _close(self) -> None:
        frame = self._frames.pop()
        if frame.kind in _NESTING:
            self._depth -= 1
        self._frames[-1].children += build(frame, self._source)

    def _text(self, text: str, start: int, end: int) -> str:
        if self._frames[-1].kind == "CodeBlock":
            return self._source.restore(text)
        raw = self._source.raw
        is_escaped = raw[start - 1 : start] == b"\\" if start else False
        is_entity = raw[start : start + 1] == b"&" and len(text) < end - start
        return marks.ESCAPED + text if is_escaped or is_entity else text

    def _number(self, label: str) -> int:
        return self._numbers.setdefault(label, len(self._numbers) + 1)

    def _mark_item(self, is_done: bool) -> None:
        for frame in reversed(self._frames):
            if frame.kind == "Item":
                frame.is_done = is_done
                return
