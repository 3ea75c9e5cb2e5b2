"""The model behind the OpenAI double: says what a test told it to, else truly what it was given."""

import asyncio
import re
from collections import deque
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Final, Protocol

from snapthread_sandbox.openai.documents import Document
from snapthread_sandbox.openai.pieces import (
    Ending,
    Incomplete,
    Pause,
    Piece,
    Refusal,
    Telling,
)
from snapthread_sandbox.openai.question import Question, Seen

__all__ = [
    "Answer",
    "Ending",
    "Incomplete",
    "Model",
    "Piece",
    "Refusal",
    "ScriptedModel",
    "describe",
    "tokens",
]

FIRST_S: Final = 0.01  # nobody answers in the very instant in which he is asked


class Model(Protocol):
    """Answers a question in pieces; an ending is the last of them."""

    def answer(self, question: Question) -> AsyncGenerator[Piece, None]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer and its pace. `text` may be made from the question."""

    text: str | Callable[[Question], str] = ""
    pieces: tuple[Piece, ...] = ()  # instead of a text
    telling: Telling = Telling.DELTAS
    first_s: float = FIRST_S  # until the first token
    between_s: float = 0.0  # from token to token
    ending: Ending | None = None


class ScriptedModel:
    """Says its queue of answers, then goes on with `otherwise`."""

    def __init__(self, *, first_s: float = FIRST_S, between_s: float = 0.0) -> None:
        self.otherwise = Answer(text=describe, first_s=first_s, between_s=between_s)
        self.queue: deque[Answer] = deque()
        self.questions: list[Question] = []

    def says(
        self,
        text: str | Callable[[Question], str],
        *,
        first_s: float = FIRST_S,
        between_s: float = 0.0,
        ending: Ending | None = None,
        telling: Telling = Telling.DELTAS,
    ) -> None:
        """Adds an answer to the queue."""
        answer = Answer(
            text=text, telling=telling, first_s=first_s, between_s=between_s, ending=ending
        )
        self.queue.append(answer)

    def plays(
        self,
        *pieces: Piece,
        telling: Telling = Telling.DELTAS,
        first_s: float = FIRST_S,
        between_s: float = 0.0,
    ) -> None:
        """Adds an answer piece by piece: items, thoughts, odd blocks, an ending. See pieces.py."""
        self.queue.append(
            Answer(pieces=pieces, telling=telling, first_s=first_s, between_s=between_s)
        )

    async def answer(self, question: Question) -> AsyncGenerator[Piece, None]:
        self.questions.append(question)
        answer = self.queue.popleft() if self.queue else self.otherwise
        yield answer.telling
        await asyncio.sleep(answer.first_s)
        for number, piece in enumerate(_pieces(answer, question)):
            await asyncio.sleep(answer.between_s if number else 0.0)
            if isinstance(piece, Pause):
                await asyncio.sleep(piece.seconds)
            else:
                yield piece
        if answer.ending is not None:
            yield answer.ending


def _pieces(answer: Answer, question: Question) -> list[Piece]:
    if answer.pieces:
        return list(answer.pieces)
    text = answer.text if isinstance(answer.text, str) else answer.text(question)
    return list(tokens(text))


def tokens(text: str) -> list[str]:
    """Words with the space behind them; together exactly the text."""
    return re.findall(r"\s*\S+\s*|\s+", text)


def describe(question: Question) -> str:
    """Only what is true: the text it got, and of each image its label, size and colour."""
    lines = [f"You said: {question.last_text}"] if question.last_text else []
    lines += [_describe_image(image) for image in question.images]
    lines += [_describe_document(one) for one in question.documents]
    return "\n".join(lines) or "You said nothing."


def _describe_image(image: Seen) -> str:
    size = f"{image.picture.width}x{image.picture.height}"
    label = f" ({image.label})" if image.label else ""
    return f"Image {image.number}{label}: {size}, {image.picture.colour}."


def _describe_document(document: Document) -> str:
    label = f" ({document.label})" if document.label else ""
    pages = f", {document.pages} pages" if document.pages else ""
    return f"Document {document.number}{label}: {document.name}{pages}."
