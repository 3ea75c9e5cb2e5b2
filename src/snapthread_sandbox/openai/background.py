"""Answers that are made while nobody waits: queued, in progress, then done; or cancelled."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from snapthread_sandbox.openai.errors import ApiError
from snapthread_sandbox.openai.kept import Kept
from snapthread_sandbox.openai.pieces import Raw
from snapthread_sandbox.wire import Json

QUEUED_S: Final = 0.05
RUNNING: Final = ("queued", "in_progress")


class Background:
    """The answers that are being made, each a task."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def start(self, queued: Json, events: AsyncGenerator[Json | Raw, None], body: Json) -> Json:
        """Goes on with it, and gives its first state."""
        self._kept.keep(queued, body)
        task = asyncio.create_task(self._make(events))
        self._tasks[queued["id"]] = task
        task.add_done_callback(lambda _: self._tasks.pop(queued["id"], None))
        return queued

    def cancel(self, response_id: str) -> Json:
        response = self._kept.retrieve(response_id)
        if not response["background"]:
            raise ApiError(400, "Cannot cancel a synchronous response.")
        if response["status"] not in RUNNING:
            return response
        if task := self._tasks.get(response_id):
            task.cancel()
        self._kept.update(response | {"status": "cancelled"})
        return self._kept.retrieve(response_id)

    async def _make(self, events: AsyncGenerator[Json | Raw, None]) -> None:
        await asyncio.sleep(QUEUED_S)
        async with aclosing(events):
            async for event in events:
                if isinstance(event, dict) and "response" in event:
                    self._kept.update(event["response"])
