"""The assistant: one question to the Responses API, streamed. Implements `ports.Assistant`."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Final, cast

import structlog

from snapthread.adapters.openai_api.client import OpenAIClient
from snapthread.adapters.openai_api.events import EventInterpreter
from snapthread.adapters.openai_api.failures import assistant_failure, is_untaken
from snapthread.adapters.openai_api.faults import Fault, call
from snapthread.adapters.openai_api.inline import InlineImages
from snapthread.adapters.openai_api.question import Detail, Style, body_of, names_of_sent
from snapthread.adapters.openai_api.refusals import refused_name
from snapthread.adapters.openai_api.stream import EventStream
from snapthread.errors import AssistantBusy
from snapthread.limits import (
    ANSWER_S,
    FIRST_EVENT_S,
    NEXT_EVENT_S,
    THINKING_MAX_S,
    THINKING_S,
)
from snapthread.ports import AnswerCompleted, AnswerEvent, AssistantRequest, NotTaken, RequestTaken

log = structlog.get_logger()

QUIET_S: Final = 5.0  # a model that has no words after so long is thinking


class OpenAIAssistant:
    """Asks with our own transcript: nothing of a conversation is stored at OpenAI."""

    def __init__(
        self,
        client: OpenAIClient,
        *,
        model: str,
        instructions: str,
        reasoning_effort: str,
        max_output_tokens: int,
        image_detail: Detail,
        inline: InlineImages,
    ) -> None:
        self._client = client
        self._inline = inline
        self._style = Style(
            model=model,
            instructions=instructions,
            effort=reasoning_effort,
            max_output_tokens=max_output_tokens,
            detail=image_detail,
        )
        self._left_out: dict[str, frozenset[str]] = {}  # by model: what is not taken there

    async def ask(self, ask: AssistantRequest) -> AsyncGenerator[AnswerEvent]:
        """As `ports.Assistant` promises; close it (`aclosing`) to stop the answer."""
        sizes = await self._inline.sizes(ask)
        yield RequestTaken()
        style, has_files = self._style_of(ask), ask.has_files
        waits = Waits(style.effort)
        opened = await self._open(ask, style, sizes, waits)
        if isinstance(opened, Fault):
            if is_untaken(opened):
                yield NotTaken()
            raise assistant_failure(opened, has_files=has_files)
        interpreter = EventInterpreter(style.model, has_files=has_files)
        async with _closing(opened) as stream:
            while True:
                for event in await stream.read(waits.by()):
                    if isinstance(event, Fault):
                        raise _stream_failure(event)
                    for said in interpreter.interpret(event):
                        yield said
                        if isinstance(said, AnswerCompleted):
                            await stream.drain()
                            return
                if waits.are_long:
                    for thinking in interpreter.think():
                        yield thinking
                waits.hear(has_begun=interpreter.has_begun)

    def _style_of(self, ask: AssistantRequest) -> Style:
        """The operator's, except for what the person chose."""
        chosen = ask.profile
        if chosen is None:
            return self._style
        return replace(
            self._style,
            model=chosen.model,
            instructions=chosen.instructions,
            detail=cast("Detail", chosen.detail),
        )

    async def _open(
        self, ask: AssistantRequest, style: Style, sizes: Mapping[str, int], waits: "Waits"
    ) -> EventStream | Fault:
        """Leave out a field that this model does not take, now and later; each once."""
        while True:
            left_out = self._left_out.get(style.model, frozenset())
            body = self._inline.body(body_of(ask, style, left_out), sizes)
            send = partial(self._client.stream, "/responses", body)
            opened = await call("responses", send, waits.by())
            if not isinstance(opened, Fault):
                return EventStream(opened)
            name = refused_name(opened, names_of_sent(style, left_out))
            if name is None:
                return opened
            log.warning("openai.left_out", name=name, why=str(opened))
            self._left_out[style.model] = left_out | {name}


class Waits:
    """The longest silence: until the first word as long as the effort may think."""

    def __init__(self, effort: str) -> None:
        self._now = asyncio.get_running_loop().time
        thinking_s = THINKING_S.get(effort, THINKING_MAX_S)
        self._began = self._now()
        self._ends_at = self._began + ANSWER_S + thinking_s
        self._silence_s = FIRST_EVENT_S + thinking_s
        self._by = self._began + self._silence_s

    def by(self) -> float:
        return min(self._by, self._ends_at)

    @property
    def are_long(self) -> bool:
        return self._now() > self._began + QUIET_S

    def hear(self, *, has_begun: bool) -> None:
        """A sign of life came, and the reader is ready for the next one."""
        self._by = self._now() + (NEXT_EVENT_S if has_begun else self._silence_s)


@asynccontextmanager
async def _closing(stream: EventStream) -> AsyncIterator[EventStream]:
    try:
        yield stream
    finally:
        await stream.close()


def _stream_failure(fault: Fault) -> Exception:
    if fault.cause is StopAsyncIteration:
        return AssistantBusy("the stream ended without an end of the answer")
    return assistant_failure(fault)
