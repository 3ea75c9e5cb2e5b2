"""From a file in a message to a file in the ledger: open, admit, upload, bounded."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import structlog

from snapthread.clock import ms_since, now_s
from snapthread.concurrency.gather import gather_all
from snapthread.errors import DocumentRefused, ImageRefused, NoRoom
from snapthread.faults import FileFault
from snapthread.images.documents import OpenedDocument
from snapthread.images.intents import parts_of
from snapthread.images.opener import FileOpener
from snapthread.images.request import FileRequest, FileResult, Opened
from snapthread.images.uploader import Uploader, UploadResult
from snapthread.limits import IMAGES_AT_ONCE, IMAGES_OF_MESSAGE_AT_ONCE
from snapthread.meter import Meter
from snapthread.model import (
    Claim,
    FileKind,
    TelegramDocument,
    TelegramFile,
    TelegramImage,
)
from snapthread.ports import Image

log = structlog.get_logger()

# May a document that was read, or a picture that was cut, go up? What it costs is known only then.
Admit = Callable[[Opened], Awaitable[bool]]


async def admit_all(_opened: Opened) -> bool:
    return True


@dataclass(slots=True, kw_only=True, eq=False)
class FileImporter:
    """Brings files in. One instance a process: it bounds what is in memory."""

    opener: FileOpener
    uploader: Uploader
    _of_process: asyncio.Semaphore = field(
        default_factory=lambda: asyncio.Semaphore(IMAGES_AT_ONCE), init=False
    )

    async def import_files(
        self,
        claim: Claim,
        request: Sequence[FileRequest],
        meter: Meter,
        *,
        admit: Admit = admit_all,
    ) -> tuple[FileResult, ...]:
        """All files of a question, side by side; raises what is no file's own fault."""
        if not request:
            return ()
        of_message = asyncio.Semaphore(IMAGES_OF_MESSAGE_AT_ONCE)

        async def bounded(one: FileRequest) -> FileResult:
            async with of_message, AsyncExitStack() as room:
                # Before it is one of the sixteen, so that what waits for room holds up no photo.
                await room.enter_async_context(self.opener.room_for(claim, one.file))
                async with self._of_process:
                    return await self._import_or_explain(claim, one, meter, admit, room)

        return tuple(await gather_all(bounded(one) for one in request))

    async def _import_or_explain(
        self,
        claim: Claim,
        request: FileRequest,
        meter: Meter,
        admit: Admit,
        room: AsyncExitStack,
    ) -> FileResult:
        try:
            return await self._import(claim, request, meter, admit, room)
        except NoRoom:
            fault = FileFault(_claimed_kind(request.file), "no_room")
            pages = fits = 0
        except ImageRefused as refused:
            fault, pages, fits = _fault_of(request.file, refused), 0, 0
        except DocumentRefused as refused:
            fault, pages, fits = FileFault("document", refused.fault), refused.pages, refused.fits
        if fault.kind == "document":
            log.info("document.refused", fault=fault.fault)
        else:
            log.info("image.refused", fault=fault.fault, kind=request.file.kind)
        meter.record_refusal(request.file, fault)
        return FileResult(request=request, fault=fault, pages=pages, fits=fits)

    async def _import(
        self,
        claim: Claim,
        request: FileRequest,
        meter: Meter,
        admit: Admit,
        room: AsyncExitStack,
    ) -> FileResult:
        opened = await self.opener.open(claim, request, meter)
        await room.aclose()
        if not isinstance(opened, OpenedDocument):
            return await self._import_image(claim, request, opened, meter, admit)
        if not request.is_restored and not await admit(opened):
            raise DocumentRefused("over_limit")
        if opened.is_text:
            return FileResult(request=request, document=opened)
        uploaded = await self._upload(claim, request, opened, meter)
        return FileResult(
            request=request, files=uploaded.files, document=opened, made_room=uploaded.made_room
        )

    async def _import_image(
        self, claim: Claim, request: FileRequest, image: Image, meter: Meter, admit: Admit
    ) -> FileResult:
        if 0 < self.opener.most_parts() < len(image.tiles):
            raise ImageRefused("too_long", f"{len(image.tiles)} parts")
        if len(image.tiles) > 1 and not await admit(image):
            raise ImageRefused("over_limit")
        uploaded = await self._upload(claim, request, image, meter)
        is_still = isinstance(request.file, TelegramImage) and request.file.is_still
        return FileResult(
            request=request,
            files=uploaded.files,
            made_room=uploaded.made_room,
            is_still=is_still or image.is_first_frame,
            is_dense=image.is_dense,
        )

    async def _upload(
        self, claim: Claim, request: FileRequest, opened: Opened, meter: Meter
    ) -> UploadResult:
        began = now_s()
        parts = parts_of(request, opened)
        uploaded = await self.uploader.upload(claim, parts)
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
