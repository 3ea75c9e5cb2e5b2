"""Pieces of an answer: words, items, thoughts, odd blocks between the events, an ending.

model.plays(Begin(phase="commentary"), "Let me look.", Begin(phase="final_answer"), "A cat.")
model.plays(Delta("aaaa", item=0), Delta("1111", item=1), Delta("bbb", item=0))
model.plays(RETRY, "Hello, ", PING, COMMENT, EMPTY, "you.")
model.plays(Thinking(4096), Incomplete(reason="max_output_tokens"))
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal

from snapthread_sandbox.openai.dead_files import ErrorEvent, Failed

Phase = Literal["commentary", "final_answer"]


@dataclass(frozen=True, slots=True)
class Begin:
    """A new output item from here on; the one before is done."""

    phase: Phase | None = None


@dataclass(frozen=True, slots=True)
class Delta:
    """Words of one item among several that are open at once."""

    text: str
    item: int = 0
    phase: Phase | None = None  # of an item that begins here


@dataclass(frozen=True, slots=True)
class Thinking:
    """Reasoning that spends so many tokens, and shows nothing."""

    tokens: int


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes between the events, whatever they are."""

    text: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing happens for so long."""

    seconds: float


class Telling(Enum):
    """The place of an answer's words on the wire; servers differ."""

    DELTAS = "everywhere, as published"
    IN_DONE = "only in output_text.done or refusal.done"
    IN_TERMINAL = "only in the output of the last event"
    EMPTY_OUTPUT = "everywhere but in the output of the last event"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """The model declines, in its own words."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Incomplete:
    """The answer breaks off here."""

    reason: Literal["max_output_tokens", "content_filter"]


Ending = Refusal | Incomplete | Failed | ErrorEvent
Piece = str | Begin | Delta | Thinking | Raw | Pause | Telling | Ending

# Blocks that the standard of server-sent events tells a reader to skip.
RETRY: Final = Raw("retry: 3000\n\n")
COMMENT: Final = Raw(": keepalive\n\n")
PING: Final = Raw("event: ping\n\n")
EMPTY: Final = Raw("\n\n")
ID_ONLY: Final = Raw("id: 7\n: a comment\n\n")
EMPTY_DATA: Final = Raw("data:\n\n")
