"""Documents of a message: files that are no image by what the sender's app says of them."""

from pathlib import PurePosixPath
from typing import Final

from snapthread.adapters.bot_api.types import Document, ExternalReplyInfo, Message
from snapthread.model import TelegramDocument

# A sender's app does not always tell an image's type (HEIC from some phones).
IMAGE_SUFFIXES: Final = frozenset(
    ".avif .bmp .gif .heic .heif .jfif .jpe .jpeg .jpg .png .tif .tiff .webp".split()
)
TYPELESS: Final = "application/octet-stream"
MOVING: Final = ("video/", "audio/")  # to be heard, and nothing to read in it
# A program in TypeScript has this type to many a sender's app; the service takes no such film.
TYPESCRIPT: Final = "video/mp2t"
SOUND_SUFFIXES: Final = frozenset(
    """
    .aac .amr .avi .flac .m4a .m4v .mkv .mov .mp3 .mp4 .mpga .oga .ogg .opus .wav .webm .wma
    """.split()
)


def document_in(message: Message | ExternalReplyInfo) -> TelegramDocument | None:
    """None where there is none, or what it says of itself is an image, a film or a sound; for old
    clients an animation is a document as well."""
    document = message.document
    if document is None or message.animation or may_be_image(document) or is_sound(document):
        return None
    return TelegramDocument(
        telegram_id=document.file_id,
        unique_id=document.file_unique_id,
        size_bytes=document.file_size,
        file_name=document.file_name or "",
    )


def may_be_image(document: Document) -> bool:
    """Type and name are the sender's claim: the bytes decide later. What has neither, or only the
    type of what has none, may be one."""
    mime, suffix = _mime(document), _suffix(document)
    if mime.startswith("image/"):
        return True
    if mime in {"", TYPELESS}:
        return not suffix or suffix in IMAGE_SUFFIXES
    return suffix in IMAGE_SUFFIXES and not mime.startswith(MOVING)


def is_sound(document: Document) -> bool:
    """A film or a sound, by the sender's claim."""
    mime = _mime(document)
    if mime in {"", TYPELESS}:
        return _suffix(document) in SOUND_SUFFIXES
    return mime.startswith(MOVING) and mime != TYPESCRIPT


def _mime(document: Document) -> str:
    return (document.mime_type or "").lower()


def _suffix(document: Document) -> str:
    return PurePosixPath((document.file_name or "").lower()).suffix
