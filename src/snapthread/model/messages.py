"""A message that arrived, in our words. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from snapthread.model.conversations import ConversationKey
from snapthread.model.files import TelegramDocument, TelegramFile, TelegramImage, TelegramSound
from snapthread.model.outgoing import Destination

Language = str  # the name of a file of texts: "en", "ru", …
MessageKind = Literal["question", "command", "press", "edit", "unsupported"]
RESET_COMMANDS = frozenset({"reset", "new"})
URGENT_COMMANDS = RESET_COMMANDS | {"stop"}  # what need not wait for the questions before it


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
    def half(self) -> Literal["photo", "voice", ""]:
        """A photo without words (or a part of an album), or a voice message alone: the other may
        follow, and both are one question then. In private only: in a group nobody means the bot by
        either."""
        if self.kind != "question" or not self.is_private or self.text:
            return ""
        if self.album_id is not None:
            return "photo" if self.files and self.sound is None else ""
        if self.document is not None or self.more_images:
            return ""
        if self.sound is None:
            return "photo" if self.image is not None and self.image.kind == "photo" else ""
        return "voice" if self.sound.kind == "voice" else ""

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

    def changes(self, other: "Message") -> bool:
        """As an edit: is it of this question?"""
        is_question = other.kind in {"question", "unsupported"}
        is_same = self.message_id == other.message_id
        return is_question and is_same and self.conversation == other.conversation

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
