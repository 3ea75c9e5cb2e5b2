"""The assistant: what it is asked, how it answers, what that costs."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Protocol

from snapthread.model import DocumentDetail, Usage
from snapthread.model.request_profile import RequestProfile


@dataclass(frozen=True, slots=True)
class InputText:
    text: str


@dataclass(frozen=True, slots=True)
class InputImage:
    openai_id: str


@dataclass(frozen=True, slots=True)
class InputFile:
    """A document. `detail`: of the pictures of its pages, where it has them."""

    openai_id: str
    detail: DocumentDetail = ""


InputPart = InputText | InputImage | InputFile


@dataclass(frozen=True, slots=True)
class InputItem:
    """One item of the request. A request has hundreds, and all but two were in the one before."""

    role: str
    content: tuple[InputPart, ...]
    phase: str | None = None  # of what the assistant said, as it told us
    file_ids: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        files = [part for part in self.content if isinstance(part, InputImage | InputFile)]
        object.__setattr__(self, "file_ids", tuple([file.openai_id for file in files]))


@dataclass(frozen=True, slots=True, kw_only=True)
class AssistantRequest:
    """One request. The ids are hashed: they name nobody."""

    items: tuple[InputItem, ...]
    safety_identifier: str
    prompt_cache_key: str
    profile: RequestProfile | None = None  # model and instructions; None: the operator's
    file_ids: tuple[str, ...] = field(init=False, repr=False, compare=False)  # oldest first

    def __post_init__(self) -> None:
        ids = [id for item in self.items if item.file_ids for id in item.file_ids]
        object.__setattr__(self, "file_ids", tuple(ids))

    @property
    def has_files(self) -> bool:
        return bool(self.file_ids)


@dataclass(frozen=True, slots=True)
class RequestTaken:
    """The question is on its way: from now on it may cost something."""


@dataclass(frozen=True, slots=True)
class NotTaken:
    """It surely was not taken, and cost nothing; the failure itself follows, or another try."""


@dataclass(frozen=True, slots=True)
class Thinking:
    """The model works and has no words yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDelta:
    """More of the text."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSoFar:
    """All of the text anew: what came now does not stand at its end."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageReported:
    """Usage of a failing answer, as the API tells it; the failure itself follows."""

    usage: Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCompleted:
    """The answer's end. `cut`: why it is shorter than the model wanted. A usage of nothing is
    unknown. `commentary`: what was said on the way to the answer, in whose place that came."""

    usage: Usage
    model: str
    cut: str | None = None  # "max_output_tokens" or "content_filter"
    commentary: str = ""
    phase: str | None = None  # of the answer, where the model tells


AnswerEvent = (
    RequestTaken | NotTaken | Thinking | TextDelta | TextSoFar | UsageReported | AnswerCompleted
)


class Assistant(Protocol):
    """OpenAI's Responses API, one attempt per call."""

    def ask(self, ask: AssistantRequest) -> AsyncGenerator[AnswerEvent, None]:
        """Stream one answer: `RequestTaken` before the request goes out, `AnswerCompleted` last.

        Raises AssistantBusy, AssistantRefused, ContextTooLong, FilesGone and the Denied family.
        Waits at most `first_event_s` of the effort, `NEXT_EVENT_S` and `answer_s`; any byte is a
        sign of life.
        """
        ...


class PriceList(Protocol):
    """Prices of models."""

    def cost_micros(self, model: str, usage: Usage) -> int | None:
        """The cost of one request, in millionths of a dollar; None where nobody knows the price."""
        ...

    def speech_micros(self, model: str, seconds: int) -> int | None:
        """The cost of this many seconds transcribed; None where nobody knows the price."""
        ...
