"""parse_mode MarkdownV2, as Telegram takes it: every reserved character is markup or escaped."""

from dataclasses import dataclass
from typing import Final

from snapthread_sandbox.telegram.markup import Marked, byte_offset, entity_error, link
from snapthread_sandbox.wire import Json

RESERVED: Final = frozenset("_*[]()~`>#+-=|{}.!")
MARKS: Final = {  # the longer ones first
    "```": ("pre", "Pre"),
    "__": ("underline", "Underline"),
    "||": ("spoiler", "Spoiler"),
    "_": ("italic", "Italic"),
    "*": ("bold", "Bold"),
    "~": ("strikethrough", "Strikethrough"),
    "`": ("code", "Code"),
    "![": ("custom_emoji", "CustomEmoji"),
    "[": ("text_link", "TextUrl"),
}
CODE: Final = {"`", "```"}
LINKS: Final = {"[", "!["}


@dataclass(frozen=True, slots=True)
class OpenMark:
    """Markup that was not closed yet."""

    mark: str
    units: int
    place: int
    language: str = ""

    @property
    def end(self) -> str:
        return "]" if self.mark in LINKS else self.mark


def parse_markdown_v2(source: str) -> tuple[str, list[Json]]:
    """Raises BotError in Telegram's words."""
    reader = _Reader(source)
    while reader.place < len(source):
        reader.step()
    return reader.finish()


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.place = 0
        self.marked = Marked()
        self.stack: list[OpenMark] = []
        self.quote: int | None = None  # where a block quotation began

    def step(self) -> None:
        sign = self.source[self.place]
        in_code = bool(self.stack) and self.stack[-1].mark in CODE
        if sign == "\\" and self._is_escape():
            self._take(self.source[self.place + 1], 2)
        elif not in_code and self._is_line_start() and self._quotes(sign):
            return
        elif sign not in (frozenset("`") if in_code else RESERVED):
            self._take(sign, 1)
        elif self.stack and self.source.startswith(self.stack[-1].end, self.place):
            self._close()
        elif in_code:
            self._take(sign, 1)
        else:
            self._open(sign)

    def finish(self) -> tuple[str, list[Json]]:
        if self.stack:
            name, at = MARKS[self.stack[-1].mark][1], self.stack[-1].place
            raise entity_error(
                f"Can't find end of {name} entity at byte offset {byte_offset(self.source, at)}"
            )
        self._end_quote()
        return self.marked.text, self.marked.ordered

    def _is_escape(self) -> bool:
        return self.place + 1 < len(self.source) and 0 < ord(self.source[self.place + 1]) < 127

    def _is_line_start(self) -> bool:
        return self.place == 0 or self.source[self.place - 1] == "\n"

    def _take(self, text: str, length: int) -> None:
        self.marked.text += text
        self.place += length

    def _quotes(self, sign: str) -> bool:
        """Whether the sign opens or goes on with a block quotation."""
        if sign == ">":
            self.quote = self.marked.units if self.quote is None else self.quote
            self.place += 1
            return True
        self._end_quote()
        return False

    def _end_quote(self) -> None:
        if self.quote is not None:
            self.marked.close(self.quote, {"type": "blockquote"})
            self.quote = None

    def _open(self, sign: str) -> None:
        mark = next((m for m in MARKS if self.source.startswith(m, self.place)), None)
        if mark is None:
            raise entity_error(
                f"Character '{sign}' is reserved and must be escaped with the preceding '\\'"
            )
        place, self.place = self.place, self.place + len(mark)
        language = self._language() if mark == "```" else ""
        self.stack.append(OpenMark(mark, self.marked.units, place, language))

    def _language(self) -> str:
        line, found, _ = self.source[self.place :].partition("\n")
        if not found or "`" in line:
            return ""
        self.place += len(line) + 1
        return line.strip()

    def _close(self) -> None:
        opened = self.stack.pop()
        self.place += len(opened.end)
        entity: Json | None = {"type": MARKS[opened.mark][0]}
        if opened.language:
            entity = {"type": "pre", "language": opened.language}
        if opened.mark in LINKS:
            entity = self._link(opened.mark)
        self.marked.close(opened.units, entity)

    def _link(self, mark: str) -> Json | None:
        if not self.source.startswith("(", self.place):
            return None
        url, self.place = "", self.place + 1
        while self.place < len(self.source) and self.source[self.place] != ")":
            self.place += self.source[self.place] == "\\" and self._is_escape()
            url += self.source[self.place]
            self.place += 1
        if self.place >= len(self.source):
            at = byte_offset(self.source, self.place)
            raise entity_error(f"Can't find end of a URL at byte offset {at}")
        self.place += 1
        if mark == "![":
            return {"type": "custom_emoji", "custom_emoji_id": url.partition("id=")[2]}
        return link(url)
