"""Content of a message: a question, a picture, what we cannot answer, or nothing of a person.

A test holds that every field of Telegram's Message has its place here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from snapthread.adapters.bot_api.descriptions import DESCRIBED, describe
from snapthread.adapters.bot_api.document import document_in, is_sound, may_be_image
from snapthread.adapters.bot_api.sound import AUDIBLE, sound_in
from snapthread.adapters.bot_api.types import (
    Animation,
    Document,
    ExternalReplyInfo,
    LivePhoto,
    Message,
    PaidMedia,
    PhotoSize,
    Sticker,
    Video,
    VideoNote,
)
from snapthread.model import ImageKind, TelegramDocument, TelegramImage, TelegramSound


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# About a message, whatever it carries.
ABOUT: Final = _names("""
    author_signature business_connection_id caption caption_entities chat date direct_messages_topic
    edit_date effect_id entities ephemeral_message_id external_reply forward_origin from
    guest_bot_caller_chat guest_bot_caller_user guest_query_id has_media_spoiler
    has_protected_content is_automatic_forward is_from_offline is_paid_post is_topic_message
    link_preview_options media_group_id message_id message_thread_id paid_star_count quote
    receiver_user reply_markup reply_to_checklist_task_id reply_to_message reply_to_poll_option_id
    reply_to_story sender_boost_count sender_business_bot sender_chat sender_tag
    show_caption_above_media suggested_post_info via_bot
""")
# Where the picture is in what a person can send, as an animation is a document as well. Without
# one, and without a sound, they are not supported.
PICTURED: Final = (
    "animation",
    "live_photo",
    "photo",
    "document",
    "paid_media",
    "sticker",
    "video_note",
    "video",
)
# What a person can send and we cannot answer; the name is the word of the message.
UNSUPPORTED: Final = tuple(
    """
    dice game giveaway giveaway_winners invoice story
    """.split()
)
UNKNOWN: Final = "unknown"
TEXT: Final = "text"
# What a chat says of itself: nobody waits for an answer.
SERVICE: Final = _names("""
    boost_added channel_chat_created chat_background_set chat_owner_changed chat_owner_left
    chat_shared checklist_tasks_added checklist_tasks_done community_chat_added
    community_chat_joined community_chat_removed connected_website delete_chat_photo
    direct_message_price_changed forum_topic_closed forum_topic_created forum_topic_edited
    forum_topic_reopened general_forum_topic_hidden general_forum_topic_unhidden gift
    gift_upgrade_sent giveaway_completed giveaway_created group_chat_created
    left_chat_member managed_bot_created message_auto_delete_timer_changed
    migrate_from_chat_id migrate_to_chat_id new_chat_members new_chat_photo new_chat_title
    paid_message_price_changed passport_data pinned_message poll_option_added
    poll_option_deleted proximity_alert_triggered refunded_payment successful_payment
    suggested_post_approval_failed suggested_post_approved suggested_post_declined
    suggested_post_paid suggested_post_refunded supergroup_chat_created unique_gift
    user_shared users_shared video_chat_ended video_chat_participants_invited
    video_chat_scheduled video_chat_started web_app_data write_access_allowed
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageContent:
    """A question, with the pictures, the document and the sound it has; `unsupported` names what it
    is instead."""

    images: tuple[TelegramImage, ...] = ()
    document: TelegramDocument | None = None
    sound: TelegramSound | None = None
    unsupported: str = ""


def content_of(message: Message) -> MessageContent | None:
    """None for a service message."""
    kind = kind_of(message)
    if kind is None:
        return None
    pictures = pictures_in(message) if kind in PICTURED else ()
    document, sound = document_in(message), sound_in(message)
    if kind == TEXT or pictures or document or sound or (kind in DESCRIBED and describe(message)):
        return MessageContent(images=pictures, document=document, sound=sound)
    return MessageContent(unsupported=kind)


def kind_of(message: Message) -> str | None:
    """The kind of its content; also where that could not be read. None: a service message."""
    for kind in (TEXT, *PICTURED, *AUDIBLE, *DESCRIBED, *UNSUPPORTED):
        if kind in message.names:
            return kind
    return None if message.names & SERVICE else UNKNOWN


def pictures_in(message: Message | ExternalReplyInfo) -> tuple[TelegramImage, ...]:
    """None, one, or those of paid media; of what moves, one still picture."""
    if message.paid_media:
        found = [_paid_image(media) for media in message.paid_media.paid_media]
    else:
        found = [_of_message(message)]
    return tuple(picture for picture in found if picture is not None)


def _of_message(message: Message | ExternalReplyInfo) -> TelegramImage | None:
    """One thing may be told as two: an animation is a document as well, for old clients,
    and a live photo is a photo."""
    if message.animation:
        return _animation(message.animation)
    if message.live_photo:
        return _live_photo(message.live_photo, message.photo)
    if message.photo:
        return _largest(message.photo, "photo")
    if message.document:
        return _document(message.document)
    if message.sticker:
        return _sticker(message.sticker)
    if message.video:
        return _video(message.video)
    return _preview(message.video_note, "video_note") if message.video_note else None


def _paid_image(media: PaidMedia) -> TelegramImage | None:
    """Paid media that nobody paid for has no file."""
    if media.live_photo:
        return _live_photo(media.live_photo, None)
    if media.photo:
        return _largest(media.photo, "photo")
    return _video(media.video) if media.video else None


def _largest(sizes: Sequence[PhotoSize], kind: ImageKind) -> TelegramImage:
    return _image_of_size(max(sizes, key=lambda size: size.width * size.height), kind)


def _live_photo(live: LivePhoto, photo: Sequence[PhotoSize] | None) -> TelegramImage | None:
    sizes = photo or live.photo
    return _largest(sizes, "live_photo") if sizes else None


def _animation(animation: Animation) -> TelegramImage | None:
    """Telegram makes a video of a GIF, except for some that bots sent."""
    if animation.mime_type == "image/gif":
        return _file(animation, "animation")
    return _preview(animation, "animation")


def _video(video: Video) -> TelegramImage | None:
    """The cover is as large as the video, the thumbnail is 320 pixels."""
    if video.cover:
        return replace(_largest(video.cover, "video"), is_still=True)
    return _preview(video, "video")


def _sticker(sticker: Sticker) -> TelegramImage | None:
    moves = sticker.is_animated or sticker.is_video
    return _preview(sticker, "sticker") if moves else _file(sticker, "sticker")


def _preview(
    media: Animation | Document | Sticker | Video | VideoNote, kind: ImageKind
) -> TelegramImage | None:
    thumbnail = media.thumbnail
    return replace(_image_of_size(thumbnail, kind), is_still=True) if thumbnail else None


def _image_of_size(size: PhotoSize, kind: ImageKind) -> TelegramImage:
    return replace(_file(size, kind), width=size.width, height=size.height)


def _document(document: Document) -> TelegramImage | None:
    """An image sent as a file, or the preview of a film."""
    if may_be_image(document):
        return _file(document, "document")
    return _preview(document, "video") if is_sound(document) else None


def _file(file: Animation | Document | PhotoSize | Sticker, kind: ImageKind) -> TelegramImage:
    return TelegramImage(
        kind=kind,
        telegram_id=file.file_id,
        unique_id=file.file_unique_id,
        size_bytes=file.file_size,
    )
