"""Faults that a test orders: what goes wrong, where, and how often.

    openai.faults.add(on="POST /responses", times=2, reply=server_error())
    bot_api.faults.add(on="sendMessage", reply=flood(3))

The first rule that matches and is not used up decides; it sees each call once.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any, Literal

from snapthread_sandbox.wire import Body, ConnectionLost, Loss, Response, json_response

Moment = Literal["before", "after"]  # before the effect, or after it with the reply lost
Ending = Literal["lost", "ended", "hangs"]  # of a stream that is cut
Effect = Callable[[], Awaitable[Response]]
Facts = Mapping[str, Any]  # the JSON body, or the parameters of a Bot API method

ALWAYS = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong. Without any field the call just goes through."""

    latency_s: float = 0.0
    reply: Response | None = None
    drops: Moment | None = None
    how: Loss = "closed"
    hangs: Moment | None = None
    chunks: int | None = None  # of a stream: its events
    size_bytes: int | None = None
    ending: Ending = "lost"

    async def around(self, effect: Effect) -> Response:
        """Performs the effect, or does not, and answers as this fault does."""
        await asyncio.sleep(self.latency_s)
        await self._fail("before")
        if self.reply is not None:
            return self.reply
        response = await effect()
        await self._fail("after")
        return replace(response, body=self._cut(response.body))

    async def _fail(self, moment: Moment) -> None:
        if self.hangs == moment:
            await asyncio.Event().wait()
        if self.drops == moment:
            raise ConnectionLost(self.how)

    def _cut(self, body: Body) -> Body:
        if self.size_bytes is not None and isinstance(body, bytes):
            return self._end_after(_once(body[: self.size_bytes]))
        if self.chunks is not None:
            return self._end_after(_first(self.chunks, body))
        return body

    async def _end_after(self, chunks: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
        async with aclosing(chunks):
            async for chunk in chunks:
                yield chunk
        if self.ending == "hangs":
            await asyncio.Event().wait()
        if self.ending == "lost":
            raise ConnectionLost(self.how)


async def _once(chunk: bytes) -> AsyncGenerator[bytes, None]:
    yield chunk


async def _first(count: int, body: Body) -> AsyncGenerator[bytes, None]:
    left = count
    async with aclosing(_once(body) if isinstance(body, bytes) else body) as chunks:
        while left > 0 and (chunk := await anext(chunks, None)) is not None:
            yield chunk
            left -= 1


@dataclass(slots=True, kw_only=True)
class Rule:
    """A fault's place, and how often it still strikes. `left` None: always."""

    on: str
    fault: Fault
    left: int | None
    when: Callable[[Facts], bool]
    used: int = 0

    def matches(self, route: str, facts: Facts) -> bool:
        return self.left != 0 and fnmatchcase(route, self.on) and self.when(facts)

    def use(self) -> Fault:
        self.used += 1
        if self.left is not None:
            self.left -= 1
        return self.fault

    def end(self) -> None:
        """From now on this rule does nothing."""
        self.left = 0


class Faults:
    """The ordered rules of one double."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []

    def add(
        self,
        *,
        on: str = "*",
        reply: Fault,
        times: int | None = 1,
        when: Callable[[Facts], bool] = lambda facts: True,
    ) -> Rule:
        """Orders a fault. `on` is a route as the double names it; `*` stands for anything."""
        rule = Rule(on=on, fault=reply, left=times, when=when)
        self.rules.append(rule)
        return rule

    def clear(self) -> None:
        for rule in self.rules:
            rule.end()
        self.rules.clear()

    def take(self, route: str, facts: Facts) -> Fault:
        """The fault for this call; one that does nothing where no rule matches."""
        for rule in self.rules:
            if rule.matches(route, facts):
                return rule.use()
        return Fault()


# Faults of any service


def slow(latency_s: float, *, then: Fault | None = None) -> Fault:
    """Waits first, then goes on as `then`, or as if nothing were wrong."""
    return replace(then or Fault(), latency_s=latency_s)


def drops(how: Loss = "closed") -> Fault:
    """The connection ends before anything has happened."""
    return Fault(drops="before", how=how)


def loses_reply(how: Loss = "closed") -> Fault:
    """It happens, but nobody hears of it."""
    return Fault(drops="after", how=how)


def hangs(moment: Moment = "before") -> Fault:
    """Never answers; `after`: although it has happened."""
    return Fault(hangs=moment)


def cuts_stream(*, after: int, ending: Ending = "lost") -> Fault:
    """A stream that stops after so many events."""
    return Fault(chunks=after, ending=ending)


def cuts_body(*, after_bytes: int, ending: Ending = "lost") -> Fault:
    """A body, a download for example, that stops after so many bytes."""
    return Fault(size_bytes=after_bytes, ending=ending)


def replies(body: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Fault:
    """Answers with this JSON and does nothing."""
    return Fault(reply=json_response(body, status=status, headers=headers))


def not_json(status: int = 502, body: bytes = b"<html><h1>502 Bad Gateway</h1></html>") -> Fault:
    """A proxy's page where JSON was expected."""
    return Fault(reply=Response(status=status, headers={"content-type": "text/html"}, body=body))


def malformed_json(status: int = 200, body: bytes = b'{"ok": true, "resu') -> Fault:
    """JSON that breaks off."""
    headers = {"content-type": "application/json"}
    return Fault(reply=Response(status=status, headers=headers, body=body))


# Faults of OpenAI


def openai_error(
    status: int,
    message: str,
    *,
    type: str = "invalid_request_error",
    param: str | None = None,
    code: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Fault:
    """Any error in OpenAI's shape."""
    error = {"message": message, "type": type, "param": param, "code": code}
    return replies({"error": error}, status=status, headers=headers)


def server_error(status: int = 500) -> Fault:
    """OpenAI's own failure, or overload."""
    message = "The server had an error while processing your request. Sorry about that!"
    return openai_error(status, message, type="server_error", code="server_error")


def rate_limited(retry_after_s: float | None = None) -> Fault:
    """OpenAI's 429 that goes away; without a time the header is missing."""
    headers = {} if retry_after_s is None else {"retry-after": f"{retry_after_s:g}"}
    message = "Rate limit reached for requests. Please try again later."
    return openai_error(429, message, type="requests", code="rate_limit_exceeded", headers=headers)


def out_of_credit(code: str = "insufficient_quota") -> Fault:
    """OpenAI's 429 that does not go away."""
    message = "You exceeded your current quota, please check your plan and billing details."
    return openai_error(429, message, type="insufficient_quota", code=code)


def stream_of(*events: Mapping[str, Any]) -> Fault:
    """A stream of exactly these events, valid or not."""
    lines = [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events]
    headers = {"content-type": "text/event-stream; charset=utf-8"}
    return Fault(reply=Response(headers=headers, body="".join(lines).encode()))


# Faults of the Bot API


def telegram_error(
    error_code: int, description: str, *, parameters: Mapping[str, Any] | None = None
) -> Fault:
    """Any error in Telegram's shape."""
    body = {"ok": False, "error_code": error_code, "description": description}
    return replies(body | ({"parameters": parameters} if parameters else {}), status=error_code)


def flood(retry_after_s: int) -> Fault:
    """Telegram's 429."""
    description = f"Too Many Requests: retry after {retry_after_s}"
    return telegram_error(429, description, parameters={"retry_after": retry_after_s})
