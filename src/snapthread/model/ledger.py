"""Files as the ledger keeps them, from the intent of an upload to the deletion at OpenAI. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from snapthread.model.conversations import ConversationKey
from snapthread.model.files import DocumentFacts, FileKind, FileName, Part

FileState = Literal["intended", "uploaded", "live", "retired"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFile:
    """One file of the ledger at OpenAI.

    `image_key`: the name that the conversation's item has for this image; its own name, but for
    a file that was restored.
    """

    name: FileName
    conversation: ConversationKey
    epoch: int
    owner: int
    state: FileState
    image_key: FileName
    telegram_id: str
    unique_id: str
    label: int | None = None
    openai_id: str | None = None
    size_bytes: int = 0
    width: int = 0
    height: int = 0
    document: DocumentFacts | None = None
    part: Part | None = None  # of a long picture
    created_at: datetime

    @property
    def kind(self) -> FileKind:
        return "image" if self.document is None else "document"


def in_reading_order(files: Iterable[LedgerFile]) -> tuple[LedgerFile, ...]:
    """The parts of one long picture, or the one file that it is."""
    return tuple(sorted(files, key=lambda file: file.part.number if file.part else 0))


def is_whole(files: Sequence[LedgerFile]) -> bool:
    """Are all parts of a long picture there? Any other file is whole by itself."""
    most = files[0].part.of if files and files[0].part is not None else 1
    return len(files) == most


@dataclass(frozen=True, slots=True, kw_only=True)
class IntendedFile:
    """An upload about to begin. `update_id` and `position` say which image of which message.

    `image_key`: the lost file that it is to replace in the conversation.
    """

    name: FileName
    owner: int
    update_id: int
    position: int
    telegram_id: str
    unique_id: str
    size_bytes: int
    width: int = 0
    height: int = 0
    document: DocumentFacts | None = None
    part: Part | None = None
    image_key: FileName | None = None
    album_id: str | None = None


@dataclass(frozen=True, slots=True)
class LostFile:
    """A file that left its conversation, by the name that the person knows it by."""

    kind: FileKind
    label: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """A file that is to be deleted at OpenAI. Without an id it is looked for by its name."""

    name: FileName
    openai_id: str | None
    reason: str
    attempts: int
    created_at: datetime
    expires_at: datetime | None = None  # OpenAI deletes it by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """A person's files that are, or may be, at OpenAI."""

    files: int
    size_bytes: int
