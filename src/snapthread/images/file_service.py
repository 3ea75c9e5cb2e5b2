"""The life of an image at OpenAI, from intent to deletion: the only place that uploads or deletes.

    intended ──upload──▶ uploaded ──the turn ends──▶ live ──leaves──▶ retired ──delete──▶ gone
        └── outcome unknown ──▶ retired, looked for by its name ───────────┘

The intent is written before the upload and the result after it, so a kill at any instant leaves a
row that housekeeping can settle. A live file is retired only where nobody holds the conversation,
or by the turn that holds it, and deleted only once it is retired.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import chain, repeat
from typing import Protocol, TypeVar

import structlog

from snapthread.clock import ms_since, now_s
from snapthread.concurrency.gather import gather_all
from snapthread.concurrency.retry import Backoff, Retry
from snapthread.errors import Busy, Denied, FilesBusy, ImageRefused, LeaseLost, SnapthreadError
from snapthread.limits import (
    ASK_RETRY_WITHIN_S,
    DAY_S,
    DELETION_LEASE_S,
    DELETIONS_AT_ONCE,
    FILE_LIFE_MAX_S,
    LOOK_AGAIN_S,
    UPLOAD_TRIES,
)
from snapthread.model import Claim, Deletion, FileName, Installation, IntendedFile, LedgerFile
from snapthread.ports import BLOB, Clock, Content, Deletions, Files, RemoteFile, Uploads

log = structlog.get_logger()

T = TypeVar("T")
R = TypeVar("R")

FILES_AT_ONCE = 100  # taken from the store at once for deletion
LOOKED_FOR_AT_ONCE = 1000
UPLOADING = Retry(
    tries=UPLOAD_TRIES,
    backoff=Backoff(first_s=2.0, factor=1.0),
    patience_s=ASK_RETRY_WITHIN_S,
)
DELETING = Backoff(first_s=4.0, longest_s=3600.0)
DELETING_ORPHANS = Retry(tries=5, backoff=Backoff(first_s=2.0))
CLOCKS_DIFFER = timedelta(minutes=10)  # between OpenAI and this machine, at most


ToUpload = tuple[IntendedFile, Content]
Progress = Callable[[int], None]  # so many files more were looked at


@dataclass(frozen=True, slots=True)
class UploadResult:
    """A file that the claim's question may use, in one part or more, and how many older ones left
    to make room."""

    files: tuple[LedgerFile, ...]
    made_room: int = 0


def file_mark(installation: Installation) -> str:
    """Prefix of the names of this installation's files at OpenAI."""
    return f"snapthread-{installation.id}-"


class FileServiceStore(Uploads, Deletions, Protocol):
    """The store as uploads and deletions need it."""


