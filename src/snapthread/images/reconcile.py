"""Law 6: compare what OpenAI holds with the ledger, and mend both.

OpenAI is listed first and the ledger is read second, so a file that is uploaded meanwhile is never
taken for an orphan, and one that is deleted meanwhile is at worst deleted twice.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from snapthread.clock import now_s
from snapthread.concurrency.lease import Lease
from snapthread.errors import Busy, LeaseLost
from snapthread.images.deleter import Deleter, Progress
from snapthread.images.file_names import FileNames
from snapthread.images.healing import Healing
from snapthread.images.restorer import Restored, Restorer
from snapthread.images.unknown_uploads import UnknownUploads
from snapthread.limits import LEASE_S, LONGEST_UPLOAD_S, RENEW_EVERY_S
from snapthread.meter import Meter
from snapthread.model import Claim, FileName, LedgerFile
from snapthread.ports import (
    Backlogs,
    Borrowing,
    Clock,
    FailingDeletions,
    Files,
    Inventory,
    KnownImages,
    RemoteFile,
    Retention,
)

log = structlog.get_logger()

PAGE = 500


@dataclass(slots=True, kw_only=True)
class ReconcileResult:
    """Counts of what was mended; in a dry run, of what would be."""

    orphans_deleted: int = 0
    missing_restored: int = 0
    missing_retired: int = 0
    intents_settled: int = 0
    deletions_failing: int = 0  # tried on, but not done by itself


class ReconcileStore(
    Inventory, KnownImages, Borrowing, Retention, FailingDeletions, Backlogs, Protocol
):
    """The store as reconciling needs it."""


@dataclass(slots=True, kw_only=True, eq=False)
class Reconcile:
    """Runs beside a bot, under the same leases as its workers."""

    store: ReconcileStore
    files: Files
    names: FileNames
    deleter: Deleter
    unknown_uploads: UnknownUploads
    healing: Healing
    restorer: Restorer
    clock: Clock

    async def run(
        self, *, dry_run: bool = False, progress: Progress = lambda _: None
    ) -> ReconcileResult:
        """One pass over everything; raises FilesBusy where OpenAI stays away."""
        done = ReconcileResult()
        began = self.clock()
        present = await self._orphans(done, began, dry_run, progress)
        await self._missing(done, began, present, dry_run)
        if dry_run:
            done.intents_settled = (await self.store.backlog(self.clock())).unsettled
        else:
            done.intents_settled = await self.unknown_uploads.settle()
            await self.store.retire_stranded(self.clock())
            await self.deleter.delete_due()
        done.deletions_failing = await self.store.failing_deletions()
        log.info("reconcile.done", dry_run=dry_run, **_fields(done))
        return done

    # ------------------------------------------------------------ OpenAI has, the ledger lacks

    async def _orphans(
        self, done: ReconcileResult, began: datetime, dry_run: bool, progress: Progress
    ) -> set[str]:
        """Delete what carries our mark and nobody knows; the ids of all that is there."""
        present: set[str] = set()
        async with aclosing(_pages(self.files.list())) as pages:
            async for page in pages:
                present.update(file.openai_id for file in page)
                orphans = await self._unknown(page, began)
                done.orphans_deleted += len(orphans)
                if not dry_run:
                    await self.deleter.delete_orphans(orphans)
                progress(len(page))
        return present

    async def _unknown(self, page: Sequence[RemoteFile], began: datetime) -> tuple[str, ...]:
        """A file younger than the longest upload may be about to be written down."""
        old = began - timedelta(seconds=LONGEST_UPLOAD_S)
        ours: list[tuple[FileName, str]] = []
        for file in page:
            name = self.names.name_of(file)
            if name is not None and file.created_at <= old:
                ours.append((name, file.openai_id))
        return await self.store.unknown_files(ours) if ours else ()

    # ------------------------------------------------------------ the ledger has, OpenAI lacks

    async def _missing(
        self, done: ReconcileResult, began: datetime, present: set[str], dry_run: bool
    ) -> None:
        last: FileName | None = None
        while files := await self.store.live_after(last, limit=PAGE):
            last = files[-1].name
            for file in files:
                is_listed = file.openai_id in present or file.created_at >= began
                if not is_listed and not await self.healing.is_there(file):
                    await self._mend(done, file, dry_run)

    async def _mend(self, done: ReconcileResult, file: LedgerFile, dry_run: bool) -> None:
        if dry_run:
            done.missing_restored += 1  # as far as Telegram still has it
            return
        asked_s = now_s()
        claim = await self.store.borrow(file.conversation, self.clock(), lease_s=LEASE_S)
        if claim is None:
            return  # it is being asked right now: the turn heals it
        try:
            if not await self._is_still_shown(claim, file):
                return
            end = await self._restore_under_lease(claim, file, asked_s)
            done.missing_restored += end == "restored"
            done.missing_retired += end == "left"
        except (LeaseLost, Busy, TimeoutError) as later:
            log.info("reconcile.later", file=file.name, why=str(later))
        finally:
            await self.store.release(claim, self.clock())

    async def _is_still_shown(self, claim: Claim, file: LedgerFile) -> bool:
        """A reset may have taken it out meanwhile; then nobody wants it back."""
        return bool(file.openai_id and await self.store.files_by_id(claim, (file.openai_id,)))

    async def _restore_under_lease(
        self, claim: Claim, file: LedgerFile, asked_s: float
    ) -> Restored:
        """A download and an upload may outlast the lease; who loses it stops."""
        lease = Lease(
            renew=lambda: self.store.renew(claim, self.clock(), lease_s=LEASE_S),
            lasts_s=LEASE_S,
            every_s=RENEW_EVERY_S,
            asked_s=asked_s,
        )
        async with asyncio.timeout(LEASE_S * 10):
            return await lease.run(self.restorer.restore(claim, file, Meter()))


async def _pages(
    files: AsyncGenerator[RemoteFile, None],
) -> AsyncGenerator[list[RemoteFile], None]:
    page: list[RemoteFile] = []
    async with aclosing(files):
        async for file in files:
            page.append(file)
            if len(page) == PAGE:
                yield page
                page = []
    yield page


def _fields(done: ReconcileResult) -> dict[str, int]:
    return {
        "orphans_deleted": done.orphans_deleted,
        "missing_restored": done.missing_restored,
        "missing_retired": done.missing_retired,
        "intents_settled": done.intents_settled,
        "deletions_failing": done.deletions_failing,
    }
