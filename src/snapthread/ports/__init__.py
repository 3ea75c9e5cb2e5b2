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
from snapthread.ports.chat import Chat, GroupChange, NewTopic, Update
from snapthread.ports.conversations import (
    Askers,
    Context,
    ConversationControl,
    Conversations,
    Deliveries,
    FinishedTurns,
    Groups,
    LastQuestions,
    Outbox,
    ResetReply,
    StreamedMessages,
    TopicConversations,
)
from snapthread.ports.file_ledger import (
    Borrowing,
    Deletions,
    FileLedger,
    Forgetting,
    Inventory,
    KnownImages,
    Repairs,
    Retention,
    Uploads,
)
from snapthread.ports.files import Files, RemoteFile
from snapthread.ports.images import Codec, Image, TiledImage, TilingCodec
from snapthread.ports.message_queue import (
    Arrival,
    Changes,
    Claims,
    IncomingMessages,
    Leases,
    MessageQueue,
    QueueInspection,
    Stragglers,
)
from snapthread.ports.models import FixedCatalog, ListedModel, ModelCatalog
from snapthread.ports.people import (
    Adoption,
    BlockedUsers,
    Erasure,
    People,
    PersonalData,
    StorageSums,
)
from snapthread.ports.store import Backlogs, CooldownNotes, Jobs, Readiness, Store, Tidying
from snapthread.ports.transcriber import SpokenText, Transcriber
from snapthread.ports.usage_ledger import QuotaLedger, Reservations, StaleReservations, UsageRecords

Clock = Callable[[], datetime]  # aware UTC

__all__ = [
    "Adoption",
    "AnswerCompleted",
    "AnswerEvent",
    "Arrival",
    "Askers",
    "Assistant",
    "AssistantRequest",
    "Backlogs",
    "BlockedUsers",
    "Borrowing",
    "Changes",
    "Chat",
    "Claims",
    "Clock",
    "Codec",
    "Context",
    "ConversationControl",
    "Conversations",
    "CooldownNotes",
    "Deletions",
    "Deliveries",
    "Erasure",
    "FileLedger",
    "Files",
    "FinishedTurns",
    "FixedCatalog",
    "Forgetting",
    "GroupChange",
    "Groups",
    "Image",
    "IncomingMessages",
    "InputImage",
    "InputItem",
    "InputText",
    "Inventory",
    "Jobs",
    "KnownImages",
    "LastQuestions",
    "Leases",
    "ListedModel",
    "MessageQueue",
    "ModelCatalog",
    "NewTopic",
    "NotTaken",
    "Outbox",
    "People",
    "PersonalData",
    "PriceList",
    "QueueInspection",
    "QuotaLedger",
    "Readiness",
    "RemoteFile",
    "Repairs",
    "RequestTaken",
    "Reservations",
    "ResetReply",
    "Retention",
    "SpokenText",
    "StaleReservations",
    "StorageSums",
    "Store",
    "Stragglers",
    "StreamedMessages",
    "TextDelta",
    "TextSoFar",
    "Thinking",
    "Tidying",
    "TiledImage",
    "TilingCodec",
    "TopicConversations",
    "Transcriber",
    "Update",
    "Uploads",
    "UsageRecords",
    "UsageReported",
]
