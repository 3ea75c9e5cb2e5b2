"""OpenAI's side of the wire, scripted answer by answer, without a socket."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import httpx2

from snapthread.adapters.openai_api.assistant import OpenAIAssistant
from snapthread.adapters.openai_api.client import make_client
from snapthread.adapters.openai_api.files import OpenAIFiles
from snapthread.ports import (
    AnswerEvent,
    AssistantRequest,
    InputImage,
    InputItem,
    InputText,
    RequestTaken,
)
from tests.doubles import by_files_only

KEY = "sk-proj-0123456789abcdefSECRET"
ASK = AssistantRequest(
    items=(InputItem(role="user", content=(InputText(text="a private question"),)),),
    safety_identifier="hash-of-a-user",
    prompt_cache_key="hash-of-a-conversation",
)
ASK_OF_IMAGE = replace(
    ASK, items=(*ASK.items, InputItem(role="user", content=(InputImage(openai_id="file-1"),)))
)
Step = bytes | float | Exception  # bytes to send, seconds to wait, or how it breaks
Answer = httpx2.Response | Exception | Sequence[Step]


class Body(httpx2.AsyncByteStream):
    """A body that comes step by step, and remembers that it was closed."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = steps
        self.is_closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for step in self._steps:
            if isinstance(step, Exception):
                raise step
            if isinstance(step, bytes):
                yield step
            else:
                await asyncio.sleep(step)

    async def aclose(self) -> None:
        self.is_closed = True


class Wire:
    """Answers each request with the next of `answers`; the last one goes on and on."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.requests: list[httpx2.Request] = []
        self.bodies: list[Body] = []
        transport = httpx2.MockTransport(self._answer)
        self.client = make_client(KEY, "http://openai.test/v1", transport=transport)
        self.files = OpenAIFiles(self.client)
        self.assistant = self.make_assistant()

    def make_assistant(self, *, effort: str = "none") -> OpenAIAssistant:
        return OpenAIAssistant(
            self.client,
            model="gpt-6-luna",
            instructions="Be friendly.",
            reasoning_effort=effort,
            max_output_tokens=4096,
            image_detail="auto",
            inline=by_files_only(),
        )

    async def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx2.Response):
            return answer
        return self._stream(answer)

    def _stream(self, steps: Sequence[Step]) -> httpx2.Response:
        self.bodies.append(Body(steps))
        return httpx2.Response(
            200, headers={"content-type": "text/event-stream"}, stream=self.bodies[-1]
        )

    def sent(self, index: int = -1) -> dict[str, Any]:
        """The JSON of a request."""
        content: dict[str, Any] = json.loads(self.requests[index].content)
        return content

    async def ask(self, ask: AssistantRequest = ASK) -> list[AnswerEvent]:
        """The events after the question was taken."""
        taken, *said = [said async for said in self.assistant.ask(ask)]
        assert taken == RequestTaken()
        return said


def event(kind: str, **fields: object) -> bytes:
    data = json.dumps({"type": kind, "sequence_number": 1, **fields})
    return f"event: {kind}\ndata: {data}\n\n".encode()


def delta(text: str) -> bytes:
    return event("response.output_text.delta", delta=text, item_id="m", output_index=0)


USAGE: Mapping[str, object] = {
    "input_tokens": 100,
    "input_tokens_details": {"cached_tokens": 20, "cache_write_tokens": 10},
    "output_tokens": 30,
    "output_tokens_details": {"reasoning_tokens": 5},
    "total_tokens": 130,
}


def response(status: str = "completed", **fields: object) -> dict[str, object]:
    known = {"id": "resp_1", "object": "response", "created_at": 1, "model": "gpt-6-luna-1"}
    return {**known, "status": status, "output": [], "usage": USAGE, "error": None, **fields}


COMPLETED = event("response.completed", response=response())
CREATED = event("response.created", response=response("in_progress", usage=None))


def failed(code: str, message: str) -> bytes:
    error = {"code": code, "message": message}
    return event("response.failed", response=response("failed", error=error))


def error(
    status: int,
    message: str = "",
    *,
    code: str | None = None,
    type: str = "invalid_request_error",
    param: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> httpx2.Response:
    body = {"error": {"message": message, "type": type, "param": param, "code": code}}
    return httpx2.Response(status, json=body, headers=headers)


def page(status: int) -> httpx2.Response:
    """The answer of a proxy."""
    return httpx2.Response(status, html="<html>Bad gateway</html>")


def file(openai_id: str = "file-abc123", **fields: object) -> dict[str, object]:
    known = {"object": "file", "bytes": 3, "created_at": 1_763_000_000, "purpose": "vision"}
    return {"id": openai_id, "filename": "a.jpg", "status": "processed", **known, **fields}
