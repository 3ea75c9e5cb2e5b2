"""A conversation as its person sees it, held against what the person asked. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from snapthread_sandbox.openai.question import Question

Kind = Literal["question", "reset", "forget"]

NAME: Final = re.compile(r"q(\d+)\.(\d+)\.(\d+)(L?);")
PART: Final = re.compile(r"(q\d+\.\d+\.\d+L?;) part (\d) of \d sees (\d+)\.")
RESET: Final = "🔄"
NAMELESS: Final = "a part of an album that came late"
LONG_PARTS: Final = 3
FILLER: Final = "It-goes-on-and-on-and-on-and-on-and-on. " * 75  # few words: no kill is that near


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that a person sent, and that has to be answered."""

    kind: Kind
    name: str  # of a question; else empty
    photos: int | None = 0  # None: not said how many the model has to see
    sent_at: float = 0.0


def name_of(person: int, number: int, photos: int, *, is_long: bool) -> str:
    return f"q{person}.{number}.{photos}{'L' if is_long else ''};"


def said(question: Question) -> str:
    """The model's answer: the question's name, and how many pictures it sees there."""
    last = [message for message in question.messages if message.role == "user"][-1]
    names = [found.group() for found in NAME.finditer(last.text)]
    if not names:
        return NAMELESS
    parts = LONG_PARTS if names[-1].endswith("L;") else 1
    told = f"{names[-1]} part %s of {parts} sees {len(last.images)}."
    filler = f"\n\n{FILLER}\n\n" if parts > 1 else ""
    return "\n\n".join(told % part + filler for part in range(1, parts + 1))


@dataclass(slots=True)
class Reading:
    """The ends of the items, in their order."""

    items: Sequence[Item]
    place: int = 0  # of the first item that is still to be answered
    twice: int = 0
    ended_by_reset: int = 0
    sentences: list[str] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)
    _parts: dict[str, set[str]] = field(default_factory=dict)  # seen, by the question's name
    _resets_heard: int = 0
    _ended: set[str] = field(default_factory=set)

    @property
    def is_whole(self) -> bool:
        if self.place < len(self.items):
            return False
        return not any(self._missing(item) for item in self.items[-1:])

    def read(self, texts: Sequence[str]) -> "Reading":
        for text in texts:
            parts = [found.groups() for found in PART.finditer(text)]
            for name, part, sees in parts:
                self._part(name, part, int(sees))
            if not parts:
                self._sentence(text)
        self._check_parts()
        return self

    def _part(self, name: str, part: str, sees: int) -> None:
        seen = self._parts.setdefault(name, set())
        place = next((n for n, item in enumerate(self.items) if item.name == name), None)
        if place is not None:
            self._skip_resets(place)
        if part in seen or place is None:
            self.twice += 1
        elif place == self.place:
            self._answers(self.items[place], sees)
        elif place > self.place:
            self.bad.append(
                f"{name} came before {[i.name for i in self.items[self.place : place]]}"
            )
            self.place = place + 1
        elif not seen and name not in self._ended:
            self.twice += 1  # a sentence before it, which was taken for its answer
        seen.add(part)

    def _skip_resets(self, place: int) -> None:
        """Of several resets that waited together, the sentence of one stands for all."""
        resets = [n for n in range(self.place, place) if self.items[n].kind == "reset"]
        if resets and self._resets_heard:
            self._end_until(resets[-1])

    def _end_until(self, reset: int) -> None:
        ended = self.items[self.place : reset]
        self._ended |= {item.name for item in ended}
        self.ended_by_reset += len(ended)
        self.place = reset + 1

    def _answers(self, item: Item, sees: int) -> None:
        self.place += 1
        if item.photos is not None and sees != item.photos:
            self.bad.append(f"{item.name}: the model saw {sees} pictures")

    def _sentence(self, text: str) -> None:
        """Without a name: it stands for the next item that has no answer."""
        if text.startswith(RESET):
            self._reset()
        elif text != NAMELESS and not text.startswith(FILLER[:20]):
            self.sentences.append(text)
            self.place = min(self.place + 1, len(self.items))

    def _reset(self) -> None:
        self._resets_heard += 1
        rest = range(self.place, len(self.items))
        place = next((n for n in rest if self.items[n].kind == "reset"), None)
        if place is None:
            self.twice += 1
            return
        self._end_until(place)

    def _check_parts(self) -> None:
        """A reset also ends what is left of an answer before it."""
        resets = [n for n, item in enumerate(self.items) if item.kind == "reset"]
        for number, item in enumerate(self.items[: max(self.place - 1, 0)]):
            is_ended = any(number < n < self.place for n in resets)
            if not is_ended and (missing := self._missing(item)):
                self.bad.append(f"{item.name}: without its parts {sorted(missing)}")

    def _missing(self, item: Item) -> set[str]:
        """Parts of a long answer whose beginning is there."""
        if not item.name.endswith("L;") or item.name not in self._parts:
            return set()
        return {str(part) for part in range(1, LONG_PARTS + 1)} - self._parts[item.name]

    def unanswered(self) -> Iterator[Item]:
        yield from self.items[self.place :]
