"""Erasure of everything stored about a person, here and at OpenAI, with a receipt."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

from snapthread.clock import now_s
from snapthread.images.deleter import Deleter, Progress
from snapthread.model import Destination, Message, OutgoingMessage
from snapthread.ports import Clock, Erasure, StorageSums

log = structlog.get_logger()

WAIT_FOR_FILES_S = 60.0
LOOK_EVERY_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The receipt of an erasure. `files_pending`: at OpenAI still, to be deleted by the running bot
    or by the next sweep."""

    user_id: int
    erased_at: str
    conversation_lines: int
    messages: int
    files_deleted: int
    files_pending: int


def ignore(_user_id: int) -> None:
    """A command of the operator's heard nobody."""


class EraserStore(Erasure, StorageSums, Protocol):
    """The store as erasing needs it."""


@dataclass(slots=True, kw_only=True, eq=False)
class UserEraser:
    """Erases beside a running bot; a turn of the person that runs is fenced off.
    `forget_heard`: what this process heard them say in groups."""

    store: EraserStore
    deleter: Deleter
    clock: Clock
    forget_heard: Callable[[int], None] = ignore

    async def erase_at_once(
        self,
        press: Message,
        to: Destination,
        last_words: OutgoingMessage,
        *,
        once: str,
        again_after_s: float,
    ) -> bool:
        """For the person themselves, once; was it? The files are deleted in the background."""
        user_id = press.user_id
        erased = await self.store.erase(
            user_id,
            self.clock(),
            last_words=(to, last_words),
            asked_by=press,
            once=once,
            again_after_s=again_after_s,
        )
        if erased.was_done:
            self.forget_heard(user_id)
            log.info("user.erased", user=user_id, reason="asked")
        return erased.was_done

    async def begin(self, user_id: int) -> None:
        """For the operator at a page: whoever deletes due files goes on with theirs."""
        await self.store.erase(user_id, self.clock())
        self.forget_heard(user_id)
        log.info("user.erased", user=user_id, reason="operator")

    async def erase(self, user_id: int, progress: Progress = lambda _: None) -> Receipt:
        """Waits a while for the deletions at OpenAI."""
        now = self.clock()
        known = (await self.store.storage_of(user_id)).files
        erased = await self.store.erase(user_id, now)
        # What OpenAI had lost is to be deleted now too.
        files = max(known, (await self.store.storage_of(user_id)).files)
        log.info("user.erased", user=user_id, reason="asked", files=files)
        pending = await self._delete_files(user_id, progress)
        return Receipt(
            user_id=user_id,
            erased_at=now.isoformat(timespec="seconds"),
            conversation_lines=erased.items,
            messages=erased.messages + erased.outbox,
            files_deleted=files - pending,
            files_pending=pending,
        )

    async def _delete_files(self, user_id: int, progress: Progress) -> int:
        """The number of files that are left at the end."""
        until_s = now_s() + WAIT_FOR_FILES_S
        while pending := (await self.store.storage_of(user_id)).files:
            deleted = await self.deleter.delete_due(progress)
            if not deleted:
                if now_s() > until_s:
                    break
                await asyncio.sleep(LOOK_EVERY_S)
        return pending
