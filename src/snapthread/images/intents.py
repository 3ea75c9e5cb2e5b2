"""Intents of upload, of a file that was opened: one, or one for each part of a long picture."""

from dataclasses import dataclass

from snapthread.images.documents import OpenedDocument
from snapthread.images.file_names import new_file_name
from snapthread.images.request import FileRequest, Opened
from snapthread.images.uploader import ToUpload
from snapthread.model import (
    DocumentFacts,
    IntendedFile,
    Part,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _TileContent:
    """A tile, with what its image says of all of them."""

    content: bytes
    mime: str
    extension: str


def parts_of(wanted: FileRequest, opened: Opened) -> list[ToUpload]:
    """The parts of a file that go up, in their order."""
    if isinstance(opened, OpenedDocument):
        size_bytes = len(opened.content)
        return [(_intended(wanted, size_bytes=size_bytes, document=opened.facts), opened)]
    parts: list[ToUpload] = []
    for number, tile in enumerate(opened.tiles, start=1):
        content = _TileContent(content=tile.content, mime=opened.mime, extension=opened.extension)
        part = wanted.part
        if part is None and tile.cut is not None:
            part = Part(number=number, of=len(opened.tiles), cut=tile.cut)
        intended = _intended(
            wanted,
            size_bytes=len(tile.content),
            width=tile.width,
            height=tile.height,
            part=part,
        )
        parts.append((intended, content))
    return parts


def _intended(
    wanted: FileRequest,
    *,
    size_bytes: int,
    width: int = 0,
    height: int = 0,
    document: DocumentFacts | None = None,
    part: Part | None = None,
) -> IntendedFile:
    return IntendedFile(
        name=new_file_name(),
        owner=_owner(wanted),
        update_id=wanted.message.update_id,
        place=wanted.place,
        telegram_id=wanted.file.telegram_id,
        unique_id=wanted.file.unique_id,
        size_bytes=size_bytes,
        width=width,
        height=height,
        document=document,
        part=part,
        image_key=wanted.image_key,
        album_id=wanted.message.album_id if wanted.place == 0 else None,
    )


def _owner(wanted: FileRequest) -> int:
    """Whose file it is: of one that is shown by a reply, whoever sent it."""
    message = wanted.message
    is_shown = wanted.place == 1 and message.reply is not None
    return (message.reply.user_id if is_shown and message.reply else None) or message.user_id
