"""The model behind the OpenAI double: says what a test told it to, else truly what it was given."""

import asyncio
import re
from collections import deque
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from snapthread_sandbox.openai.dead_files import ErrorEvent, Failed
from snapthread_sandbox.openai.question import Question, Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """The model declines, in its own words."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Incomplete:
    """The answer breaks off here."""

    reason: Literal["max_output_tokens", "content_filter"]


FIRST_S: Final = 0.01  # nobody answers in the very instant in which he is asked

Ending = Refusal | Incomplete | Failed | ErrorEvent
Piece = str | Ending


class Model(Protocol):
    """Answers a question in pieces; an ending that is not text is the last of them."""

    def answer(self, question: Question) -> AsyncGenerator[Piece, None]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What to say, and at which pace. `text` may be made from the question."""

    text: str | Callable[[Question], str]
    first_s: float = FIRST_S  # until the first token
    between_s: float = 0.0  # from token to token
    ending: Ending | None = None


class ScriptedModel:
    """Says its queue of answers, then goes on with `otherwise`."""

    def __init__(self, *, first_s: float = FIRST_S, between_s: float = 0.0) -> None:
        self.otherwise = Answer(text=described, first_s=first_s, between_s=between_s)
        self.queue: deque[Answer] = deque()
        self.questions: list[Question] = []

    def says(
        self,
        text: str | Callable[[Question], str],
        *,
        first_s: float = FIRST_S,
        between_s: float = 0.0,
        ending: Ending | None = None,
    ) -> None:
        """Adds an answer to the queue."""
        answer = Answer(text=text, first_s=first_s, between_s=between_s, ending=ending)
        self.queue.append(answer)

    async def answer(self, question: Question) -> AsyncGenerator[Piece, None]:
        self.questions.append(question)
        answer = self.queue.popleft() if self.queue else self.otherwise
        text = answer.text if isinstance(answer.text, str) else answer.text(question)
        await asyncio.sleep(answer.first_s)
        for number, token in enumerate(tokens(text)):
            await asyncio.sleep(answer.between_s if number else 0.0)
            yield token
        if answer.ending is not None:
            yield answer.ending


def tokens(text: str) -> list[str]:
    """Words with the space behind them; together exactly the text."""
    return re.findall(r"\s*\S+\s*|\s+", text)


def described(question: Question) -> str:
    """Only what is true: the text it got, and of each image its label, size and colour."""
    lines = [f"You said: {question.last_text}"] if question.last_text else []
    lines += [_described_image(image) for image in question.images]
    return "\n".join(lines) or "You said nothing."


def _described_image(image: Seen) -> str:
    size = f"{image.picture.width}x{image.picture.height}"
    label = f" ({image.label})" if image.label else ""
    return f"Image {image.number}{label}: {size}, {image.picture.colour}."
