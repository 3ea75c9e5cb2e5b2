"""From a file at Telegram to what can go up: downloaded, and opened by what its bytes say.

An image is prepared, a document is read; all else about them is the same.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

import structlog

from snapthread.clock import ms_since, now_s
from snapthread.concurrency.budget import Budget
from snapthread.errors import DocumentRefused, ImageRefused
from snapthread.images.documents import DocumentOpener, OpenedDocument
from snapthread.images.download import download_with_patience
from snapthread.images.request import FileRequest, Opened
from snapthread.limits import (
    DOWNLOADED_BYTES_AT_ONCE,
    DOWNLOADED_BYTES_OF_CHAT,
    MADE_SMALLER_TO,
    SMALL_FILE_BYTES,
)
from snapthread.meter import Meter
from snapthread.model import Claim, ConversationKey, TelegramDocument, TelegramFile, TelegramImage
from snapthread.ports import Chat, Codec, Image

log = structlog.get_logger()


def any_number() -> int:
    return 0


@dataclass(slots=True, kw_only=True, eq=False)
class FileOpener:
    """Opens files. One instance a process: it bounds what is in memory."""

    chat: Chat
    codec: Codec
    documents: DocumentOpener
    max_bytes: int  # of an image
    most_parts: Callable[[], int] = any_number  # of images in one request; 0: any number
    _downloaded: Budget = field(
        default_factory=lambda: Budget(DOWNLOADED_BYTES_AT_ONCE), init=False
    )
    _of_chats: WeakValueDictionary[ConversationKey, Budget] = field(
        default_factory=WeakValueDictionary, init=False
    )
    _one_suspect: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def open(self, claim: Claim, request: FileRequest, meter: Meter) -> Opened:
        """In the room that was taken for it."""
        is_suspect = request.is_suspect or claim.is_suspect or claim.attempt > 1
        content = await self._download(request.file, meter)
        return await self._open(request, content, meter, suspect=is_suspect)

    @asynccontextmanager
    async def room_for(self, claim: Claim, file: TelegramFile) -> AsyncIterator[None]:
        """The content is in memory twice while it is read, and not any more when it goes up. Of the
        chat's part first, so that those behind its files in the process's queue wait for one of
        them only."""
        size_bytes = file.size_bytes or self._max_bytes(file)
        if size_bytes <= SMALL_FILE_BYTES:
            yield
            return
        of_chat = self._of_chats.setdefault(claim.conversation, Budget(DOWNLOADED_BYTES_OF_CHAT))
        async with of_chat.share(2 * size_bytes), self._downloaded.share(2 * size_bytes):
            yield

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
        self, request: FileRequest, content: bytes, meter: Meter, *, suspect: bool
    ) -> Opened:
        """The bytes say what it is; the sender's word for it is only tried first."""
        file = request.file
        try:
            if isinstance(file, TelegramDocument):
                return await self._read(request, content, meter)
            return await self._prepare(request, file, content, meter, suspect=suspect)
        except (ImageRefused, DocumentRefused) as refused:
            if refused.fault != "unsupported_type" or file.kind not in {"document", "file"}:
                raise
            return await self._open_otherwise(request, content, meter, refused, suspect=suspect)

    async def _open_otherwise(
        self,
        request: FileRequest,
        content: bytes,
        meter: Meter,
        refused: ImageRefused | DocumentRefused,
        *,
        suspect: bool,
    ) -> Opened:
        file = request.file
        try:
            if isinstance(file, TelegramImage):
                return await self._read(request, content, meter)
            image = _as_image(file)
            return await self._prepare(request, image, content, meter, suspect=suspect)
        except (ImageRefused, DocumentRefused) as other:
            raise refused if other.fault == "unsupported_type" else other from None

    async def _read(self, request: FileRequest, content: bytes, meter: Meter) -> OpenedDocument:
        began = now_s()
        opened = await self.documents.open(
            request.file,
            content,
            restored=request.is_restored,
            part=request.part,
            sight=meter.profile.sight if meter.profile else None,
        )
        ms = ms_since(began)
        meter.record_reading(request.file, opened.format, ms)
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
        request: FileRequest,
        picture: TelegramImage,
        content: bytes,
        meter: Meter,
        *,
        suspect: bool,
    ) -> Image:
        began = now_s()
        looks = meter.looks_for_small_text and _is_shrunk(request, picture)
        if looks:
            meter.looks_for_small_text = False  # at one of an album: each look takes milliseconds
        image = None
        try:
            image = await self._run_codec(request, content, meter, suspect=suspect, looks=looks)
        finally:
            if looks and (image is None or len(image.tiles) > 1):  # it was not looked at
                meter.looks_for_small_text = True
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

    async def _run_codec(
        self, request: FileRequest, content: bytes, meter: Meter, *, suspect: bool, looks: bool
    ) -> Image:
        """A lost one as it was: whole, or the same part of it."""
        async with self._one_suspect if suspect else nullcontext():
            return await self.codec.prepare(
                content,
                suspect=suspect,
                tiles=not request.is_restored and self.most_parts() != 1,
                cut=None if request.part is None else request.part.cut,
                sight=meter.profile.sight if meter.profile else None,
                looks=looks,
            )


def _is_shrunk(request: FileRequest, picture: TelegramImage) -> bool:
    """Is it a photo of this message, and as large as Telegram makes it at most?"""
    is_new = picture.kind == "photo" and request.is_first and not request.is_restored
    return is_new and max(picture.width or 0, picture.height or 0) in MADE_SMALLER_TO


def _as_image(file: TelegramDocument) -> TelegramImage:
    return TelegramImage(
        kind="document",
        telegram_id=file.telegram_id,
        unique_id=file.unique_id,
        size_bytes=file.size_bytes,
    )
