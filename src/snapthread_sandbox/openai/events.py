"""The stream of one answer: every event in its published order, each with a sequence number."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final

from snapthread_sandbox.openai.dead_files import ErrorEvent, Failed
from snapthread_sandbox.openai.question import Question, text_tokens
from snapthread_sandbox.openai.scripted_model import Ending, Incomplete, Piece, Refusal
from snapthread_sandbox.wire import Json

REASONING_TOKENS: Final = 64  # of any question that is asked with reasoning
PADDING: Final = "aZ3kQ9xW"  # obfuscation; random at OpenAI


@dataclass(slots=True, kw_only=True)
class Told:
    """One answer while it is told; every method gives the events of one step."""

    id: str
    question: Question
    now: Callable[[], float]
    usage: Callable[[int, int], Json]  # of output and reasoning tokens
    created_at: int = 0
    text: str = ""
    output: list[Json] = field(default_factory=list)
    sequence: int = 0
    is_open: bool = False

    def __post_init__(self) -> None:
        self.created_at = int(self.now())

    def begin(self) -> list[Json]:
        told = [self._of_response(kind) for kind in ("created", "in_progress")]
        if self._reasons():
            item = {"id": f"rs_{self.id[5:]}", "type": "reasoning", "summary": []}
            told.append(self._event("response.output_item.added", output_index=0, item=item))
            told.append(self._event("response.output_item.done", output_index=0, item=item))
            self.output.append(item)
        return told

    def say(self, token: str) -> list[Json]:
        told = [] if self.is_open else self._open(_text_part(""))
        self.text += token
        delta = self._event("response.output_text.delta", **self._place(), delta=token, logprobs=[])
        if (self.question.body.get("stream_options") or {}).get("include_obfuscation", True):
            delta["obfuscation"] = PADDING
        return [*told, delta]

    def end(self, ending: Ending | None) -> list[Json]:
        match ending:
            case None:
                return [*self._close("completed"), self._of_response("completed")]
            case Refusal(text=text):
                return self._refuse(text)
            case Incomplete(reason=reason):
                details = {"incomplete_details": {"reason": reason}}
                closed = self._close("incomplete")
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

    def _open(self, part: Json) -> list[Json]:
        self.is_open = True
        place = self._place()
        item = self._item("in_progress", [])
        index = place["output_index"]
        return [
            self._event("response.output_item.added", output_index=index, item=item),
            self._event("response.content_part.added", **place, part=part),
        ]

    def _close(self, status: str) -> list[Json]:
        if not self.is_open:
            return []
        place = self._place()
        done = self._event("response.output_text.done", **place, text=self.text, logprobs=[])
        return [done, *self._close_part(_text_part(self.text), status)]

    def _refuse(self, text: str) -> list[Json]:
        opened = self._open({"type": "refusal", "refusal": ""})
        told = [
            self._event("response.refusal.delta", **self._place(), delta=text),
            self._event("response.refusal.done", **self._place(), refusal=text),
        ]
        closed = self._close_part({"type": "refusal", "refusal": text}, "completed")
        return [*opened, *told, *closed, self._of_response("completed")]

    def _close_part(self, part: Json, status: str) -> list[Json]:
        place = self._place()
        item = self._item(status, [part])
        index = place["output_index"]
        self.output.append(item)
        return [
            self._event("response.content_part.done", **place, part=part),
            self._event("response.output_item.done", output_index=index, item=item),
        ]

    def _error(self, ending: ErrorEvent) -> Json:
        error: Json = {"code": ending.code, "message": ending.message, "param": None}
        if ending.is_nested:
            return self._event("error", error=error | {"type": "invalid_request_error"})
        return self._event("error", **error)

    def _event(self, type: str, **fields: object) -> Json:
        self.sequence += 1
        return {"type": type, "sequence_number": self.sequence - 1, **fields}

    def _of_response(self, kind: str, **fields: object) -> Json:
        status = "in_progress" if kind == "created" else kind
        return self._event(f"response.{kind}", response=self.response(status) | fields)

    def response(self, status: str) -> Json:
        """The response object as it stands."""
        body = self.question.body
        given = {name: body.get(name) for name in ECHOED} | DEFAULTS
        has_ended = status in ("completed", "incomplete")
        usage = {"usage": self._usage()} if has_ended else {}
        return {
            "id": self.id,
            "object": "response",
            "created_at": self.created_at,
            "completed_at": int(self.now()) if status == "completed" else None,
            "status": status,
            "error": None,
            "incomplete_details": None,
            **{name: body.get(name, default) for name, default in given.items()},
            "model": self.question.model,
            "output": list(self.output),
            **usage,
        }

    def _usage(self) -> Json:
        return self.usage(self._output_tokens(), REASONING_TOKENS if self._reasons() else 0)

    def _output_tokens(self) -> int:
        return text_tokens(self.text) + (REASONING_TOKENS if self._reasons() else 0)

    def _reasons(self) -> bool:
        effort = (self.question.body.get("reasoning") or {}).get("effort")
        return effort not in (None, "none")

    def _place(self) -> Json:
        """Where the one message of an answer stands: behind the reasoning, if there is any."""
        index = 1 if self._reasons() else 0
        return {"item_id": f"msg_{self.id[5:]}", "output_index": index, "content_index": 0}

    def _item(self, status: str, content: list[Json]) -> Json:
        return {
            "id": f"msg_{self.id[5:]}",
            "type": "message",
            "status": status,
            "role": "assistant",
            "content": content,
        }


ECHOED: Final = ("instructions", "max_output_tokens", "prompt_cache_key", "safety_identifier")
DEFAULTS: Final[Json] = {
    "background": False,
    "metadata": {},
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "reasoning": {"effort": None, "summary": None},
    "service_tier": "default",
    "store": True,
    "temperature": 1.0,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_logprobs": 0,
    "top_p": 1.0,
    "truncation": "disabled",
}


async def tell(told: Told, pieces: AsyncGenerator[Piece, None]) -> AsyncGenerator[Json, None]:
    """The events of an answer, as the model gives its pieces."""
    for event in told.begin():
        yield event
    ending: Ending | None = None
    async with aclosing(pieces):
        async for piece in pieces:
            if not isinstance(piece, str):
                ending = piece
                break
            if told.is_full:
                ending = Incomplete(reason="max_output_tokens")
                break
            for event in told.say(piece):
                yield event
    for event in told.end(ending):
        yield event


def _text_part(text: str) -> Json:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
