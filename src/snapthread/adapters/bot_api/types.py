"""Types that we read of the Bot API, under Telegram's own names.

`tests/bot_api/test_description.py` holds each type and field against Telegram's description; a
field without a default is one that is always there.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from snapthread.adapters.bot_api.decode import KEY, KEYS, STRICT, Raw

CHANNEL: Final = "channel"
PRIVATE: Final = "private"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    id: int
    is_bot: bool
    first_name: str = ""
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    id: int
    type: str
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEntity:
    type: str
    offset: int
    length: int
    url: str | None = None
    user: User | None = None


# ---------------------------------------------------------------- files


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoSize:
    file_id: str
    file_unique_id: str
    width: int
    height: int
    file_size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Animation:
    file_id: str
    file_unique_id: str
    thumbnail: PhotoSize | None = None
    mime_type: str | None = None
    file_size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    file_id: str
    file_unique_id: str
    file_name: str | None = None
    mime_type: str | None = None
    file_size: int | None = None
    thumbnail: PhotoSize | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LivePhoto:
    photo: tuple[PhotoSize, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sticker:
    file_id: str
    file_unique_id: str
    is_animated: bool
    is_video: bool
    thumbnail: PhotoSize | None = None
    file_size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    file_id: str | None = None
    file_size: int | None = None
    mime_type: str | None = None
    duration: int = 0
    cover: tuple[PhotoSize, ...] | None = None
    thumbnail: PhotoSize | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoNote:
    file_id: str | None = None
    file_size: int | None = None
    duration: int = 0
    thumbnail: PhotoSize | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    file_id: str
    file_size: int | None = None
    mime_type: str | None = None
    duration: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Audio:
    file_id: str
    file_size: int | None = None
    mime_type: str | None = None
    file_name: str | None = None
    duration: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidMedia:
    """Telegram's PaidMediaPhoto, PaidMediaLivePhoto, PaidMediaVideo, PaidMediaPreview."""

    type: str
    photo: tuple[PhotoSize, ...] | None = None
    live_photo: LivePhoto | None = None
    video: Video | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidMediaInfo:
    paid_media: tuple[PaidMedia, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    file_id: str
    file_size: int | None = None
    file_path: str | None = None


# ---------------------------------------------------------------- messages


@dataclass(frozen=True, slots=True, kw_only=True)
class TextQuote:
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageOrigin:
    """Telegram's four kinds of origin; all of them have a date."""

    date: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalReplyInfo:
    """The message of another chat that is answered to, without its text."""

    origin: MessageOrigin
    animation: Animation | None = None
    document: Document | None = None
    live_photo: LivePhoto | None = None
    paid_media: PaidMediaInfo | None = None
    photo: tuple[PhotoSize, ...] | None = None
    sticker: Sticker | None = None
    video: Video | None = None
    video_note: VideoNote | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    phone_number: str
    first_name: str
    last_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    location: Location
    title: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PollOption:
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    question: str
    options: tuple[PollOption, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistTask:
    text: str
    completion_date: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    title: str
    tasks: tuple[ChecklistTask, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RichMessage:
    blocks: tuple[Raw, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForumTopicCreated:
    is_name_implicit: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """`names`: all that it has, also what is newer than we are."""

    message_id: int
    date: datetime
    chat: Chat
    names: frozenset[str] = field(default=frozenset(), metadata={KEYS: True})
    from_user: User | None = field(default=None, metadata={KEY: "from", STRICT: True})
    sender_chat: Chat | None = None
    is_automatic_forward: bool | None = None
    message_thread_id: int | None = None
    is_topic_message: bool | None = None
    media_group_id: str | None = None
    guest_query_id: str | None = None
    reply_to_message: "Message | None" = None
    migrate_to_chat_id: int | None = None
    migrate_from_chat_id: int | None = None
    forum_topic_created: ForumTopicCreated | None = None
    external_reply: ExternalReplyInfo | None = None
    quote: TextQuote | None = None
    text: str | None = None
    entities: tuple[MessageEntity, ...] | None = None
    caption: str | None = None
    caption_entities: tuple[MessageEntity, ...] | None = None
    audio: Audio | None = None
    animation: Animation | None = None
    document: Document | None = None
    live_photo: LivePhoto | None = None
    paid_media: PaidMediaInfo | None = None
    photo: tuple[PhotoSize, ...] | None = None
    sticker: Sticker | None = None
    video: Video | None = None
    video_note: VideoNote | None = None
    voice: Voice | None = None
    contact: Contact | None = None
    location: Location | None = None
    venue: Venue | None = None
    poll: Poll | None = None
    checklist: Checklist | None = None
    rich_message: RichMessage | None = None


# ---------------------------------------------------------------- updates


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackQuery:
    """`message` may be one that is too old to be told: then it has no more than its place."""

    id: str
    from_user: User = field(metadata={KEY: "from"})
    message: Message | None = None
    data: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMember:
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMemberUpdated:
    chat: Chat
    from_user: User = field(metadata={KEY: "from"})
    new_chat_member: ChatMember


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageGenerationStopped:
    chat: Chat
    draft_id: int
    message_thread_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionType:
    type: str
    emoji: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReactionUpdated:
    chat: Chat
    message_id: int
    new_reaction: tuple[ReactionType, ...]
    user: User | None = None  # absent where a chat reacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """One of the kinds that we asked for; anything else is only confirmed."""

    update_id: int
    message: Message | None = field(default=None, metadata={STRICT: True})
    edited_message: Message | None = field(default=None, metadata={STRICT: True})
    callback_query: CallbackQuery | None = field(default=None, metadata={STRICT: True})
    guest_message: Message | None = field(default=None, metadata={STRICT: True})
    message_reaction: MessageReactionUpdated | None = None
    my_chat_member: ChatMemberUpdated | None = field(default=None, metadata={STRICT: True})
    stopped_message_generation: MessageGenerationStopped | None = field(
        default=None, metadata={STRICT: True}
    )


# ---------------------------------------------------------------- the bot itself


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookInfo:
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BotCommand:
    command: str
    description: str
