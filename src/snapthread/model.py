"""The words of the product: what arrives, what is remembered, what is answered. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, NewType

ConversationKey = NewType("ConversationKey", str)
FileName = NewType("FileName", str)  # our own name of a file, made before it is uploaded

Language = str  # the name of a file of texts: "en", "ru", …
MessageKind = Literal["question", "command", "press", "edit", "unsupported"]
ImageKind = Literal[
    "photo", "document", "live_photo", "sticker", "animation", "video", "video_note"
]
SoundKind = Literal["voice", "audio", "video_note", "video"]
Role = Literal["user", "assistant"]
FileState = Literal["intended", "uploaded", "live", "retired"]
Ending = Literal["answered", "cut", "stopped", "failed"]
AskAgain = Literal["retry", "continue", "from"]
Asked = Literal["asked", "twice", "gone", "older", "busy"]  # what became of it
FileKind = Literal["image", "document"]
DocumentDetail = Literal["", "low", "high"]  # of the pictures of its pages; "": it has none

CONTINUE = "continue"  # the word of what asks for the rest of an answer
RESET_COMMANDS = frozenset({"reset", "new"})
URGENT_COMMANDS = RESET_COMMANDS | {"stop"}  # what need not wait for the questions before it


def private_conversation(user_id: int, thread_id: int | None = None) -> ConversationKey:
    """One per person; where private chats have topics, one more for each of them."""
    topic = "" if thread_id is None else f":{thread_id}"
    return ConversationKey(f"user:{user_id}{topic}")


def group_conversation(
    chat_id: int, thread_id: int | None, user_id: int | None = None
) -> ConversationKey:
    """One for each topic; with a user, one for each of them in it."""
    whose = "" if user_id is None else f":{user_id}"
    return ConversationKey(f"group:{chat_id}:{thread_id or 0}{whose}")


def guest_conversation(query_id: str) -> ConversationKey:
    """Of one question in a chat that the bot is no member of: it ends with its answer."""
    return ConversationKey(f"guest:{query_id}")


def is_guest(conversation: ConversationKey) -> bool:
    return conversation.startswith("guest:")


def group_of(conversation: ConversationKey) -> int | None:
    """The chat of a group's conversation."""
    kind, *rest = conversation.split(":")
    return int(rest[0]) if kind == "group" else None


def is_topic(conversation: ConversationKey) -> bool:
    """Is it of a topic in a private chat?"""
    return conversation.startswith("user:") and conversation.count(":") == 2


def owner_in_group(conversation: ConversationKey) -> int | None:
    """The person whose own conversation of a group this is; None for a shared and a private one."""
    kind, *rest = conversation.split(":")
    return int(rest[2]) if kind == "group" and len(rest) == 3 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramImage:
    """An image as Telegram names it. Sizes and type are the sender's claim, not a fact."""

    kind: ImageKind
    telegram_id: str
    unique_id: str
    size_bytes: int | None = None
    width: int | None = None
    height: int | None = None
    is_still: bool = False  # the preview of what moves; the rest of it we do not see


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramSound:
    """A sound as Telegram names it. Of all this only the seconds of a voice and
    a video message are a fact; the rest is the sender's claim."""

    kind: SoundKind
    telegram_id: str
    duration_s: int
    size_bytes: int | None = None
    mime_type: str = ""
    file_name: str = ""


@dataclass(frozen=True, slots=True)
class PageRange:
    """Pages of a document, from the first to the last, both counted from 1."""

    first: int
    last: int

    def __len__(self) -> int:
        return self.last - self.first + 1

    def __str__(self) -> str:
        return f"{self.first}–{self.last}" if self.last > self.first else str(self.first)


@dataclass(frozen=True, slots=True)
class PageChoice:
    """A document of more pages than can be used at once."""

    pages: int
    fits: int
    unique_id: str = ""  # Telegram's, of the document
    update_id: int = 0  # that brought it


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramDocument:
    """A document as Telegram names it; all of it is the sender's claim. `chosen`: the pages that
    the person asked for."""

    telegram_id: str
    unique_id: str
    size_bytes: int | None = None
    file_name: str = ""
    chosen: PageRange | None = None

    @property
    def kind(self) -> Literal["file"]:
        """As `TelegramImage.kind`, which calls an image that was sent as a file a document."""
        return "file"


