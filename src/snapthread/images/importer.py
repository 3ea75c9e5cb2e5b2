"""From a file in a message to a file in the ledger: download, open, upload, bounded.

An image is prepared, a document is read; all else about them is the same.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field

import structlog

from snapthread.clock import ms_since, now_s
from snapthread.concurrency.budget import Budget
from snapthread.concurrency.gather import gather_all
from snapthread.errors import DocumentRefused, FileFault, ImageRefused, NoRoom
from snapthread.images.documents import DocumentOpener, OpenedDocument
from snapthread.images.download import download_with_patience
from snapthread.images.file_service import FileService, UploadResult
from snapthread.images.intents import parts_of
from snapthread.images.request import FileRequest, FileResult, Opened
from snapthread.limits import (
    DOWNLOADED_BYTES_AT_ONCE,
    IMAGES_AT_ONCE,
    IMAGES_OF_MESSAGE_AT_ONCE,
    MADE_SMALLER_TO,
)
from snapthread.meter import Meter
from snapthread.model import (
    Claim,
    FileKind,
    TelegramDocument,
    TelegramFile,
    TelegramImage,
)
from snapthread.ports import Chat, Codec, Image

log = structlog.get_logger()

# May a document that was read, or a picture that was cut, go up? What it costs is known only then.
Admit = Callable[[Opened], Awaitable[bool]]


async def admit_all(_opened: Opened) -> bool:
    return True


def any_number() -> int:
    return 0


@dataclass(slots=True, kw_only=True, eq=False)
class FileImporter:
    """Brings files in. One instance a process: it bounds what is in memory."""

    chat: Chat
    codec: Codec
    documents: DocumentOpener
    file_service: FileService
    max_bytes: int  # of an image
    most_parts: Callable[[], int] = any_number  # of images in one request; 0: any number
    _of_process: asyncio.Semaphore = field(
        default_factory=lambda: asyncio.Semaphore(IMAGES_AT_ONCE), init=False
    )
    _downloaded: Budget = field(
        default_factory=lambda: Budget(DOWNLOADED_BYTES_AT_ONCE), init=False
    )
    _one_suspect: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def import_files(
        self,
        claim: Claim,
        wanted: Sequence[FileRequest],
        meter: Meter,
        *,
        admit: Admit = admit_all,
    ) -> tuple[FileResult, ...]:
        """All files of a question, side by side; raises what is no file's own fault."""
        if not wanted:
            return ()
        of_message = asyncio.Semaphore(IMAGES_OF_MESSAGE_AT_ONCE)

        async def bounded(one: FileRequest) -> FileResult:
            async with of_message, self._of_process:
                return await self._import_or_explain(claim, one, meter, admit)

        return tuple(await gather_all(bounded(one) for one in wanted))

    async def _import_or_explain(
        self, claim: Claim, wanted: FileRequest, meter: Meter, admit: Admit
    ) -> FileResult:
        try:
            return await self._import(claim, wanted, meter, admit)
        except NoRoom:
            fault = FileFault(_claimed_kind(wanted.file), "no_room")
            pages = fits = 0
        except ImageRefused as refused:
            fault, pages, fits = _fault_of(wanted.file, refused), 0, 0
        except DocumentRefused as refused:
            fault, pages, fits = FileFault("document", refused.fault), refused.pages, refused.fits
        if fault.kind == "document":
            log.info("document.refused", fault=fault.fault)
        else:
            log.info("image.refused", fault=fault.fault, kind=wanted.file.kind)
        meter.record_refusal(wanted.file, fault)
        return FileResult(wanted=wanted, fault=fault, pages=pages, fits=fits)

    async def _import(
        self, claim: Claim, wanted: FileRequest, meter: Meter, admit: Admit
    ) -> FileResult:
        opened = await self._opened(claim, wanted, meter)
        if not isinstance(opened, OpenedDocument):
            return await self._import_image(claim, wanted, opened, meter, admit)
        if not wanted.is_restored and not await admit(opened):
            raise DocumentRefused("over_limit")
        if opened.is_text:
            return FileResult(wanted=wanted, document=opened)
        uploaded = await self._upload(claim, wanted, opened, meter)
        return FileResult(
            wanted=wanted, files=uploaded.files, document=opened, made_room=uploaded.made_room
        )

    async def _import_image(
        self, claim: Claim, wanted: FileRequest, image: Image, meter: Meter, admit: Admit
    ) -> FileResult:
        if 0 < self.most_parts() < len(image.tiles):
            raise ImageRefused("too_long", f"{len(image.tiles)} parts")
        if len(image.tiles) > 1 and not await admit(image):
            raise ImageRefused("over_limit")
        uploaded = await self._upload(claim, wanted, image, meter)
        is_still = isinstance(wanted.file, TelegramImage) and wanted.file.is_still
        return FileResult(
            wanted=wanted,
            files=uploaded.files,
            made_room=uploaded.made_room,
            is_still=is_still or image.first_frame_of_animation,
            is_dense=await self._is_dense(wanted, image, meter),
        )

    async def _is_dense(self, wanted: FileRequest, image: Image, meter: Meter) -> bool:
        """Of a photo of this message that is as large as Telegram makes it at most; of an album
        one is looked at, since each look decodes it once more."""
        file = wanted.file
        is_new = isinstance(file, TelegramImage) and file.kind == "photo" and wanted.place == 0
        if not is_new or wanted.is_restored or len(image.tiles) > 1:
            return False
        side = max(file.width or 0, file.height or 0) if isinstance(file, TelegramImage) else 0
        if not meter.looks_for_small_text or side not in MADE_SMALLER_TO:
            return False
        meter.looks_for_small_text = False
        return await self.codec.is_dense(image.content)

    async def _opened(self, claim: Claim, wanted: FileRequest, meter: Meter) -> Opened:
        """The content is in memory twice while it is read, and not any more when it goes up."""
        is_suspect = claim.is_suspect or claim.attempt > 1
        size_bytes = wanted.file.size_bytes or self._max_bytes(wanted.file)
        share = await self._downloaded.take(2 * size_bytes)
        try:
            content = await self._download(wanted.file, meter)
            return await self._open(wanted, content, meter, suspect=is_suspect)
        finally:
            self._downloaded.give_back(share)

    def _max_bytes(self, file: TelegramFile) -> int:
        is_document = isinstance(file, TelegramDocument)
        return self.documents.profile.max_bytes if is_document else self.max_bytes

    async def _download(self, file: TelegramFile, meter: Meter) -> bytes:
        max_bytes = self._max_bytes(file)
        if file.size_bytes is not None and file.size_bytes > max_bytes:
            raise ImageRefused("too_large")
        began = now_s()
        content = await download_with_patience(self.chat, file.telegram_id, max_bytes=max_bytes)
        ms = ms_since(began)
        meter.record_download(len(content), ms)
        if isinstance(file, TelegramDocument):
            log.info("document.downloaded", ms=ms, bytes=len(content))
        else:
            log.info("image.downloaded", ms=ms, bytes=len(content), kind=file.kind)
        return content

    # ------------------------------------------------------------ image or document

    async def _open(
        self, wanted: FileRequest, content: bytes, meter: Meter, *, suspect: bool
    ) -> Opened:
        """The bytes say what it is; the sender's word for it is only tried first."""
        file = wanted.file
        try:
            if isinstance(file, TelegramDocument):
                return await self._read(wanted, content, meter)
            return await self._prepare(wanted, file, content, meter, suspect=suspect)
        except (ImageRefused, DocumentRefused) as refused:
            if refused.fault != "unsupported_type" or file.kind not in {"document", "file"}:
                raise
            return await self._open_otherwise(wanted, content, meter, refused, suspect=suspect)

    async def _open_otherwise(
        self,
        wanted: FileRequest,
        content: bytes,
        meter: Meter,
        refused: ImageRefused | DocumentRefused,
        *,
        suspect: bool,
    ) -> Opened:
        file = wanted.file
        try:
            if isinstance(file, TelegramImage):
                return await self._read(wanted, content, meter)
            image = _as_image(file)
            return await self._prepare(wanted, image, content, meter, suspect=suspect)
        except (ImageRefused, DocumentRefused) as other:
            raise refused if other.fault == "unsupported_type" else other from None

    async def _read(self, wanted: FileRequest, content: bytes, meter: Meter) -> OpenedDocument:
        began = now_s()
        opened = await self.documents.open(
            wanted.file,
            content,
            restored=wanted.is_restored,
            part=wanted.part,
            sight=meter.profile.sight if meter.profile else None,
        )
        ms = ms_since(began)
        meter.record_reading(wanted.file, opened.format, ms)
        log.info(
            "document.read",
            ms=ms,
            bytes=len(content),
            format=opened.format,
            pages=opened.facts.pages,
            tokens=opened.facts.tokens,
        )
        return opened

    async def _prepare(
        self,
        wanted: FileRequest,
        picture: TelegramImage,
        content: bytes,
        meter: Meter,
        *,
        suspect: bool,
    ) -> Image:
        """A lost one as it was: whole, or the same part of it."""
        began = now_s()
        async with self._one_suspect if suspect else nullcontext():
            image = await self.codec.prepare(
                content,
                suspect=suspect,
                tiles=not wanted.is_restored and self.most_parts() != 1,
                cut=None if wanted.part is None else wanted.part.cut,
                sight=meter.profile.sight if meter.profile else None,
            )
        ms = ms_since(began)
        meter.record_preparation(picture, image, ms)
        log.info(
            "image.prepared",
            ms=ms,
            bytes=sum(len(tile.content) for tile in image.tiles),
            pixels=sum(tile.width * tile.height for tile in image.tiles),
            parts=len(image.tiles),
            format=image.source_format,
        )
        return image

    async def _upload(
        self, claim: Claim, wanted: FileRequest, opened: Opened, meter: Meter
    ) -> UploadResult:
        began = now_s()
        parts = parts_of(wanted, opened)
        uploaded = await self.file_service.upload(claim, parts)
        size_bytes = sum(len(content.content) for _, content in parts)
        meter.record_upload(size_bytes, ms_since(began))
        meter.retired += uploaded.made_room
        return uploaded


def _claimed_kind(file: TelegramFile) -> FileKind:
    return "document" if isinstance(file, TelegramDocument) else "image"


def _fault_of(file: TelegramFile, refused: ImageRefused) -> FileFault:
    """Telegram and OpenAI refuse either kind alike; what its opening says, it says of an image."""
    is_of_either = refused.fault in {"too_large", "gone", "unavailable", "refused"}
    return FileFault(_claimed_kind(file) if is_of_either else "image", refused.fault)


def _as_image(file: TelegramDocument) -> TelegramImage:
    return TelegramImage(
        kind="document",
        telegram_id=file.telegram_id,
        unique_id=file.unique_id,
        size_bytes=file.size_bytes,
    )
