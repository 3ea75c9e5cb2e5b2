"""Intake: updates from Telegram into the message queue, confirmed only once they are durable."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from snapthread.clock import now_s
from snapthread.concurrency.retry import Backoff
from snapthread.errors import (
    AnotherPoller,
    ChatBusy,
    ChatRefused,
    ConversationBroken,
    SnapthreadError,
    StoreBusy,
    StoreFull,
    WebhookSet,
)
from snapthread.intake.groups import GroupIntake
from snapthread.intake.health import Health
from snapthread.intake.heartbeat import Heartbeat
from snapthread.limits import LEASE_S, POLL_LATE_S, POLL_S
from snapthread.model import (
    Claim,
    ConversationKey,
    Message,
    OutgoingMessage,
    private_conversation,
)
from snapthread.ports import (
    Arrival,
    BlockedUsers,
    Chat,
    Clock,
    IncomingMessages,
    Reactions,
    TopicConversations,
    Update,
)
from snapthread.reply.alerts import Alerts

log = structlog.get_logger()

POLLING = Backoff(first_s=1.0, longest_s=30.0)
OTHER_POLLER_S = 5.0

PASSES = (ChatBusy, ChatRefused, AnotherPoller, WebhookSet, StoreBusy, StoreFull)

QueueFullReply = Callable[[Message], OutgoingMessage]


class ClaimServer(Protocol):
    """The worker, as intake needs it: it serves what came in."""

    def free_slots(self) -> AbstractContextManager[int]: ...
    def begin(self, claims: Sequence[Claim], asked_s: float) -> None: ...
    def wake(self, ready: int, *, is_urgent: bool) -> None: ...


class IntakeStore(IncomingMessages, BlockedUsers, TopicConversations, Reactions, Protocol):
    """The store as the intake needs it."""


@dataclass(slots=True, kw_only=True, eq=False)
class Intake:
    """Our own polling loop: a batch is one transaction, then the offset moves on."""

    store: IntakeStore
    chat: Chat
    alerts: Alerts
    health: Health
    groups: GroupIntake
    clock: Clock
    heartbeat: Heartbeat
    quiet_s: float
    if_full: QueueFullReply
    worker: ClaimServer
    _offset: int | None = field(default=None, init=False)

    async def run(self) -> None:
        """Poll for ever; raises ChatDenied where the token is wrong."""
        failures, timeout_s = 0, 0  # a poll that does not wait tells at once that all is well
        while True:
            try:
                await self.poll_once(timeout_s=timeout_s)
                failures, timeout_s = 0, POLL_S
            except PASSES as error:
                failures, timeout_s = failures + 1, 0
                await self._after(error, failures)

    async def poll_once(self, *, timeout_s: int) -> int:
        """Take one batch; returns how many updates it had."""
        updates = await self._updates(timeout_s)
        self.health.mark_ok("telegram")
        await self.heartbeat.beat()
        if updates:
            await self._accept_batch(updates)
            self._offset = updates[-1].update_id + 1
        return len(updates)

    async def _updates(self, timeout_s: int) -> Sequence[Update]:
        """Give up a poll that never comes back, whatever its transport believes."""
        try:
            async with asyncio.timeout(timeout_s + POLL_LATE_S):
                return await self.chat.updates(self._offset, timeout_s=timeout_s)
        except TimeoutError:
            raise ChatBusy("a poll did not come back") from None

    async def receive(self, body: bytes) -> None:
        """Take one update, as a webhook brings it. Raises ValueError where it is none, StoreBusy
        and StoreFull where it could not be kept: then Telegram brings it again."""
        update = self.chat.read(body)
        try:
            await self.accept([update])
        except (StoreBusy, StoreFull) as error:
            await self._tell(error)
            raise

    async def _accept_batch(self, updates: Sequence[Update]) -> None:
        """One that breaks us would come again and again, and end the bot for everybody: it is left
        out as soon as another one can be taken, which shows that it is to blame."""
        try:
            await self.accept(updates)
        except SnapthreadError:
            raise
        except Exception as error:
            if not any([await self._accept_alone(update) for update in updates]):
                told = f"an update could not be taken in ({type(error).__name__})"
                raise StoreBusy(told) from error

    async def _accept_alone(self, update: Update) -> bool:
        """Was there something to take, and could it be?"""
        try:
            return await self.accept([update])
        except SnapthreadError:
            raise
        except Exception as error:
            log.error("update.broke", update_id=update.update_id, exc_info=error)
            return False

    async def accept(self, updates: Sequence[Update]) -> bool:
        """Take updates in, in one transaction unless a group changes; what was accepted before is
        not taken again. False where the last part of them held no message for the store."""
        for update in updates:
            await self._note(update)
        messages: list[Message] = []
        for update in updates:
            if update.group is not None:  # what came before it is of the group as it was
                await self._put(messages)
                messages = []
                await self.groups.follow(update.group)
            messages += await self.groups.questions_in(update, messages)
        await self._put(messages)
        self.health.mark_ok("store")
        return bool(messages)

    async def _note(self, update: Update) -> None:
        """Take note of what is no message."""
        if update.blocked is not None:
            user_id, has_blocked = update.blocked
            await self.store.note_blocked(user_id, self.clock() if has_blocked else None)
        if (seen := update.reaction) is not None:
            await self.store.note_reaction(seen.chat_id, seen.message_id, seen.user_id, seen.value)
        if (topic := update.topic) is not None:
            conversation = private_conversation(topic.chat_id, topic.thread_id)
            await self.store.note_topic(conversation, topic.chat_id)

    async def _put(self, messages: Sequence[Message]) -> None:
        if not messages:
            return
        arrivals = [Arrival(message=each, if_full=self.if_full(each)) for each in messages]
        is_urgent = any(each.is_urgent for each in messages)
        waiting = await self._accept(arrivals, may_claim=not is_urgent)
        log.info("update.accepted", count=len(arrivals))
        if waiting or is_urgent:
            self.worker.wake(waiting, is_urgent=is_urgent)

    async def _accept(self, arrivals: Sequence[Arrival], *, may_claim: bool) -> int:
        """Claim what can be served at once in the same transaction; returns how many conversations
        are left to be claimed."""
        with self.worker.free_slots() as free:
            asked_s = now_s()
            try:
                taken, claims = await self._take(arrivals, claims=free if may_claim else 0)
            except ConversationBroken:  # the worker puts it off
                taken, claims = await self._take(arrivals, claims=0)
            self.worker.begin(claims, asked_s)
        return len(taken) - len(claims)

    async def _take(
        self, arrivals: Sequence[Arrival], *, claims: int
    ) -> tuple[frozenset[ConversationKey], tuple[Claim, ...]]:
        return await self.store.accept_and_claim(
            arrivals, self.clock(), quiet_s=self.quiet_s, claims=claims, lease_s=LEASE_S
        )

    async def _after(self, error: Exception, failures: int) -> None:
        """Say who can mend it, mend what we can, wait."""
        wait_s = POLLING.wait_s(failures)
        await self._tell(error)
        match error:
            case WebhookSet():
                await self._start_again()
            case AnotherPoller():
                wait_s = OTHER_POLLER_S
            case ChatBusy(retry_after_s=float() | int() as asked_s):
                wait_s = asked_s
            case ChatBusy():
                await self.chat.reconnect()  # the old connection may be why
        log.warning("trouble", kind="intake", why=str(error), again_in_s=wait_s)
        await asyncio.sleep(wait_s)

    async def _tell(self, error: Exception) -> None:
        if isinstance(error, StoreFull | StoreBusy):
            self.health.mark_failing("store", str(error))
        else:
            self.health.mark_failing("telegram", str(error))
        if isinstance(error, StoreFull):
            await self.alerts.tell("admin_store_full")

    async def _start_again(self) -> None:
        """Somebody set a webhook while we poll: take it away."""
        try:
            await self.chat.start()
        except (ChatBusy, ChatRefused) as error:
            log.warning("trouble", kind="intake", why=str(error))