TelegramFile = TelegramImage | TelegramDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFacts:
    """A document as it was read. `pages`: of the whole; 0 where it has none. `tokens`: our estimate
    of what goes up, shown in this detail."""

    name: str
    pages: int = 0
    chosen: PageRange | None = None  # where not all of them went up
    tokens: int = 0
    detail: DocumentDetail = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepliedMessage:
    """The message that a message answers to."""

    message_id: int
    text: str = ""
    image: TelegramImage | None = None
    document: TelegramDocument | None = None
    sent_at: datetime | None = None
    user_id: int | None = None  # of the person who wrote it, where that is told

    @property
    def file(self) -> TelegramFile | None:
        return self.image or self.document


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One accepted update: a Telegram message in our words."""

    update_id: int
    conversation: ConversationKey
    chat_id: int
    thread_id: int | None = None
    message_id: int
    user_id: int  # in a group it may be the chat that speaks as itself
    sender_name: str = ""  # in a group: for the model, which hears several people
    language_code: str | None = None
    sent_at: datetime
    kind: MessageKind = "question"
    word: str = ""  # the command's name, the button's data, or the kind that is not supported
    press_id: str | None = None  # of a pressed button: Telegram waits for an answer to it
    text: str = ""  # the text or the caption
    image: TelegramImage | None = None
    more_images: tuple[TelegramImage, ...] = ()  # of one message of paid media
    document: TelegramDocument | None = None
    sound: TelegramSound | None = None
    album_id: str | None = None
    reply: RepliedMessage | None = None
    draft_id: int | None = None  # which turn a Stop button ends
    guest_query_id: str | None = None  # asked where the bot is no member, to be answered once

    @property
    def images(self) -> tuple[TelegramImage, ...]:
        return (self.image, *self.more_images) if self.image else ()

    @property
    def files(self) -> tuple[TelegramFile, ...]:
        """The files that it brings to be uploaded."""
        return (*self.images, self.document) if self.document else self.images

    @property
    def is_private(self) -> bool:
        return self.chat_id == self.user_id and self.chat_id > 0 and not self.is_guest

    @property
    def is_guest(self) -> bool:
        return self.guest_query_id is not None

    @property
    def person_in_group(self) -> int | None:
        """The person to be told what the others there need not read; no chat that speaks as
        itself."""
        return None if self.is_private or self.user_id < 0 else self.user_id

    @property
    def destination(self) -> "Destination":
        return Destination(chat_id=self.chat_id, thread_id=self.thread_id)

    @property
    def is_urgent(self) -> bool:
        is_command = self.kind == "command" and self.word in URGENT_COMMANDS
        return self.kind in {"press", "edit"} or is_command

    def in_place_of(self, old: "Message") -> "Message":
        """An edit as the message that it changes."""
        return replace(
            self,
            update_id=old.update_id,
            kind="unsupported" if self.word else "question",
            album_id=old.album_id,
            sent_at=old.sent_at,
            sender_name=old.sender_name,
        )

    @property
    def content(self) -> object:
        """The parts that an edit can change; a file has several ids at Telegram."""
        sound = self.sound and replace(self.sound, telegram_id="")
        return self.kind, self.word, self.text, [one.unique_id for one in self.files], sound


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A formatted stretch of text; offset and length in UTF-16 units (Bot API MessageEntity)."""

    type: str
    offset: int
    length: int
    url: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button below a message; `press` comes back as the word of a press. With a `url` it opens
    that, and nothing comes back."""

    text: str
    press: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A text file to send."""

    name: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMessage:
    """One message to send: it fits Telegram's limits. `seen_by`: in a group, the only person who
    sees it, where Telegram can do that; else everybody does."""

    text: str
    entities: tuple[Entity, ...] = ()
    buttons: tuple[Button, ...] = ()
    in_row: int = 0  # so many buttons side by side; 0: all of them
    document: Document | None = None  # sent with the text as its caption
    seen_by: int | None = None
    is_removal: bool = False  # the message whose place it takes goes, or says this


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Destination of an answer. `replaces`: our own message whose place it takes; `inline_id`: the
    same in a chat that the bot is no member of, where there is no other place."""

    chat_id: int
    thread_id: int | None = None
    reply_to: int | None = None
    replaces: int | None = None
    inline_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxMessage:
    """A message that is to be delivered, kept until Telegram took it."""

    id: int
    to: Destination
    outgoing: OutgoingMessage
    turn: int | None = None  # of the exchange that it is a reply of


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryImage:
    """A file in an item of the conversation: an image, or a document. Whether it is still to be
    seen, the ledger knows."""

    label: int
    file: FileName
    sent_at: datetime
    document: DocumentFacts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryItem:
    """One side's words. `tokens` is our estimate, for the context bound; `phase`: of what the
    assistant said, as the model told it, and to be sent back with it. `kept`: what was made of it
    for a request; the next one has nearly all items again."""

    role: Role
    text: str
    images: tuple[HistoryImage, ...] = ()
    at: datetime
    tokens: int = 0
    phase: str | None = None
    kept: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)


# What became of a conversation that was served: nobody gave it back yet, or it was given back and
# waits for its person, or it has more work.
Served = Literal["held", "idle", "more"]


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
    created_at: datetime

    @property
    def kind(self) -> FileKind:
        return "image" if self.document is None else "document"


@dataclass(frozen=True, slots=True, kw_only=True)
class Redo:
    """A question that is asked anew, or an answer that goes on.

    Until the new answer is there the old one stands, in the conversation and in the chat.
    """

    turn: int  # of its exchange
    history_start: int  # its item: from there on the new ones take the place of the old
    labels: int = 0  # photos named before it
    files: tuple[LedgerFile, ...] = ()  # its own live ones, which need no upload
    answer: str = ""  # that stands
    answer_start: int | None = None  # its item
    is_continuation: bool = False
    is_cut: bool = False  # the answer that stands was cut at its length

    @property
    def taken_back_from(self) -> int | None:
        """The first item that leaves for the new ones."""
        return self.answer_start if self.is_continuation else self.history_start


@dataclass(frozen=True, slots=True, kw_only=True)
class IntendedFile:
    """An upload about to begin. `update_id` and `place` say which image of which message.

    `image_key`: the lost file that it is to replace in the conversation.
    """

    name: FileName
    owner: int
    update_id: int
    place: int
    telegram_id: str
    unique_id: str
    size_bytes: int
    width: int = 0
    height: int = 0
    document: DocumentFacts | None = None
    image_key: FileName | None = None
    album_id: str | None = None


@dataclass(frozen=True, slots=True)
class LostFile:
    """A file that left its conversation, by the name that the person knows it by."""

    kind: FileKind
    label: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """Counts of what was held on a person: files to be deleted at OpenAI, rows that are gone.
    `was_done`: False where it had been asked for by a press that no longer counts."""

    files: int
    items: int
    messages: int
    outbox: int
    was_done: bool = True


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
class Claim:
    """A conversation held by one worker: parts to deliver first, else a question to answer.

    `token` fences: a write with an older token is refused. `turn` numbers the answers of a
    conversation, also across resets, and names their drafts.
    """

    conversation: ConversationKey
    token: int
    epoch: int
    outbox: tuple[OutboxMessage, ...] = ()
    messages: tuple[Message, ...] = ()
    attempt: int = 1  # counts those that failed here, and no death of a process
    is_suspect: bool = False  # it was being served when a process died
    is_late: bool = False  # a late part of an album that was answered already
    turn: int = 1
    is_stopped: bool = False  # the person said Stop, and we died of something else
    stream: tuple[int, ...] = ()  # the messages that showed this answer as it grew, when we died
    redo: Redo | None = None  # what the messages ask anew
    inline_id: str | None = None  # the answer's place in a chat that the bot is no member of


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaChanges:
    """Changes by other processes: to claims of ours, and what the services asked for."""

    lost: frozenset[Claim] = frozenset()  # somebody else's now, by a reset, an erasure, a takeover
    stopped: frozenset[Claim] = frozenset()  # the person said Stop to this turn
    cooldowns: Mapping[str, datetime] = field(default_factory=dict)  # service → not before


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica:
    """A process of this bot, as it told of itself last."""

    name: str  # its machine and process id
    version: str
    began_at: datetime
    seen_at: datetime
    is_polling: bool
    active_turns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedMessage:
    """A message in the mailbox, or put aside from it; nothing of what it says."""

    update_id: int
    conversation: ConversationKey
    kind: str  # a question, a command, …
    arrived_at: datetime  # for what was put aside: when that was
    attempts: int
    is_held: bool = False  # somebody works on it now


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """Counts of the work that is still to be done."""

    messages: int  # that are not done with, also those being worked on
    files: int  # past due, or still to be deleted
    unsettled: int  # intents whose upload is to be looked for, now or soon
    dead_letters: int = 0
    live_files: int = 0  # that a conversation holds, or is about to


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """A person's files that are, or may be, at OpenAI."""

    files: int
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """This installation's own id, which marks its files, and its secret for hashed ids."""

    id: str
    secret: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens as the API counts them; cached and written are part of input."""

    input_tokens: int = 0
    cached_tokens: int = 0
    written_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
