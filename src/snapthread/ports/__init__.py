"""Ports: the bot's needs of the world: the store, the chat, the assistant and its files.

Each docstring is a promise; `tests/contracts/` holds one test for each, run over every adapter.
"""

from collections.abc import Callable
from datetime import datetime

from snapthread.ports.assistant import (
    AnswerCompleted,
    AnswerEvent,
    Assistant,
    AssistantRequest,
    InputImage,
    InputItem,
    InputText,
    NotTaken,
    PriceList,
    RequestTaken,
    TextDelta,
    TextSoFar,
    Thinking,
    UsageReported,
)
from snapthread.ports.chat import Chat, GroupChange, Update
from snapthread.ports.choices import Choices
from snapthread.ports.conversations import Conversations, ImageTokens, ResetReply
from snapthread.ports.file_ledger import FileLedger
from snapthread.ports.files import Files, RemoteFile
from snapthread.ports.images import Codec, Image, TiledImage, TilingCodec
from snapthread.ports.message_queue import Arrival, MessageQueue
from snapthread.ports.models import FixedCatalog, ListedModel, ModelCatalog
from snapthread.ports.people import People
from snapthread.ports.standings import Standings
from snapthread.ports.store import Store
from snapthread.ports.transcriber import SpokenText, Transcriber
from snapthread.ports.usage_ledger import QuotaLedger, UsageRecords

Clock = Callable[[], datetime]  # aware UTC

__all__ = [
    "AnswerCompleted",
    "AnswerEvent",
    "Arrival",
    "Assistant",
    "AssistantRequest",
    "Chat",
    "Choices",
    "Clock",
    "Codec",
    "Conversations",
    "FileLedger",
    "Files",
    "FixedCatalog",
    "GroupChange",
    "Image",
    "ImageTokens",
    "InputImage",
    "InputItem",
    "InputText",
    "ListedModel",
    "MessageQueue",
    "ModelCatalog",
    "NotTaken",
    "People",
    "PriceList",
    "QuotaLedger",
    "RemoteFile",
    "RequestTaken",
    "ResetReply",
    "SpokenText",
    "Standings",
    "Store",
    "TextDelta",
    "TextSoFar",
    "Thinking",
    "TiledImage",
    "TilingCodec",
    "Transcriber",
    "Update",
    "UsageRecords",
    "UsageReported",
]
