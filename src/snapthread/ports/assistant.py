"""The assistant: what it is asked, how it answers, what that costs."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol

from snapthread.model import Usage


@dataclass(frozen=True, slots=True)
class InputText:
    text: str


@dataclass(frozen=True, slots=True)
class InputImage:
    openai_id: str


@dataclass(frozen=True, slots=True)
class InputItem:
    """One line of the request."""

    role: str
    content: tuple[InputText | InputImage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AssistantRequest:
    """One request. The ids are hashed: they name nobody."""

    lines: tuple[InputItem, ...]
    safety_identifier: str
    prompt_cache_key: str


@dataclass(frozen=True, slots=True)
class RequestTaken:
    """The API took the question: from now on it may cost something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDelta:
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageReported:
    """What a failing answer has cost, as the API tells it; the failure itself follows."""

    usage: Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCompleted:
    """The answer's end. `cut`: why it is shorter than the model wanted."""

    usage: Usage
    model: str
    cut: str | None = None  # "max_output_tokens" or "content_filter"


AnswerEvent = RequestTaken | TextDelta | UsageReported | AnswerCompleted


class Assistant(Protocol):
    """OpenAI's Responses API, one attempt per call."""

    def ask(self, ask: AssistantRequest) -> AsyncGenerator[AnswerEvent, None]:
        """Stream one answer; `RequestTaken` comes first and `AnswerCompleted` last.

        Raises AssistantBusy, AssistantRefused, ContextTooLong, FilesGone and the Denied family.
        Waits at most `FIRST_EVENT_S`, `NEXT_EVENT_S` and `ANSWER_S`.
        """
        ...


class PriceList(Protocol):
    """What models cost."""

    def cost_micros(self, model: str, usage: Usage) -> int | None:
        """Of one request, in millionths of a dollar; None where nobody knows the price."""
        ...