@dataclass(slots=True, kw_only=True, eq=False)
class FileService:
    """Uploads for a turn, and the deletions that follow."""

    store: FileServiceStore
    files: Files
    installation: Installation
    clock: Clock
    retention_days: int = 30
    room_bytes: int = 0  # of a user's images at OpenAI; 0: no limit
    mark: str = field(init=False)
    _room: asyncio.Lock = field(
        default_factory=asyncio.Lock, init=False
    )  # who makes room also takes it
    _wake: Callable[[], None] = field(default=lambda: None, init=False)
    _uploads: set[asyncio.Task[bool]] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        self.mark = file_mark(self.installation)

    def when_retired(self, wake: Callable[[], None]) -> None:
        """Whom to tell that there is something to delete."""
        self._wake = wake

    # ------------------------------------------------------------ law 1: upload

    async def upload(self, claim: Claim, parts: Sequence[ToUpload]) -> UploadResult:
        """Upload a file for the claim's question, or all parts of one, side by side; they are live
        once the turn ends well. There is room for all of them before the first goes up.

        Raises FilesBusy after some tries, ImageRefused, NoRoom, LeaseLost and the Denied family.
        """
        files, left = await self._intend(claim, [intended for intended, _ in parts])
        uploads = [
            self._upload_patiently(claim, file, intended, content)
            for file, (intended, content) in zip(files, parts, strict=True)
        ]
        return UploadResult(tuple(await gather_all(uploads)), left)

    async def _upload_patiently(
        self, claim: Claim, file: LedgerFile, intended: IntendedFile, content: Content
    ) -> LedgerFile:
        intents = chain([file], repeat(None))

        async def once() -> LedgerFile:
            return await self._upload_once(claim, next(intents), intended, content)

        return await UPLOADING.run(once, on=FilesBusy)

    async def _upload_once(
        self, claim: Claim, file: LedgerFile | None, intended: IntendedFile, content: Content
    ) -> LedgerFile:
        if file is None:  # a name of its own for each try
            again = replace(intended, name=new_file_name())
            (file,), _ = await self._intend(claim, [again])
        if file.state != "uploaded":  # by an attempt that was cut off
            log.info("file.intended", file=file.name, bytes=len(content.content))
            await self._upload_to_the_end(file, content)
        return file

    async def _intend(
        self, claim: Claim, intended: Sequence[IntendedFile]
    ) -> tuple[tuple[LedgerFile, ...], int]:
        """The intents, and how many older images left to make room for them."""
        async with self._room:
            left = 0
            if self.room_bytes and intended[0].image_key is None:
                left = await self.store.make_room(
                    claim,
                    sum(one.size_bytes for one in intended),
                    self.clock(),
                    room_bytes=self.room_bytes,
                    owner=intended[0].owner,
                )
            files = [await self.store.intend(claim, one, self.clock()) for one in intended]
        if left:
            self._wake()
        return tuple(files), left

    async def _upload_to_the_end(self, file: LedgerFile, content: Content) -> None:
        """A turn that is stopped does not stop its upload: else nobody knows what became of it."""
        task = asyncio.create_task(self._upload(file, content))
        self._uploads.add(task)
        task.add_done_callback(self._upload_ended)
        if not await asyncio.shield(task):
            self._wake()
            raise LeaseLost(file.conversation)

    def _upload_ended(self, task: asyncio.Task[bool]) -> None:
        self._uploads.discard(task)
        if not task.cancelled() and task.exception() is None and not task.result():
            self._wake()

    async def _upload(self, file: LedgerFile, content: Content) -> bool:
        """Upload and write the result down; whether the file is still wanted."""
        began = now_s()
        life_s = self.life_s()
        filename = f"{self.mark}{file.name}.{content.extension}"
        try:
            openai_id = await self.files.upload(
                filename, content.content, content.mime, life_s=life_s
            )
        except FilesBusy as busy:
            await self.store.fail_upload(file.name, self.clock(), unknown=busy.unknown)
            raise
        except (ImageRefused, Denied):
            await self.store.fail_upload(file.name, self.clock(), unknown=False)
            raise
        wanted = await self.store.record_upload(
            file.name,
            openai_id,
            self.clock(),
            leaves_at=file.created_at + self._stay(),
            expires_at=file.created_at + timedelta(seconds=life_s),
        )
        ms = ms_since(began)
        log.info("file.uploaded", file=file.name, ms=ms, bytes=len(content.content), wanted=wanted)
        return wanted

    def life_s(self) -> int:
        """OpenAI's own expiry, the net below ours."""
        return min((self.retention_days + 1) * DAY_S, FILE_LIFE_MAX_S)

    def _stay(self) -> timedelta:
        """Law 5: out of the conversation a thirtieth before the end, so the net is never met."""
        return timedelta(days=self.retention_days) * 29 / 30

    async def drain(self) -> None:
        """Wait for the uploads under way: at shutdown, so that their ids are written down."""
        if self._uploads:
            await asyncio.wait(self._uploads)

    # ------------------------------------------------------------ laws 2 and 3: deletion

    async def delete_due(self, progress: Progress = lambda _: None) -> int:
        """Delete what is due at OpenAI, some at a time; how many files are gone."""
        total = 0
        while due := await self.store.files_due(
            self.clock(), limit=FILES_AT_ONCE, lease_s=DELETION_LEASE_S
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
        assert deletion.openai_id is not None
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

    # ------------------------------------------------------------ intents of unknown outcome

    async def settle_intents(self) -> int:
        """Look for the uploads whose outcome nobody knows; how many are known now.

        What is found is recorded as retired, and deleted; what is not found never was.
        """
        unknown = await self.store.files_due(
            self.clock(), limit=LOOKED_FOR_AT_ONCE, lease_s=LOOK_AGAIN_S, without_id=True
        )
        if not unknown:
            return 0
        missing = {intent.name for intent in unknown}
        oldest = min(intent.created_at for intent in unknown) - CLOCKS_DIFFER
        async with aclosing(self.files.list()) as listed:
            async for remote in listed:
                name = self.name_of(remote)
                if name in missing:
                    await self._found(name, remote)
                    missing.discard(name)
                if not missing or remote.created_at < oldest:
                    break
        for name in missing:
            await self.store.delete_file(name)
        log.info("file.settled", found=len(unknown) - len(missing), never_were=len(missing))
        return len(unknown)

    def name_of(self, remote: RemoteFile) -> FileName | None:
        """Our own name of a file at OpenAI; None where it is not of this installation."""
        if not remote.filename.startswith(self.mark):
            return None
        return FileName(remote.filename.removeprefix(self.mark).partition(".")[0])

    async def _found(self, name: FileName, remote: RemoteFile) -> None:
        """Whatever it was uploaded with, it expires by then."""
        now = self.clock()
        expires_at = remote.created_at + timedelta(seconds=FILE_LIFE_MAX_S)
        await self.store.record_upload(
            name, remote.openai_id, now, leaves_at=now, expires_at=expires_at
        )


async def _few_at_once(delete: Callable[[T], Awaitable[R]], files: Iterable[T]) -> list[R]:
    waiting = iter(files)

    async def delete_on() -> list[R]:
        return [await delete(file) for file in waiting]

    done = await gather_all(delete_on() for _ in range(DELETIONS_AT_ONCE))
    return [one for some in done for one in some]


def new_file_name() -> FileName:
    """Our own name of a file: what an upload of unknown outcome is found by."""
    return FileName(secrets.token_hex(8))
