"""A conversation as it is remembered, and as a question is asked with it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from snapthread.model.files import DocumentFacts, FileName
from snapthread.model.ledger import LedgerFile

Role = Literal["user", "assistant"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryImage:
    """A file in an item of the conversation: an image, or a part of a long one, or a document. The
    parts share one label. Whether it is still to be seen, the ledger knows."""

    label: int
    file: FileName
    sent_at: datetime
    document: DocumentFacts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryItem:
    """One side's words. `tokens` is our estimate, for the context bound; `phase`: of what the
    assistant said, as the model told it, and to be sent back with it."""

    role: Role
    text: str
    images: tuple[HistoryImage, ...] = ()
    at: datetime
    tokens: int = 0
    phase: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """Context of a question: built in one transaction, so `live` names no dead file."""

    items: tuple[HistoryItem, ...] = ()
    ids: tuple[int, ...] = ()  # of the items, in the store
    live: Mapping[FileName, str] = field(default_factory=dict)  # our name → OpenAI's file id
    files: Mapping[str, "LedgerFile"] = field(default_factory=dict)  # by that id
    lost: tuple["LedgerFile", ...] = ()  # OpenAI has them no more, Telegram did not give them yet
    history_start: int | None = None  # where older turns were left out: the first item that stays
    next_label: int = 1
    turn: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LastQuestion:
    """The newest question of a conversation."""

    history_start: int  # its item; what comes from there on is the question and its answer
    owner: int | None = None  # in a group: whoever asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A question that was served, by its turn."""

    turn: int
    owner: int | None = None  # in a group: whoever asked
    message_ids: tuple[int, ...] = ()  # of ours, that show what came of it
