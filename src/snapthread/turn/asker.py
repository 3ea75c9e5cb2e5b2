"""Asks the assistant until it has answered: again later, with files brought back, or of less."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

import structlog

from snapthread.clock import now_s
from snapthread.concurrency.retry import Backoff
from snapthread.errors import AssistantBusy, ContextTooLong, FilesGone
from snapthread.images.healing import Healing
from snapthread.limits import ASK_RETRIES, ASK_RETRY_WITHIN_S
from snapthread.model.context import text_tokens
from snapthread.ports import Assistant, AssistantRequest
from snapthread.turn.composer import Composer
from snapthread.turn.request import RequestBuilder
from snapthread.turn.result import PartialAnswer
from snapthread.turn.state import TurnState

log = structlog.get_logger()

ASKING = Backoff(first_s=1.0, jitter=0.5)
UNCHANGED_AGAIN_S = 1.0  # what fails without a reason may pass
MENDS_MAX = 8  # a file takes two, and several may be named one by one


@dataclass(slots=True, kw_only=True, eq=False)
class TriesLeft:
    """Tries of one question; a pause that we were asked for is none."""

    retries: int = ASK_RETRIES
    mends: int = MENDS_MAX


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asker:
    """Composes and asks anew at each try."""

    composer: Composer
    requests: RequestBuilder
    healing: Healing
    assistant: Assistant

    async def ask(self, turn: TurnState) -> AsyncGenerator[PartialAnswer, None]:
        """The text so far, again and again; asks again where that may help."""
        left = TriesLeft()
        while turn.answered is None:
            turn.text = ""
            transcript = await self.composer.compose(turn)
            request = self.requests.build(turn, transcript)
            try:
                async with aclosing(self._ask_once(turn, request)) as said:
                    async for one in said:
                        yield one
            except AssistantBusy as busy:
                await self._wait(turn, busy, left)
            except ContextTooLong:
                if not transcript.items:
                    raise
                turn.halvings += 1
            except FilesGone as failure:
                await self._heal(turn, failure, request.file_ids, left)
                turn.failing_since_s = None  # it was there, and to mend may take a minute
        turn.history_start = transcript.history_start  # what fitted the model stays so

    async def _ask_once(
        self, turn: TurnState, request: AssistantRequest
    ) -> AsyncGenerator[PartialAnswer, None]:
        try:
            async with aclosing(self.assistant.ask(request)) as events:
                async for event in events:
                    if said := turn.take_event(event):
                        yield said
        finally:
            turn.meter.record_end(text_tokens(turn.text) if turn.text else 0)

    async def _wait(self, turn: TurnState, busy: AssistantBusy, left: TriesLeft) -> None:
        """Back off before the next try; raises where there is no next one."""
        is_last = left.retries == 0 and not busy.is_pause
        wait_s = ASKING.wait_s(ASK_RETRIES - left.retries + 1, busy.retry_after_s)
        if turn.failing_since_s is None:
            turn.failing_since_s = now_s()  # an attempt may take a minute to fail
        if is_last or now_s() - turn.failing_since_s + wait_s > ASK_RETRY_WITHIN_S:
            raise busy
        log.info("assistant.again", wait_s=round(wait_s, 1), why=str(busy))
        await asyncio.sleep(wait_s)
        left.retries -= not busy.is_pause

    async def _heal(
        self, turn: TurnState, failure: FilesGone, asked: tuple[str, ...], left: TriesLeft
    ) -> None:
        """Bring the files back that the failure speaks of; raises it where that never ends."""
        if left.mends == 0:
            raise failure
        left.mends -= 1
        mended = await self.healing.mend(
            turn.claim,
            failure,
            asked,
            turn.meter,
            nameless=turn.nameless,
            renewed=turn.renewed,
        )
        turn.take_mended(mended)
        if failure.is_missing or not mended.changed:  # what came up anew is not known everywhere
            await asyncio.sleep(UNCHANGED_AGAIN_S)
