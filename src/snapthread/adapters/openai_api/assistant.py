"""The assistant: one question to the Responses API, streamed. Implements `ports.Assistant`."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final, cast

from openai import AsyncOpenAI, AsyncStream, Omit, omit
from openai.types.responses import ResponseInputItemParam
from openai.types.shared_params import Reasoning

from snapthread.adapters.openai_api.events import counted_in, said_in
from snapthread.adapters.openai_api.failures import assistant_failure
from snapthread.adapters.openai_api.faults import Fault, attempt, call
from snapthread.adapters.openai_api.question import Detail, input_items
from snapthread.errors import AssistantBusy
from snapthread.limits import ANSWER_S, FIRST_EVENT_S, NEXT_EVENT_S
from snapthread.ports import AnswerCompleted, AnswerEvent, AssistantRequest, RequestTaken

Events = AsyncStream[object]
# After its last event a server ends the body at once; read so far, the connection can be reused.
LAST_BYTES_S: Final = 0.25


class OpenAIAssistant:
    """Asks with our own transcript: nothing of a conversation is stored at OpenAI."""

    def __init__(
        self,
        client: AsyncOpenAI,
        *,
        model: str,
        instructions: str,
        reasoning_effort: str,
        max_output_tokens: int,
        image_detail: Detail,
    ) -> None:
        self._client = client
        self._model = model
        self._instructions = instructions
        self._effort = reasoning_effort
        self._max_output_tokens = max_output_tokens
        self._detail: Detail = image_detail

    async def ask(self, ask: AssistantRequest) -> AsyncGenerator[AnswerEvent]:
        """As `ports.Assistant` promises; close it (`aclosing`) to stop the answer."""
        now = asyncio.get_running_loop().time
        by, ends_at = now() + FIRST_EVENT_S, now() + ANSWER_S
        async with _closing(await self._open(ask, by)) as events:
            opened_at = now()
            yield RequestTaken()
            by += now() - opened_at  # the reader's time, not the server's
            while True:
                event = await _next(events, min(by, ends_at))
                if (counted := counted_in(event)) is not None:
                    yield counted
                said = said_in(event, self._model)
                if said is not None:
                    yield said
                if isinstance(said, AnswerCompleted):
                    await _drain(events)
                    return
                by = now() + NEXT_EVENT_S

    async def _open(self, ask: AssistantRequest, by: float) -> Events:
        effort = self._effort
        opened = await self._request(ask, effort, by)
        if effort and isinstance(opened, Fault) and _is_about_effort(opened):
            self._effort = ""  # this model takes none, now and later
            opened = await self._request(ask, "", by)
        if isinstance(opened, Fault):
            raise assistant_failure(opened)
        return opened

    async def _request(self, ask: AssistantRequest, effort: str, by: float) -> Events | Fault:
        items = input_items(ask.lines, self._detail)
        return await call("responses", lambda: self._create(ask, items, _reasoning(effort)), by)

    async def _create(
        self,
        ask: AssistantRequest,
        items: list[ResponseInputItemParam],
        reasoning: Reasoning | Omit,
    ) -> Events:
        stream = await self._client.responses.create(
            model=self._model,
            instructions=self._instructions,
            input=items,
            max_output_tokens=self._max_output_tokens,
            reasoning=reasoning,
            safety_identifier=ask.safety_identifier,
            prompt_cache_key=ask.prompt_cache_key,
            store=False,
            stream=True,
            stream_options={"include_obfuscation": False},
        )
        # As JSON: models of events cost ten times the time, and two seconds for the first one.
        return AsyncStream(cast_to=object, response=stream.response, client=self._client)


def _reasoning(effort: str) -> Reasoning | Omit:
    # The operator may name an effort that is newer than the SDK.
    return cast(Reasoning, {"effort": effort}) if effort else omit


def _is_about_effort(fault: Fault) -> bool:
    told = f"{fault.param} {fault.message}".lower()
    return fault.status in {400, 422} and ("reasoning" in told or "effort" in told)


@asynccontextmanager
async def _closing(events: Events) -> AsyncIterator[Events]:
    try:
        yield events
    finally:
        with suppress(Exception):  # the answer's own outcome counts, not that of closing it
            await events.close()


async def _next(events: Events, by: float) -> object:
    event = await attempt(lambda: anext(events), by)
    if not isinstance(event, Fault):
        return event
    if event.cause is StopAsyncIteration:
        raise AssistantBusy("the stream ended without an end of the answer")
    raise assistant_failure(event)


async def _drain(events: Events) -> None:
    with suppress(Exception):
        async with asyncio.timeout(LAST_BYTES_S):
            async for _ in events:
                pass
