"""The words of the product: what arrives, what is remembered, what is answered. Pure.

People and their preferences, what use is counted and limited, and the pages of a conversation have
modules of their own, imported by name.

context.py          older turns that requests of a long conversation leave out, by halves
conversations.py    the names of conversations: of a person, a topic, a group, a guest's question
files.py            files as Telegram names them: images, sounds, documents and their pages
grown.py            results for the items of long lists that grow at their end, kept
history.py          the conversation as a person reads it again
ledger.py           files as the ledger keeps them, from the intent to the deletion
messages.py         a message that arrived, in our words
operation.py        the bot as its operator sees it: processes, the queue, what is still to be done
outgoing.py         messages to be sent, and their places
people.py           people as an operator sees them: who may, their own limits, decisions
preferences.py      choices of people for themselves, out of what the operator offers
quotas.py           limits of use, and the first that a question would pass
request_profile.py  the model of a question and how it is to answer
transcript.py       a conversation as it is remembered, and as a question is asked with it
turns.py            questions being served: claims, and what is asked anew
usage.py            usage of one attempt and of a day: what was asked, what it cost
"""

from snapthread.contents import PageRange
from snapthread.model.conversations import (
    ConversationKey,
    group_conversation,
    group_of,
    guest_conversation,
    is_guest,
    is_topic,
    owner_in_group,
    private_conversation,
)
from snapthread.model.files import (
    DocumentDetail,
    DocumentFacts,
    FileKind,
    FileName,
    ImageKind,
    PageChoice,
    Part,
    SoundKind,
    TelegramDocument,
    TelegramFile,
    TelegramImage,
    TelegramSound,
)
from snapthread.model.ledger import (
    Deletion,
    FileState,
    IntendedFile,
    LedgerFile,
    LostFile,
    Storage,
    in_reading_order,
    is_whole,
)
from snapthread.model.messages import (
    RESET_COMMANDS,
    URGENT_COMMANDS,
    Language,
    Message,
    MessageKind,
    RepliedMessage,
)
from snapthread.model.operation import (
    Backlog,
    Cooldown,
    Erased,
    Installation,
    QueuedMessage,
    Replica,
    ReplicaChanges,
)
from snapthread.model.outgoing import (
    Button,
    Destination,
    Entity,
    OutboxMessage,
    OutgoingMessage,
    TextFile,
)
from snapthread.model.transcript import (
    Exchange,
    HistoryImage,
    HistoryItem,
    LastQuestion,
    Role,
    Transcript,
)
from snapthread.model.turns import (
    CONTINUE,
    AskAgain,
    AskAnewResult,
    Claim,
    Ending,
    Redo,
    Served,
    StopTurn,
)
from snapthread.model.usage import Usage

__all__ = [
    "CONTINUE",
    "RESET_COMMANDS",
    "URGENT_COMMANDS",
    "AskAgain",
    "AskAnewResult",
    "Backlog",
    "Button",
    "Claim",
    "ConversationKey",
    "Cooldown",
    "Deletion",
    "Destination",
    "DocumentDetail",
    "DocumentFacts",
    "Ending",
    "Entity",
    "Erased",
    "Exchange",
    "FileKind",
    "FileName",
    "FileState",
    "HistoryImage",
    "HistoryItem",
    "ImageKind",
    "Installation",
    "IntendedFile",
    "Language",
    "LastQuestion",
    "LedgerFile",
    "LostFile",
    "Message",
    "MessageKind",
    "OutboxMessage",
    "OutgoingMessage",
    "PageChoice",
    "PageRange",
    "Part",
    "QueuedMessage",
    "Redo",
    "Replica",
    "ReplicaChanges",
    "RepliedMessage",
    "Role",
    "Served",
    "SoundKind",
    "StopTurn",
    "Storage",
    "TelegramDocument",
    "TelegramFile",
    "TelegramImage",
    "TelegramSound",
    "TextFile",
    "Transcript",
    "Usage",
    "group_conversation",
    "group_of",
    "guest_conversation",
    "in_reading_order",
    "is_guest",
    "is_topic",
    "is_whole",
    "owner_in_group",
    "private_conversation",
]
