"""Uploads files (law 1): the intent is written before, the result after."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from itertools import chain, repeat

import structlog

from snapthread.clock import ms_since, now_s
from snapthread.concurrency.gather import gather_all
from snapthread.concurrency.retry import Backoff, Retry, until_stored
from snapthread.errors import Denied, FilesBusy, ImageRefused, LeaseLost
from snapthread.images.file_names import FileNames, new_file_name
from snapthread.limits import ASK_RETRY_WITHIN_S, DAY_S, FILE_LIFE_MAX_S, UPLOAD_TRIES
from snapthread.model import Claim, IntendedFile, LedgerFile
from snapthread.ports import Clock, Content, Files, Uploads

log = structlog.get_logger()

UPLOADING = Retry(
    tries=UPLOAD_TRIES,
    backoff=Backoff(first_s=2.0, factor=1.0),
    patience_s=ASK_RETRY_WITHIN_S,
)

ToUpload = tuple[IntendedFile, Content]


@dataclass(frozen=True, slots=True)
class UploadResult:
    """A file that the claim's question may use, in one part or more, and how many older ones left
    to make room."""

    files: tuple[LedgerFile, ...]
    made_room: int = 0


@dataclass(slots=True, kw_only=True, eq=False)
class Uploader:
    """Uploads files for turns. One instance a process; at its end it waits for what is under way.

    `wake`: called when there is something to delete.
    """

    store: Uploads
    files: Files
    names: FileNames
    clock: Clock
    wake: Callable[[], None]
    retention_days: int = 30
    room_bytes: int = 0  # of a user's images at OpenAI; 0: no limit
    _room: asyncio.Lock = field(
        default_factory=asyncio.Lock, init=False
    )  # who makes room also takes it
    _uploads: set[asyncio.Task[bool]] = field(default_factory=set, init=False)

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

    async def drain(self) -> None:
        """Wait for the uploads under way: at shutdown, so that their ids are written down."""
        if self._uploads:
            await asyncio.wait(self._uploads)

    # ------------------------------------------------------------ the intent

    async def _intend(
        self, claim: Claim, intended: Sequence[IntendedFile]
    ) -> tuple[tuple[LedgerFile, ...], int]:
        """The intents, and how many older images left to make room for them."""
        async with self._room:
            left = await self._make_room(claim, intended)
            files = [await self.store.intend(claim, one, self.clock()) for one in intended]
        if left:
            self.wake()
        return tuple(files), left

    async def _make_room(self, claim: Claim, intended: Sequence[IntendedFile]) -> int:
        if not self.room_bytes or intended[0].image_key is not None:
            return 0
        size_bytes, owner = sum(one.size_bytes for one in intended), intended[0].owner
        return await self.store.make_room(
            claim,
            size_bytes,
            self.clock(),
            room_bytes=self.room_bytes,
            owner=owner,
            files=intended,
        )

    # ------------------------------------------------------------ the upload, and its result

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

    async def _upload_to_the_end(self, file: LedgerFile, content: Content) -> None:
        """A turn that is stopped does not stop its upload: else nobody knows what became of it."""
        task = asyncio.create_task(self._upload_and_record(file, content))
        self._uploads.add(task)
        task.add_done_callback(self._upload_ended)
        if not await asyncio.shield(task):
            self.wake()
            raise LeaseLost(file.conversation)

    def _upload_ended(self, task: asyncio.Task[bool]) -> None:
        self._uploads.discard(task)
        if not task.cancelled() and task.exception() is None and not task.result():
            self.wake()

    async def _upload_and_record(self, file: LedgerFile, content: Content) -> bool:
        """Whether the file is still wanted."""
        began, life_s = now_s(), self.life_s()
        openai_id = await self._upload(file, content, life_s)
        record = partial(
            self.store.record_upload,
            file.name,
            openai_id,
            self.clock(),
            leaves_at=file.created_at + self._stay(),
            expires_at=file.created_at + timedelta(seconds=life_s),
        )
        wanted = await until_stored(record)
        ms = ms_since(began)
        log.info("file.uploaded", file=file.name, ms=ms, bytes=len(content.content), wanted=wanted)
        return wanted

    async def _upload(self, file: LedgerFile, content: Content, life_s: int) -> str:
        filename = self.names.remote(file.name, content.extension)
        try:
            return await self.files.upload(filename, content.content, content.mime, life_s=life_s)
        except FilesBusy as busy:
            await self.store.fail_upload(file.name, self.clock(), unknown=busy.unknown)
            raise
        except (ImageRefused, Denied):
            await self.store.fail_upload(file.name, self.clock(), unknown=False)
            raise

    def life_s(self) -> int:
        """OpenAI's own expiry, the net below ours."""
        return min((self.retention_days + 1) * DAY_S, FILE_LIFE_MAX_S)

    def _stay(self) -> timedelta:
        """Law 5: out of the conversation a thirtieth before the end, so the net is never met."""
        return timedelta(days=self.retention_days) * 29 / 30
