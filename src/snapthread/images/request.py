"""Requests for files of a message, and what became of each."""

from dataclasses import dataclass
from typing import Final

from snapthread.faults import FileFault
from snapthread.images.documents import OpenedDocument
from snapthread.model import (
    FileName,
    LedgerFile,
    Message,
    Part,
    TelegramFile,
)
from snapthread.ports import Image

Opened = Image | OpenedDocument

FIRST: Final = 0  # the position of a message's first file
OF_REPLY: Final = 1  # and that of the file of the message replied to; other own ones come after it


def own_position(number: int) -> int:
    """The position of a message's own file, by its number from 0 on."""
    return FIRST if number == 0 else number + OF_REPLY


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRequest:
    """A file of a message, or of the message that it replies to, or a lost one.

    `position` tells the files of one message apart.
    """

    message: Message
    file: TelegramFile
    position: int = FIRST
    image_key: FileName | None = None
    part: Part | None = None  # of a lost one: which part of its picture
    is_suspect: bool = False  # its decoder may have died of it before

    @property
    def is_of_reply(self) -> bool:
        return self.position == OF_REPLY

    @property
    def is_first(self) -> bool:
        return self.position == FIRST

    @property
    def is_restored(self) -> bool:
        return self.image_key is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileResult:
    """The end of an import: a file at OpenAI, or the parts of a long picture, or the text of a
    document, or why there is neither.

    `pages`, `fits`: of a document of which only some pages could be used.
    """

    request: FileRequest
    files: tuple[LedgerFile, ...] = ()
    document: OpenedDocument | None = None
    fault: FileFault | None = None
    pages: int = 0
    fits: int = 0
    made_room: int = 0  # older files that left for it
    is_still: bool = False  # one picture of something that moves
    is_dense: bool = False  # much small text in a photo that Telegram made smaller

    @property
    def is_usable(self) -> bool:
        return self.fault is None and (bool(self.files) or self.document is not None)
