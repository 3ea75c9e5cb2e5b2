"""Deletes files at OpenAI: those that are retired (law 3), and those that carry our mark and that
the ledger does not know (law 6).

Nothing else deletes there, except for the doctor its own test picture (doctor/sight.py).
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import structlog

from snapthread.clock import ms_since, now_s
from snapthread.concurrency.gather import gather_all
from snapthread.concurrency.retry import Backoff, Retry
from snapthread.errors import Busy, SnapthreadError
from snapthread.limits import DELETION_LEASE_S, DELETIONS_AT_ONCE
from snapthread.model import Deletion
from snapthread.ports import BLOB, Clock, Deletions, Files

log = structlog.get_logger()

T = TypeVar("T")
R = TypeVar("R")

FILES_PER_BATCH = 100  # taken from the store at once for deletion
DELETING = Backoff(first_s=4.0, longest_s=3600.0)
DELETING_ORPHANS = Retry(tries=5, backoff=Backoff(first_s=2.0))
CLOCKS_DIFFER = timedelta(minutes=10)  # between OpenAI and this machine, at most

Progress = Callable[[int], None]  # so many files more were looked at


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Deleter:
    """Deletes at OpenAI, again and again until it is done."""

    store: Deletions
    files: Files
    clock: Clock

    async def delete_due(self, progress: Progress = lambda _: None) -> int:
        """Delete the files that are due, some at a time; returns how many are gone."""
        total = 0
        while due := await self.store.files_due(
            self.clock(), limit=FILES_PER_BATCH, lease_s=DELETION_LEASE_S
        ):
            total += sum(await _few_at_once(self._delete, due))
            progress(len(due))
        return total

    async def delete_orphans(self, openai_ids: Iterable[str]) -> None:
        """Files that carry our mark and that the ledger has no row for; raises Busy."""
        await _few_at_once(self._delete_orphan, openai_ids)

    async def _delete_orphan(self, openai_id: str) -> None:
        await DELETING_ORPHANS.run(lambda: self.files.delete(openai_id))
        log.info("file.orphan_deleted", openai_id=openai_id)

    async def _delete(self, deletion: Deletion) -> bool:
        """ "Already gone" is success."""
        if deletion.openai_id is None:
            return False  # it is looked for by its name
        if deletion.attempts == 1:
            log.info("file.retired", file=deletion.name, reason=deletion.reason)
        began = now_s()
        try:
            existed = await self.files.delete(deletion.openai_id)
        except SnapthreadError as error:
            return await self._give_up_or_delete_later(deletion, error)
        await self.store.delete_file(deletion.name)
        ms = ms_since(began)
        log.info("file.deleted", file=deletion.name, ms=ms, already_gone=not existed)
        return True

    async def _give_up_or_delete_later(self, deletion: Deletion, error: SnapthreadError) -> bool:
        """Past its expiry a file is gone by OpenAI's rule, also where the bot has moved away from
        it. What lies in our own store, we delete."""
        expires_at = None if (deletion.openai_id or "").startswith(BLOB) else deletion.expires_at
        if expires_at is None or self.clock() < expires_at + CLOCKS_DIFFER:
            await self._delete_later(deletion, error)
            return False
        await self.store.delete_file(deletion.name)
        log.warning("file.expired", file=deletion.name, attempts=deletion.attempts, why=str(error))
        return True

    async def _delete_later(self, deletion: Deletion, error: SnapthreadError) -> None:
        asked_s = error.retry_after_s if isinstance(error, Busy) else None
        wait_s = DELETING.wait_s(deletion.attempts, asked_s)
        await self.store.retry_later(deletion.name, self.clock() + timedelta(seconds=wait_s))
        log.warning(
            "trouble", kind="deletion", file=deletion.name, why=str(error), again_in_s=wait_s
        )


async def _few_at_once(delete: Callable[[T], Awaitable[R]], files: Iterable[T]) -> list[R]:
    waiting = iter(files)

    async def delete_on() -> list[R]:
        return [await delete(file) for file in waiting]

    done = await gather_all(delete_on() for _ in range(DELETIONS_AT_ONCE))
    return [one for some in done for one in some]
