"""An answer over HTTP: its events as they come, or all of it at once."""

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing

from snapthread_sandbox.openai.dead_files import ErrorEvent, Failure
from snapthread_sandbox.openai.errors import ApiError
from snapthread_sandbox.openai.pieces import Raw
from snapthread_sandbox.wire import Json, Response, json_response, read


def stream(events: AsyncGenerator[Json | Raw, None]) -> Response:
    headers = {"content-type": "text/event-stream; charset=utf-8"}
    return Response(headers=headers, body=_lines(events))


async def _lines(events: AsyncGenerator[Json | Raw, None]) -> AsyncGenerator[bytes, None]:
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Raw):
                yield event.text.encode()
                continue
            text = json.dumps(event)  # as ASCII: half of a surrogate pair goes out too
            yield f"event: {event['type']}\ndata: {text}\n\n".encode()


async def at_once(events: AsyncGenerator[Json | Raw, None]) -> Response:
    async with aclosing(events):
        *_, last = [event async for event in events if isinstance(event, dict)]
    if "response" in last:
        return json_response(last["response"])
    error = last.get("error", last)
    raise as_http(ErrorEvent(code=error["code"], message=error["message"]))


def as_http(failure: Failure) -> ApiError:
    if isinstance(failure, ApiError):
        return failure
    return ApiError(400, failure.message, param="input", code=failure.code)


async def collect(response: Response) -> list[Json]:
    """The events of a streamed response, for tests."""
    blocks = (await read(response)).decode().split("\n\n")
    data = (block.partition("data: ")[2] for block in blocks)
    return [json.loads(one) for one in data if one]
