"""Intents of upload, of a file that was opened: one, or one for each part of a long picture."""

from dataclasses import dataclass, replace

from snapthread.images.documents import OpenedDocument
from snapthread.images.file_names import new_file_name
from snapthread.images.request import FileRequest, Opened
from snapthread.images.uploader import ToUpload
from snapthread.model import (
    DocumentFacts,
    IntendedFile,
    Part,
)
from snapthread.vision_tokens import Cut


@dataclass(frozen=True, slots=True, kw_only=True)
class _PartContent:
    """A tile or a page, with what the whole says of all of them."""

    content: bytes
    mime: str
    extension: str


def parts_of(request: FileRequest, opened: Opened) -> list[ToUpload]:
    """The parts of a file that go up, in their order."""
    if isinstance(opened, OpenedDocument) and opened.pictures:
        return _pages_of(request, opened)
    if isinstance(opened, OpenedDocument):
        size_bytes = len(opened.content)
        return [(_intent(request, size_bytes=size_bytes, document=opened.facts), opened)]
    parts: list[ToUpload] = []
    for number, tile in enumerate(opened.tiles, start=1):
        content = _PartContent(content=tile.content, mime=opened.mime, extension=opened.extension)
        part = request.part
        if part is None and tile.cut is not None:
            part = Part(number=number, of=len(opened.tiles), cut=tile.cut)
        intended = _intent(
            request,
            size_bytes=len(tile.content),
            width=tile.width,
            height=tile.height,
            part=part,
        )
        parts.append((intended, content))
    return parts


def _pages_of(request: FileRequest, opened: OpenedDocument) -> list[ToUpload]:
    """Pages as the parts of one long picture, in which they lie below each other."""
    pages: list[ToUpload] = []
    pictures, top = opened.pictures, 0
    whole = max(one.width for one in pictures), sum(one.height for one in pictures)
    tokens = opened.facts.tokens // len(pictures)
    for number, one in enumerate(pictures, start=1):
        content = _PartContent(content=one.content, mime=opened.mime, extension=opened.extension)
        cut = Cut(whole, (0, top, one.width, top + one.height))
        intended = _intent(
            request,
            size_bytes=len(one.content),
            width=one.width,
            height=one.height,
            document=replace(opened.facts, tokens=tokens),
            part=request.part or Part(number=number, of=len(pictures), cut=cut),
        )
        pages.append((intended, content))
        top += one.height
    return pages


def _intent(
    request: FileRequest,
    *,
    size_bytes: int,
    width: int = 0,
    height: int = 0,
    document: DocumentFacts | None = None,
    part: Part | None = None,
) -> IntendedFile:
    return IntendedFile(
        name=new_file_name(),
        owner=_owner(request),
        update_id=request.message.update_id,
        position=request.position,
        telegram_id=request.file.telegram_id,
        unique_id=request.file.unique_id,
        size_bytes=size_bytes,
        width=width,
        height=height,
        document=document,
        part=part,
        image_key=request.image_key,
        album_id=request.message.album_id if request.is_first else None,
    )


def _owner(request: FileRequest) -> int:
    """The owner of the file; where a reply shows it, whoever sent it."""
    message = request.message
    is_shown = request.is_of_reply and message.reply is not None
    return (message.reply.user_id if is_shown and message.reply else None) or message.user_id
