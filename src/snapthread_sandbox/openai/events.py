"""The stream of one answer: every event in its published order, each with a sequence number."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final

from snapthread_sandbox.openai.dead_files import ErrorEvent, Failed
from snapthread_sandbox.openai.output import OutputMessage, reasoning
from snapthread_sandbox.openai.pieces import (
    Begin,
    Delta,
    Ending,
    Incomplete,
    Pause,
    Phase,
    Piece,
    Raw,
    Refusal,
    Telling,
    Thinking,
)
from snapthread_sandbox.openai.question import Question, text_tokens
from snapthread_sandbox.openai.response import response_object
from snapthread_sandbox.wire import Json

REASONING_TOKENS: Final = 64  # of any question that is asked with reasoning
PADDING: Final = "aZ3kQ9xW"  # obfuscation; random at OpenAI
HIDES_DELTAS: Final = (Telling.IN_DONE, Telling.IN_TERMINAL)
HIDES_OUTPUT: Final = (Telling.IN_DONE, Telling.EMPTY_OUTPUT)


@dataclass(slots=True, kw_only=True)
class AnswerEvents:
    """One answer while it is told; every method gives the events of one step."""

    id: str
    question: Question
    now: Callable[[], float]
    usage: Callable[[int, int], Json]  # of output and reasoning tokens
    created_at: int = 0
    telling: Telling = Telling.DELTAS
    messages: list[OutputMessage] = field(default_factory=list)
    thoughts: list[Json] = field(default_factory=list)
    reasoning_tokens: int = 0
    sequence: int = 0

    def __post_init__(self) -> None:
        self.created_at = int(self.now())

    def begin(self) -> list[Json]:
        told = [self._of_response(kind) for kind in ("created", "in_progress")]
        return [*told, *(self.think(REASONING_TOKENS) if self._reasons() else [])]

    def queue(self) -> list[Json]:
        """Events that come first where an answer is asked for in the background."""
        return [self._of_response("queued")]

    def think(self, spent: int) -> list[Json]:
        """Reasoning, shown once as an item without words."""
        self.reasoning_tokens += spent
        if self.thoughts or self.telling is Telling.IN_TERMINAL:
            return []
        item = reasoning(f"rs_{self.id[5:]}")
        self.thoughts.append(item)
        kinds = ("added", "done")
        return [
            self._event(f"response.output_item.{kind}", output_index=0, item=item) for kind in kinds
        ]

    def say(self, token: str, number: int | None = None, phase: Phase | None = None) -> list[Json]:
        """Words of the newest message, or of the one with this number."""
        told: list[Json] = []
        if number is None and not (self.messages and self.messages[-1].is_open):
            told += self.open(phase)
        while number is not None and len(self.messages) <= number:
            told += self.open(phase)
        message = self.messages[-1 if number is None else number]
        message.text += token
        return [*told, *self._unless_hidden(self._delta(message, token))]

    def open(self, phase: Phase | None = None, *, is_refusal: bool = False) -> list[Json]:
        """A new message, beside those that are open."""
        number = len(self.messages)
        message = OutputMessage(
            id=f"msg_{self.id[5:]}" + (f"_{number}" if number else ""),
            index=number + len(self.thoughts),
            phase=phase,
            is_refusal=is_refusal,
        )
        self.messages.append(message)
        added = self._event(
            "response.output_item.added", output_index=message.index, item=message.item([])
        )
        part = self._event("response.content_part.added", **message.place, part=message.part(""))
        return [] if self.telling is Telling.IN_TERMINAL else [added, part]

    def close(self, status: str) -> list[Json]:
        """Every message that is open is done."""
        return [
            event
            for message in self.messages
            if message.is_open
            for event in self._close(message, status)
        ]

    def end(self, ending: Ending | None) -> list[Json]:
        match ending:
            case None:
                return [*self.close("completed"), self._of_response("completed")]
            case Refusal(text=text):
                return self._refuse(text)
            case Incomplete(reason=reason):
                details = {"incomplete_details": {"reason": reason}}
                closed = self.close("incomplete")
                return [*closed, self._of_response("incomplete", **details)]
            case Failed(code=code, message=message):
                error = {"code": code, "message": message}
                return [self._of_response("failed", error=error, output=[])]
            case ErrorEvent():
                return [self._error(ending)]

    @property
    def is_full(self) -> bool:
        limit = self.question.body.get("max_output_tokens")
        return limit is not None and self._output_tokens() >= limit

    def _delta(self, message: OutputMessage, token: str) -> Json:
        if message.is_refusal:
            return self._event("response.refusal.delta", **message.place, delta=token)
        delta = self._event("response.output_text.delta", **message.place, delta=token, logprobs=[])
        if (self.question.body.get("stream_options") or {}).get("include_obfuscation", True):
            delta["obfuscation"] = PADDING
        return delta

    def _unless_hidden(self, *events: Json) -> list[Json]:
        return [] if self.telling in HIDES_DELTAS else list(events)

    def _close(self, message: OutputMessage, status: str) -> list[Json]:
        message.status = status
        if self.telling is Telling.IN_TERMINAL:
            return []
        if message.is_refusal:
            done: Json = {"type": "response.refusal.done", "refusal": message.text}
        else:
            done = {"type": "response.output_text.done", "text": message.text, "logprobs": []}
        told = self._event(**message.place, **done)
        part = message.part(message.text)
        return [
            told,
            *self._unless_hidden(
                self._event("response.content_part.done", **message.place, part=part)
            ),
            *self._unless_hidden(
                self._event(
                    "response.output_item.done", output_index=message.index, item=message.whole
                )
            ),
        ]

    def _refuse(self, text: str) -> list[Json]:
        closed = self.close("completed")
        opened = self.open(is_refusal=True)
        said = self.say(text, len(self.messages) - 1)
        refused = self.close("completed")
        return [*closed, *opened, *said, *refused, self._of_response("completed")]

    def _error(self, ending: ErrorEvent) -> Json:
        error: Json = {"code": ending.code, "message": ending.message, "param": None}
        if ending.is_nested:
            return self._event("error", error=error | {"type": ending.type})
        return self._event("error", **error)

    def number(self, event: Json) -> Json:
        """As it goes out: what is never told takes no number."""
        self.sequence += 1
        return {"type": event["type"], "sequence_number": self.sequence - 1} | event

    def _event(self, type: str, **fields: object) -> Json:
        return {"type": type, **fields}

    def _of_response(self, kind: str, **fields: object) -> Json:
        status = "in_progress" if kind == "created" else kind
        return self._event(f"response.{kind}", response=self.response(status) | fields)

    def response(self, status: str) -> Json:
        """The response object as it stands."""
        has_ended = status in ("completed", "incomplete")
        spent = self.usage(self._output_tokens(), self.reasoning_tokens)
        done = [message.whole for message in self.messages if not message.is_open]
        known = {
            "id": self.id,
            "created_at": self.created_at,
            "completed_at": int(self.now()) if status == "completed" else None,
            "status": status,
            "model": self.question.model,
            "output": [] if self.telling in HIDES_OUTPUT else [*self.thoughts, *done],
        }
        known |= {"usage": spent} if has_ended else {}
        return response_object(self.question.body) | known

    def _output_tokens(self) -> int:
        """As OpenAI counts them: what was thought is paid as well."""
        return sum(text_tokens(message.text) for message in self.messages) + self.reasoning_tokens

    def _reasons(self) -> bool:
        effort = (self.question.body.get("reasoning") or {}).get("effort")
        return effort not in (None, "none")


async def tell(
    told: AnswerEvents, pieces: AsyncGenerator[Piece, None]
) -> AsyncGenerator[Json | Raw, None]:
    """The events of an answer, as the model gives its pieces."""
    for event in told.begin():
        yield told.number(event)
    ending: Ending | None = None
    async with aclosing(pieces):
        async for piece in pieces:
            if isinstance(piece, Raw):
                yield piece
                continue
            if isinstance(piece, (Refusal, Incomplete, Failed, ErrorEvent)):
                ending = piece
                break
            if told.is_full and isinstance(piece, (str, Delta)):
                ending = Incomplete(reason="max_output_tokens")
                break
            for event in _step(told, piece):
                yield told.number(event)
    for event in told.end(ending):
        yield told.number(event)


def _step(
    told: AnswerEvents, piece: str | Begin | Delta | Thinking | Pause | Telling
) -> list[Json]:
    match piece:
        case str():
            return told.say(piece)
        case Delta(text=text, item=number, phase=phase):
            return told.say(text, number, phase)
        case Begin(phase=phase):
            return [*told.close("completed"), *told.open(phase)]
        case Thinking(tokens=spent):
            return told.think(spent)
        case Telling():
            told.telling = piece
            return []
        case Pause():
            return []
