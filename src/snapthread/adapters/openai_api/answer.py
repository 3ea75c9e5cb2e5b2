"""The text of an answer, put together from its events: parts in order, halves joined. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from snapthread.characters import whole_characters
from snapthread.ports import TextDelta, TextSoFar

COMMENTARY: Final = "commentary"
BETWEEN_PARTS: Final = "\n\n"
_FIRST_HALF: Final = re.compile("[\ud800-\udbff]\\Z")

Index = tuple[int, int]  # of the item in the answer, of the part in the item


@dataclass(slots=True)
class TextPart:
    text: str = ""
    half: str = ""  # of a surrogate pair, whose other half comes with the next delta


@dataclass(slots=True)
class AnswerText:
    """The answer so far. Words said while it works (phase `commentary`) are shown until
    its answer begins; an answer that is nothing else is the answer."""

    parts: dict[Index, TextPart] = field(default_factory=dict)
    phases: dict[int, str] = field(default_factory=dict)
    _shown: str = ""

    def add(self, index: Index, text: str) -> TextDelta | TextSoFar | None:
        part = self.parts.setdefault(index, TextPart())
        text = part.half + text
        found = None if text.isascii() else _FIRST_HALF.search(text)
        part.half = found[0] if found else ""
        return self._tell(part, whole_characters(text.removesuffix(part.half)))

    def complete(self, index: Index, text: str) -> TextDelta | TextSoFar | None:
        """The part as the server repeats it at its end; some send nothing else, and some do not
        say of which part it is."""
        if index not in self.parts and any(part.text == text for part in self.parts.values()):
            return None
        part = self.parts.setdefault(index, TextPart())
        part.half, text = "", whole_characters(text)
        if text.startswith(part.text):
            return self._tell(part, text[len(part.text) :])
        part.text = text or part.text
        return self._tell_all()

    def lacks(self, index: Index, text: str) -> bool:
        """Of the whole answer, as its last event repeats it: was nothing said of this part? A
        server that did not say of which part its words were has said them all the same."""
        if index in self.parts and self.parts[index].text:
            return False
        return bool(text.strip()) and not any(
            text.strip() in part.text for part in self.parts.values()
        )

    def falls_short(self, index: Index, text: str) -> bool:
        """Were the last words of this part said by the last event only?"""
        said = self.parts[index].text if index in self.parts else ""
        return bool(said) and len(text) > len(said) and text.startswith(said)

    def end(self) -> TextDelta | TextSoFar | None:
        """Halves whose other half never came."""
        for part in self.parts.values():
            part.text, part.half = part.text + whole_characters(part.half), ""
        return self._tell_all()

    @property
    def is_empty(self) -> bool:
        return not any(part.text for part in self.parts.values())

    @property
    def commentary(self) -> str:
        """Said on the way to the answer; empty where it is the answer."""
        return self._join(is_commentary=True) if self._join(is_commentary=False) else ""

    @property
    def phase(self) -> str | None:
        """The phase of the answer itself."""
        shown = [item for (item, _), part in sorted(self.parts.items()) if part.text]
        phases = [self.phases.get(item) for item in shown]
        return phases[-1] if phases else None

    def _tell(self, part: TextPart, more: str) -> TextDelta | TextSoFar | None:
        part.text += more
        if len(self.parts) > 1:
            return self._tell_all()
        self._shown = part.text
        return TextDelta(text=more) if more else None

    def _tell_all(self) -> TextDelta | TextSoFar | None:
        before, now = self._shown, self._join(is_commentary=False)
        self._shown = now = now or self._join(is_commentary=True)
        if not now.startswith(before):
            return TextSoFar(text=now)
        return TextDelta(text=now[len(before) :]) if len(now) > len(before) else None

    def _join(self, *, is_commentary: bool) -> str:
        return BETWEEN_PARTS.join(
            part.text
            for (item, _), part in sorted(self.parts.items())
            if part.text and (self.phases.get(item) == COMMENTARY) is is_commentary
        )


def texts_of(response: object) -> Mapping[Index, str]:
    """Of the whole answer, as its last event repeats it."""
    output = response.get("output") if isinstance(response, dict) else None
    items = output if isinstance(output, list) else []
    return {
        (item, number): text
        for item, said in enumerate(items)
        for number, text in enumerate(_texts(said))
    }


def _texts(item: object) -> list[str]:
    match item:
        case {"type": "message", "content": [*parts]}:
            return [text_of(part) for part in parts]
    return []


def text_of(part: object) -> str:
    match part:
        case {"type": "output_text", "text": str(text)}:
            return text
    return ""
