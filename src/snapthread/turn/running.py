"""Reads a turn as fast as it goes, shows it as it grows, and ends it when the person says Stop."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field, replace
from typing import Protocol

import structlog

from snapthread.model import Claim, ConversationKey, Destination, Message, OutgoingMessage
from snapthread.ports import RequestBounds
from snapthread.reply.draft import Drafts
from snapthread.reply.growing import StreamTexts
from snapthread.texts.localizer import Localizer
from snapthread.turn.result import TurnResult
from snapthread.turn.runner import TurnRunner
from snapthread.turn.sentences import preface
from snapthread.turn.state import TurnState

log = structlog.get_logger()

Preface = Callable[[], tuple[OutgoingMessage, ...]]


class AnswerView(Protocol):
    """Shows an answer while it grows."""

    def begin(self, before: tuple[OutgoingMessage, ...]) -> None: ...

    def show(self, text: str, *, is_thinking: bool) -> None: ...


class NoView:
    """Shows nothing: the answer is seen once it is whole."""

    def begin(self, before: tuple[OutgoingMessage, ...]) -> None:
        """Nothing."""

    def show(self, text: str, *, is_thinking: bool) -> None:
        """Nothing."""


@dataclass(slots=True, kw_only=True, eq=False)
class RunningTurns:
    """Runs the turns of this process, at most one for each conversation."""

    turn_runner: TurnRunner
    drafts: Drafts
    localizer: Callable[[Message], Localizer]
    _running: dict[ConversationKey, tuple[int, asyncio.Timeout]] = field(
        default_factory=dict, init=False
    )

    def bounds_of(self, turn: TurnState) -> RequestBounds | None:
        """Bounds of a turn whose request can be composed at once; None where something comes
        first."""
        return self.turn_runner.bounds_of(turn)

    async def ask(self, turn: TurnState, refusals: tuple[str, ...] = ()) -> TurnResult:
        """Raises what the turn raises; the claim is not finished. `refusals`: what is said of the
        messages that are no part of the question."""
        claim, first = turn.claim, turn.messages[0]
        t = self.localizer(first)
        if first.is_guest:
            return await self._read_or_stop(turn, NoView(), lambda: ())
        texts = StreamTexts(stop=t("stream_stop"), thinking=t("stream_thinking"))
        opened = self.drafts.open(claim, _place(first), texts, private=first.is_private)
        async with opened as draft:
            return await self._read_or_stop(
                turn, draft, lambda: preface(turn.result(), refusals, t)
            )

    def stop(self, conversation: ConversationKey, number: int) -> None:
        """End this turn now, with what it has said. Nothing happens where it does not run, or is
        ending already: to end takes as long as letting go of Telegram and OpenAI takes."""
        running, limit = self._running.get(conversation, (None, None))
        if limit is not None and running == number and not limit.expired():
            log.info("turn.stopped")
            limit.reschedule(asyncio.get_running_loop().time())

    async def _read_or_stop(
        self, turn: TurnState, draft: AnswerView, before: Preface
    ) -> TurnResult:
        limit = asyncio.timeout(0 if turn.claim.is_stopped else None)
        try:
            async with limit:
                with self._register(turn.claim, limit):
                    return await self._read(turn, draft, before)
        except TimeoutError:
            if not limit.expired():
                raise
        return self.turn_runner.stop_result(turn)

    @contextmanager
    def _register(self, claim: Claim, limit: asyncio.Timeout) -> Iterator[None]:
        mine = self._running[claim.conversation] = (claim.turn, limit)
        try:
            yield
        finally:
            # Where a lease was lost, the next attempt may have begun here already.
            if self._running.get(claim.conversation) is mine:
                del self._running[claim.conversation]

    async def _read(self, turn: TurnState, draft: AnswerView, before: Preface) -> TurnResult:
        has_begun = False
        async with aclosing(self.turn_runner.run(turn)) as events:
            async for event in events:
                if isinstance(event, TurnResult):
                    return event
                if not has_begun:
                    draft.begin(before())
                    has_begun = True
                draft.show(event.text, is_thinking=event.is_thinking)
        raise RuntimeError("a turn ends with a TurnResult")


def _place(question: Message) -> Destination:
    """In a group the first words already show whom the answer is for."""
    reply_to = None if question.is_private else question.message_id
    return replace(question.destination, reply_to=reply_to)
