"""From a picture in a message to a file in the ledger: download, prepare, upload, bounded."""

import asyncio
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field

import structlog

from snapthread.clock import ms_since, now_s
from snapthread.concurrency.gather import gather_all
from snapthread.errors import ImageFault, ImageRefused, NoRoom
from snapthread.images.download import download_with_patience
from snapthread.images.file_service import FileService, UploadResult, new_file_name
from snapthread.limits import IMAGES_AT_ONCE, IMAGES_OF_MESSAGE_AT_ONCE
from snapthread.meter import Meter
from snapthread.model import Claim, FileName, IntendedFile, LedgerFile, Message, TelegramImage
from snapthread.ports import Chat, Codec, Image

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRequest:
    """A picture of a message, or of the message that it replies to (place 1), or a lost one.

    `place` tells the pictures of one message apart.
    """

    message: Message
    image: TelegramImage
    place: int = 0
    image_key: FileName | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageResult:
    """The end of an import: a file at OpenAI, or why there is none."""

    wanted: ImageRequest
    file: LedgerFile | None = None
    fault: ImageFault | None = None
    made_room: int = 0  # older images that left for it
    is_still: bool = False  # one picture of something that moves


@dataclass(slots=True, kw_only=True, eq=False)
class ImageImporter:
    """Brings pictures in. One instance a process: it bounds what is in memory."""

    chat: Chat
    codec: Codec
    file_service: FileService
    max_bytes: int
    _of_process: asyncio.Semaphore = field(
        default_factory=lambda: asyncio.Semaphore(IMAGES_AT_ONCE), init=False
    )
    _one_suspect: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def import_images(
        self, claim: Claim, wanted: Sequence[ImageRequest], meter: Meter
    ) -> tuple[ImageResult, ...]:
        """All pictures of a question, side by side; raises what is no picture's own fault."""
        of_message = asyncio.Semaphore(IMAGES_OF_MESSAGE_AT_ONCE)

        async def bounded(one: ImageRequest) -> ImageResult:
            async with of_message, self._of_process:
                return await self._import_or_explain(claim, one, meter)

        return tuple(await gather_all(bounded(one) for one in wanted))

    async def _import_or_explain(
        self, claim: Claim, wanted: ImageRequest, meter: Meter
    ) -> ImageResult:
        try:
            return await self._import(claim, wanted, meter)
        except NoRoom:
            fault: ImageFault = "no_room"
        except ImageRefused as refused:
            log.info("image.refused", fault=refused.fault, kind=wanted.image.kind)
            fault = refused.fault
        meter.record_refusal(wanted.image, fault)
        return ImageResult(wanted=wanted, fault=fault)

    async def _import(self, claim: Claim, wanted: ImageRequest, meter: Meter) -> ImageResult:
        picture = wanted.image
        content = await self._download(picture, meter)
        image = await self._prepare(
            picture, content, meter, suspect=claim.is_suspect or claim.attempt > 1
        )
        uploaded = await self._upload(claim, wanted, image, meter)
        return ImageResult(
            wanted=wanted,
            file=uploaded.file,
            made_room=uploaded.made_room,
            is_still=wanted.image.is_still or image.first_frame_of_animation,
        )

    async def _download(self, picture: TelegramImage, meter: Meter) -> bytes:
        if picture.size_bytes is not None and picture.size_bytes > self.max_bytes:
            raise ImageRefused("too_large")
        began = now_s()
        content = await download_with_patience(
            self.chat, picture.telegram_id, max_bytes=self.max_bytes
        )
        ms = ms_since(began)
        meter.record_download(len(content), ms)
        log.info("image.downloaded", ms=ms, bytes=len(content), kind=picture.kind)
        return content

    async def _prepare(
        self, picture: TelegramImage, content: bytes, meter: Meter, *, suspect: bool
    ) -> Image:
        began = now_s()
        async with self._one_suspect if suspect else nullcontext():
            image = await self.codec.prepare(content, suspect=suspect)
        ms = ms_since(began)
        meter.record_preparation(picture, image, ms)
        log.info(
            "image.prepared",
            ms=ms,
            bytes=len(image.content),
            pixels=image.width * image.height,
            format=image.source_format,
        )
        return image

    async def _upload(
        self, claim: Claim, wanted: ImageRequest, image: Image, meter: Meter
    ) -> UploadResult:
        began = now_s()
        uploaded = await self.file_service.upload(claim, _intended(wanted, image), image)
        meter.record_upload(len(image.content), ms_since(began))
        meter.retired += uploaded.made_room
        return uploaded


def _owner(wanted: ImageRequest) -> int:
    """Whose picture it is: of one that is shown by a reply, whoever sent it."""
    message = wanted.message
    is_shown = wanted.place == 1 and message.reply is not None
    return (message.reply.user_id if is_shown and message.reply else None) or message.user_id


def _intended(wanted: ImageRequest, image: Image) -> IntendedFile:
    return IntendedFile(
        name=new_file_name(),
        owner=_owner(wanted),
        update_id=wanted.message.update_id,
        place=wanted.place,
        telegram_id=wanted.image.telegram_id,
        unique_id=wanted.image.unique_id,
        size_bytes=len(image.content),
        width=image.width,
        height=image.height,
        image_key=wanted.image_key,
        album_id=wanted.message.album_id if wanted.place == 0 else None,
    )
