"""Ports: the bot's needs of the world: the store, the chat, the assistant and its files.

Each docstring is a promise; `tests/contracts/` holds one test for each, run over every adapter.

admissions.py     admission of people, and messages to everybody
assistant.py      the assistant: what it is asked, how it answers, what that costs
blobs.py          images in our own store, for servers that take none by reference
chat.py           Telegram, as the line sees it
choices.py        choices of people for themselves
conversations.py  conversations that last
deliveries.py     messages of ours on their way: kept until Telegram took them, shown as they grow
documents.py      readers of documents, which say what a file is before it is uploaded
exchanges.py      questions that were served and can be asked anew, or wait for a choice
file_ledger.py    the ledger of every file at OpenAI, from the intent to the deletion
files.py          OpenAI's files, as the ledger sees them
groups.py         conversations of groups and of topics
images.py         codecs, which make an image fit for the model
message_queue.py  the queue of messages that wait for their turn
model_ends.py     the ends of models, as the list of models tells them
models.py         the server's models, and the days on which it switches some of them off
operation.py      the running process as its operator looks at it: for the admin page
people.py         everything that is held on one person
sounds.py         readers of sound files, which tell how long one is before it is transcribed
standings.py      people who use the bot, whether they may, and decisions about them
store.py          everything that outlives a process, behind one door
transcriber.py    whatever writes down what is said in a sound
usage_ledger.py   counts of what was used, and by whom
"""

from collections.abc import Callable
from datetime import datetime

from snapthread.contents import DocumentContent, PagePicture, SoundFacts
from snapthread.ports.admissions import (
    AdmissionRequests,
    Admissions,
    BroadcastDrafts,
    BroadcastList,
    Broadcasts,
    BroadcastSending,
    Invitations,
    InviteEnding,
    InviteList,
    InviteMaking,
    InviteUse,
)
from snapthread.ports.assistant import (
    AnswerCompleted,
    AnswerEvent,
    Assistant,
    AssistantRequest,
    InputFile,
    InputImage,
    InputItem,
    InputPart,
    InputText,
    NotTaken,
    PriceList,
    RequestTaken,
    TextDelta,
    TextSoFar,
    Thinking,
    UsageReported,
)
from snapthread.ports.blobs import BLOB, Blobs, ImageTransport, StoredBlob, Way
from snapthread.ports.chat import Chat, GroupChange, NewTopic, Reaction, Update
from snapthread.ports.choices import CallersKnown, Choices
from snapthread.ports.conversations import (
    AnsweredPresses,
    Context,
    ConversationControl,
    Conversations,
    FileTokens,
    FinishedTurns,
    ReadableHistory,
    RequestBounds,
    ResetReply,
)
from snapthread.ports.deliveries import Deliveries, GuestAnswers, Outbox, StreamedMessages
from snapthread.ports.documents import DocumentReader
from snapthread.ports.exchanges import (
    EditReplies,
    Exchanges,
    KnownQuestions,
    LastQuestions,
    PageChoices,
)
from snapthread.ports.file_ledger import (
    Borrowing,
    Deletions,
    FailingDeletions,
    FileLedger,
    Forgetting,
    Inventory,
    KnownImages,
    Repairs,
    Retention,
    UploadRecords,
    Uploads,
)
from snapthread.ports.files import Files, RemoteFile
from snapthread.ports.groups import Askers, Groups, TopicConversations
from snapthread.ports.images import Codec, Content, Image, Tile
from snapthread.ports.message_queue import (
    Arrival,
    ChangeFeed,
    Claims,
    IncomingMessages,
    Leases,
    MessageQueue,
    PutOff,
    QueueInspection,
    Stragglers,
)
from snapthread.ports.models import FixedCatalog, ListedModel, ModelCatalog
from snapthread.ports.people import (
    Adoption,
    BlockedUsers,
    Erasure,
    OwnedFiles,
    People,
    PersonalData,
    StorageSums,
)
from snapthread.ports.sounds import SoundMeter
from snapthread.ports.standings import (
    Audit,
    PeopleKnown,
    PeopleList,
    StandingDecisions,
    Standings,
)
from snapthread.ports.store import (
    Backlogs,
    CooldownNotes,
    Facts,
    Jobs,
    Readiness,
    Replicas,
    Store,
    Tidying,
)
from snapthread.ports.transcriber import SpeechHints, SpokenText, Transcriber
from snapthread.ports.usage_ledger import (
    Feedback,
    QuotaLedger,
    Reactions,
    ReservationRevisions,
    Reservations,
    StaleReservations,
    UsageRecords,
)

Clock = Callable[[], datetime]  # aware UTC

__all__ = [
    "BLOB",
    "AdmissionRequests",
    "Admissions",
    "Adoption",
    "AnswerCompleted",
    "AnswerEvent",
    "AnsweredPresses",
    "Arrival",
    "Askers",
    "Assistant",
    "AssistantRequest",
    "Audit",
    "Backlogs",
    "Blobs",
    "BlockedUsers",
    "Borrowing",
    "BroadcastDrafts",
    "BroadcastList",
    "BroadcastSending",
    "Broadcasts",
    "CallersKnown",
    "ChangeFeed",
    "Chat",
    "Choices",
    "Claims",
    "Clock",
    "Codec",
    "Content",
    "Context",
    "ConversationControl",
    "Conversations",
    "CooldownNotes",
    "Deletions",
    "Deliveries",
    "DocumentContent",
    "DocumentReader",
    "EditReplies",
    "Erasure",
    "Exchanges",
    "Facts",
    "FailingDeletions",
    "Feedback",
    "FileLedger",
    "FileTokens",
    "Files",
    "FinishedTurns",
    "FixedCatalog",
    "Forgetting",
    "GroupChange",
    "Groups",
    "GuestAnswers",
    "Image",
    "ImageTransport",
    "IncomingMessages",
    "InputFile",
    "InputImage",
    "InputItem",
    "InputPart",
    "InputText",
    "Inventory",
    "Invitations",
    "InviteEnding",
    "InviteList",
    "InviteMaking",
    "InviteUse",
    "Jobs",
    "KnownImages",
    "KnownQuestions",
    "LastQuestions",
    "Leases",
    "ListedModel",
    "MessageQueue",
    "ModelCatalog",
    "NewTopic",
    "NotTaken",
    "Outbox",
    "OwnedFiles",
    "PageChoices",
    "PagePicture",
    "People",
    "PeopleKnown",
    "PeopleList",
    "PersonalData",
    "PriceList",
    "PutOff",
    "QueueInspection",
    "QuotaLedger",
    "Reaction",
    "Reactions",
    "ReadableHistory",
    "Readiness",
    "RemoteFile",
    "Repairs",
    "Replicas",
    "RequestBounds",
    "RequestTaken",
    "ReservationRevisions",
    "Reservations",
    "ResetReply",
    "Retention",
    "SoundFacts",
    "SoundMeter",
    "SpeechHints",
    "SpokenText",
    "StaleReservations",
    "StandingDecisions",
    "Standings",
    "StorageSums",
    "Store",
    "StoredBlob",
    "Stragglers",
    "StreamedMessages",
    "TextDelta",
    "TextSoFar",
    "Thinking",
    "Tidying",
    "Tile",
    "TopicConversations",
    "Transcriber",
    "Update",
    "UploadRecords",
    "Uploads",
    "UsageRecords",
    "UsageReported",
    "Way",
]
