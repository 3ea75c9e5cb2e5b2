"""Everything that can happen in a chat, in our words."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from snapthread.adapters.bot_api.incoming import update_of
from snapthread.model import (
    ImageKind,
    Message,
    TelegramDocument,
    TelegramImage,
    TelegramSound,
    private_conversation,
)
from snapthread_sandbox.telegram.bot_api import BotApi
from tests.bot_api.wire import (
    GROUP,
    PERSON,
    PHOTO,
    PLACE,
    POLL,
    PRIVATE,
    SENT_AT,
    USERNAME,
    Json,
    Wire,
    accepted,
    command,
    document,
    media,
    message,
    ok,
    question,
    size,
)

PICTURE = TelegramImage(
    kind="photo", telegram_id="l", unique_id="u-l", size_bytes=109184, width=1280, height=853
)
FRAME: Json = {"width": 10, "height": 10, "duration": 3}
VIDEO = media(**FRAME, mime_type="video/mp4")
CONTACT: Json = {"phone_number": "1", "first_name": "Bo"}
STICKER: Json = media(type="regular", width=512, height=512, is_animated=False, is_video=False)

UNSUPPORTED_CONTENT: dict[str, Json] = {
    "animation": {"animation": VIDEO, "document": VIDEO},
    "dice": {"dice": {"emoji": "🎲", "value": 3}},
    "game": {"game": {"title": "Go", "description": "?", "photo": PHOTO}},
    "live_photo": {"live_photo": VIDEO},
    "paid_media": {"paid_media": {"star_count": 5, "paid_media": []}},
    "sticker": {"sticker": {**STICKER, "is_video": True}},
    "story": {"story": {"chat": PRIVATE, "id": 3}},
    "unknown": {"hologram": {"depth": 3}},
}
RICH: Json = {
    "blocks": [
        {"type": "heading", "size": 1, "text": "Shopping"},
        {
            "type": "paragraph",
            "text": [
                "Buy ",
                {"type": "bold", "text": ["the ", {"type": "code", "text": "milk"}]},
            ],
        },
        {
            "type": "list",
            "items": [
                {"label": "1.", "blocks": [{"type": "paragraph", "text": "Tea"}]},
                {"label": "2.", "blocks": [{"type": "paragraph", "text": "Sugar"}]},
            ],
        },
        {"type": "divider"},
        {
            "type": "table",
            "cells": [
                [{"text": "a", "align": "left"}, {"text": "b", "align": "left"}],
                [{"align": "left"}, {"text": {"type": "url", "text": "d", "url": "https://x"}}],
            ],
        },
        {"type": "details", "summary": "More", "blocks": [{"type": "pre", "text": "x = 1"}]},
        {"type": "mathematical_expression", "expression": "E=mc^2"},
        {"type": "photo", "photo": [], "caption": {"text": "A cat"}},
        {"type": "hologram", "depth": 3},
    ]
}
TOLD_CONTENT: dict[str, tuple[Json, str]] = {
    "checklist": (
        {
            "checklist": {
                "title": "To do",
                "tasks": [
                    {"id": 1, "text": "Eat", "completion_date": SENT_AT},
                    {"id": 2, "text": "Sleep"},
                ],
            }
        },
        "📋 To do\n☑ Eat\n☐ Sleep",
    ),
    "contact": ({"contact": CONTACT | {"last_name": "Ek"}}, "👤 Bo Ek, 1"),
    "location": ({"location": {"latitude": 52.5, "longitude": 13}}, "📍 52.500000, 13.000000"),
    "venue": (
        {"venue": {"location": PLACE, "title": "Home", "address": "Ring 1"}, "location": PLACE},
        "📍 Home, Ring 1 (1.000000, 2.000000)",
    ),
    "poll": (
        {"poll": POLL | {"question": "Tea?", "options": [{"text": "Yes"}, {"text": "No"}]}},
        "📊 Tea?\n○ Yes\n○ No",
    ),
    "rich_message": (
        {"rich_message": RICH},
        "Shopping\nBuy the milk\n1. Tea\n2. Sugar\na | b\n | d\nMore\nx = 1\nE=mc^2\nA cat",
    ),
}
SOUNDS: dict[str, Json] = {
    "audio": {"audio": media(duration=3)},
    "video": {"video": VIDEO},
    "video_note": {"video_note": media(length=240, duration=3)},
    "voice": {"voice": media(duration=3)},
}


def test_a_private_text_is_a_question() -> None:
    assert accepted(text="What is this?") == Message(
        update_id=9,
        conversation=private_conversation(1001),
        chat_id=1001,
        message_id=5,
        user_id=1001,
        language_code="en",
        sent_at=datetime.fromtimestamp(SENT_AT, UTC),
        text="What is this?",
    )


def test_a_photo_is_its_largest_size() -> None:
    asked = question(photo=PHOTO, caption="A cat?")
    assert (asked.kind, asked.text, asked.image) == ("question", "A cat?", PICTURE)


@pytest.mark.parametrize(
    "claims",
    [
        {"mime_type": "image/png", "file_name": "a.png"},
        {"mime_type": "IMAGE/HEIC"},
        {"mime_type": "image/svg+xml", "file_name": "a.svg"},
        {"mime_type": "application/octet-stream", "file_name": "IMG_1.HEIC"},
        {"mime_type": "application/octet-stream"},
        {"mime_type": "application/octet-stream", "file_name": "picture"},
        {"file_name": "picture"},
        {"file_name": "IMG_2.png"},
        {},
    ],
)
def test_a_document_that_may_be_an_image_is_a_picture(claims: Json) -> None:
    asked = question(document=document(**claims), caption="And this?")
    assert (asked.kind, asked.text) == ("question", "And this?")
    picture = TelegramImage(kind="document", telegram_id="d", unique_id="u-d", size_bytes=1000)
    assert asked.image == picture


@pytest.mark.parametrize(
    "claims",
    [
        {"mime_type": "application/pdf", "file_name": "a.pdf"},
        {"mime_type": "text/plain"},
        {"mime_type": "application/octet-stream", "file_name": "backup.tar"},
        {"file_name": "notes.md"},
    ],
)
def test_a_document_that_is_no_image_is_a_document(claims: Json) -> None:
    asked = question(document=document(**claims), caption="And this?")
    assert (asked.kind, asked.text, asked.image) == ("question", "And this?", None)
    assert asked.document == TelegramDocument(
        telegram_id="d",
        unique_id="u-d",
        size_bytes=1000,
        file_name=claims.get("file_name", ""),
    )
    assert asked.files == (asked.document,)


def test_a_reply_to_a_document_brings_it() -> None:
    sent = message(document=document(mime_type="application/pdf", file_name="a.pdf"))
    reply = question(text="?", reply_to_message=sent).reply
    assert reply is not None
    assert isinstance(reply.file, TelegramDocument)


@pytest.mark.parametrize("mime_type", ["video/mp4", "audio/ogg"])
def test_a_film_or_a_sound_as_a_file_is_a_sound_of_unknown_length(mime_type: str) -> None:
    asked = question(document=document(mime_type=mime_type, file_name="a.jpg"))
    assert (asked.kind, asked.files) == ("question", ())
    assert asked.sound == TelegramSound(
        kind="file",
        telegram_id="d",
        duration_s=0,
        size_bytes=1000,
        mime_type=mime_type,
        file_name="a.jpg",
    )
    assert not asked.sound.is_measured


THUMBNAIL = {"thumbnail": size("t", 320, 240)}
STILL = TelegramImage(
    kind="video",
    telegram_id="t",
    unique_id="u-t",
    size_bytes=7680,
    width=320,
    height=240,
    is_still=True,
)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"video": VIDEO | THUMBNAIL}, "video"),
        ({"video_note": media(length=240, duration=3) | THUMBNAIL}, "video_note"),
        ({"animation": VIDEO | THUMBNAIL, "document": VIDEO}, "animation"),
        ({"sticker": STICKER | THUMBNAIL | {"is_video": True}}, "sticker"),
        ({"sticker": STICKER | THUMBNAIL | {"is_animated": True}}, "sticker"),
    ],
)
def test_of_what_moves_the_preview_is_the_picture(content: Json, kind: ImageKind) -> None:
    asked = question(**content, caption="What?")
    assert (asked.kind, asked.text) == ("question", "What?")
    assert asked.image == replace(STILL, kind=kind)


def test_the_cover_of_a_video_is_better_than_its_preview() -> None:
    asked = question(video=VIDEO | THUMBNAIL | {"cover": PHOTO})
    assert asked.image == replace(PICTURE, kind="video", is_still=True)


def test_a_static_sticker_and_a_gif_that_stayed_one_are_files() -> None:
    sticker = question(sticker=STICKER | THUMBNAIL).image
    gif = question(animation=VIDEO | THUMBNAIL | {"mime_type": "image/gif"}).image
    assert sticker == TelegramImage(kind="sticker", telegram_id="x", unique_id="u-x")
    assert gif == TelegramImage(kind="animation", telegram_id="x", unique_id="u-x")


@pytest.mark.parametrize("where", ["live_photo", "photo"])
def test_a_live_photo_is_a_photo(where: str) -> None:
    beside: Json = {"photo": PHOTO} if where == "photo" else {}
    inside: Json = {"photo": PHOTO} if where == "live_photo" else {}
    told = question(live_photo=VIDEO | inside, **beside)
    assert told.image == replace(PICTURE, kind="live_photo")


def test_of_paid_media_each_picture_that_is_open_is_there() -> None:
    paid = [
        {"type": "preview"},
        {"type": "photo", "photo": PHOTO},
        {"type": "video", "video": VIDEO | THUMBNAIL},
        {"type": "live_photo", "live_photo": VIDEO | {"photo": PHOTO}},
    ]
    asked = question(paid_media={"star_count": 5, "paid_media": paid})
    assert asked.images == (PICTURE, STILL, replace(PICTURE, kind="live_photo"))


def test_a_reply_to_a_video_brings_its_preview() -> None:
    reply = question(text="?", reply_to_message=message(video=VIDEO | THUMBNAIL)).reply
    assert reply is not None
    assert reply.image == STILL


@pytest.mark.parametrize("kind", SOUNDS)
def test_what_can_be_heard_is_a_question_with_a_sound(kind: str) -> None:
    asked = question(**SOUNDS[kind], caption="Listen!")
    assert (asked.kind, asked.image, asked.text) == ("question", None, "Listen!")
    assert asked.sound is not None
    assert (asked.sound.kind, asked.sound.duration_s) == (kind, 3)


@pytest.mark.parametrize("kind", TOLD_CONTENT)
def test_what_says_something_without_a_text_is_the_text_that_it_says(kind: str) -> None:
    content, text = TOLD_CONTENT[kind]
    asked = question(**content)
    assert (asked.kind, asked.word) == ("question", "")
    assert asked.text == text


def test_a_reply_to_a_poll_quotes_it() -> None:
    content, text = TOLD_CONTENT["poll"]
    reply = question(text="And?", reply_to_message=message(**content)).reply
    assert reply is not None
    assert reply.text == text


def test_a_rich_message_without_end_in_itself_is_read_to_a_bound() -> None:
    text: Json = {"type": "bold", "text": "deep"}
    for _ in range(100):
        text = {"type": "bold", "text": [text, "x"]}
    asked = question(rich_message={"blocks": [{"type": "paragraph", "text": text}]})
    assert set(asked.text) == {"x"}


def test_a_rich_message_that_says_nothing_is_not_supported() -> None:
    asked = question(rich_message={"blocks": [{"type": "divider"}]})
    assert (asked.kind, asked.word) == ("unsupported", "rich_message")


@pytest.mark.parametrize("word", UNSUPPORTED_CONTENT)
def test_what_cannot_be_answered_is_named(word: str) -> None:
    asked = question(**UNSUPPORTED_CONTENT[word], caption="Look!")
    assert (asked.kind, asked.word, asked.image) == ("unsupported", word, None)
    assert asked.text == "Look!"


@pytest.mark.parametrize(
    "content",
    [
        {"new_chat_members": [PERSON]},
        {"left_chat_member": PERSON},
        {"new_chat_title": "Friends"},
        {"group_chat_created": True},
        {"pinned_message": message(text="old")},
        {"message_auto_delete_timer_changed": {"message_auto_delete_time": 60}},
        {"forum_topic_created": {"name": "Cats", "icon_color": 1}},
        {"migrate_to_chat_id": -100},
        {"write_access_allowed": {}},
    ],
)
def test_a_service_message_waits_for_no_answer(content: Json) -> None:
    assert accepted(**content) is None


@pytest.mark.parametrize(
    "content",
    [
        {"from": None},
        {"from": {**PERSON, "is_bot": True}},
        {"chat": {"id": -100, "type": "channel", "title": "News"}},
        {"chat": GROUP, "sender_chat": GROUP, "is_automatic_forward": True},
    ],
)
def test_nobody_waits_where_no_person_speaks(content: Json) -> None:
    assert accepted(text="News!", **content) is None


@pytest.mark.parametrize("kind", ["channel_post", "edited_channel_post", "business_message"])
def test_another_kind_of_update_waits_for_no_answer(kind: str) -> None:
    update = update_of({"update_id": 9, kind: message(text="x", edit_date=SENT_AT)}, USERNAME)
    assert update is not None
    assert update.message is None


def test_a_kind_of_update_that_is_newer_than_we_are_is_only_confirmed() -> None:
    update = update_of({"update_id": 9, "telepathy": {"from": 1}}, USERNAME)
    assert update is not None
    assert update.message is None


def test_an_anonymous_admin_speaks_for_the_chat() -> None:
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    asked = question(text="hi", chat=GROUP, sender_chat=GROUP, **{"from": anonymous})
    assert (asked.user_id, asked.sender_name) == (GROUP["id"], "Friends")
    assert not asked.is_private


def test_each_part_of_an_album_keeps_its_id() -> None:
    photo = question(photo=PHOTO, media_group_id="77")
    video = question(live_photo=VIDEO, media_group_id="77", caption="Us")
    assert (photo.album_id, photo.kind) == ("77", "question")
    assert (video.album_id, video.kind, video.text) == ("77", "unsupported", "Us")


def test_a_group_is_one_conversation_for_each_topic() -> None:
    in_topic = question(text="hi", chat=GROUP, message_thread_id=7, is_topic_message=True)
    outside = question(text="hi", chat=GROUP)
    assert (in_topic.conversation, in_topic.thread_id) == ("group:-1002001:7", 7)
    assert (outside.conversation, outside.thread_id) == ("group:-1002001:0", None)


def test_a_row_of_replies_in_a_group_is_no_topic() -> None:
    asked = question(text="hi", chat=GROUP, message_thread_id=7)
    assert (asked.conversation, asked.thread_id) == ("group:-1002001:0", None)


def test_a_private_topic_is_a_conversation_and_answered_there() -> None:
    asked = question(text="hi", message_thread_id=7, is_topic_message=True)
    assert (asked.conversation, asked.thread_id) == ("user:1001:7", 7)


# Commands


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("/reset", "reset"),
        ("/RESET now", "reset"),
        ("/start 4f2a", "start"),
        ("/never_heard_of", "never_heard_of"),
        ("/reset@snapthread_bot", "reset"),
        ("/reset@Another_Bot", "reset"),
    ],
)
def test_a_command_in_a_private_chat_is_a_command(text: str, word: str) -> None:
    asked = question(**command(text))
    assert (asked.kind, asked.word, asked.text) == ("command", word, text)


@pytest.mark.parametrize(
    ("text", "word"),
    [("/reset", "reset"), ("/Reset@snapthread_bot now", "reset"), ("/start 4f2a", "start")],
)
def test_a_command_that_no_entity_marks_was_asked_as_a_question(text: str, word: str) -> None:
    asked = question(text=text)
    assert (asked.kind, asked.word) == ("command", word)


@pytest.mark.parametrize(
    "content",
    [
        {"text": "/ what?"},
        {"text": "/привет"},
        {"text": "/usr/bin is full"},
        {"text": "/resetпривет"},
        {"text": "/reset", "entities": [{"type": "code", "offset": 0, "length": 6}]},
        {
            "text": "see /reset",
            "entities": [{"type": "bot_command", "offset": 4, "length": 6}],
        },
        {"text": "/reset", "entities": [{"type": "bold", "offset": 0, "length": 6}]},
    ],
)
def test_a_text_with_a_slash_is_a_question(content: Json) -> None:
    assert question(**content).kind == "question"


def test_a_group_knows_whose_command_it_is() -> None:
    assert accepted(**command("/reset@Another_Bot"), chat=GROUP) is None
    assert question(**command("/reset@snapthread_BOT"), chat=GROUP).word == "reset"
    assert question(**command("/reset"), chat=GROUP).word == "reset"


def captioned(text: str) -> Json:
    told = command(text)
    return {"photo": PHOTO, "caption": told["text"], "caption_entities": told["entities"]}


@pytest.mark.parametrize("word", ["start", "help", "reset", "new"])
def test_a_command_below_a_picture_is_a_command_without_it(word: str) -> None:
    asked = question(**captioned(f"/{word}"))
    assert (asked.kind, asked.word, asked.image) == ("command", word, None)


def test_another_caption_with_a_slash_is_a_question_about_the_picture() -> None:
    asked = question(**captioned("/describe this"))
    assert (asked.kind, asked.text, asked.image) == ("question", "/describe this", PICTURE)


def test_a_caption_in_an_album_is_never_a_command() -> None:
    asked = question(**captioned("/reset"), media_group_id="77")
    assert (asked.kind, asked.image) == ("question", PICTURE)


# Replies


def test_a_reply_brings_the_text_and_the_picture_it_answers() -> None:
    earlier = message(message_id=3, date=SENT_AT - 60, photo=PHOTO, caption="My cat")
    reply = question(text="How old?", reply_to_message=earlier).reply
    assert reply is not None
    assert (reply.message_id, reply.text, reply.image) == (3, "My cat", PICTURE)
    assert reply.sent_at == datetime.fromtimestamp(SENT_AT - 60, UTC)


def test_a_quotation_wins_over_the_whole_text() -> None:
    earlier = message(message_id=3, text="Cats are old. Dogs are not.")
    quote = {"text": "Dogs are not.", "position": 14}
    reply = question(text="Why?", reply_to_message=earlier, quote=quote).reply
    assert reply is not None
    assert reply.text == "Dogs are not."


def test_a_reply_to_an_image_document_brings_it_and_to_a_video_does_not() -> None:
    image = message(document=document(mime_type="image/png"))
    video = message(animation=VIDEO, document=VIDEO)
    shown = question(text="?", reply_to_message=image).reply
    assert shown is not None
    assert shown.image is not None
    hidden = question(text="?", reply_to_message=video).reply
    assert hidden is not None
    assert hidden.image is None


def test_a_reply_across_chats_brings_its_picture() -> None:
    origin = {"type": "hidden_user", "sender_user_name": "Bo", "date": SENT_AT - 5}
    external = {"origin": origin, "message_id": 3, "photo": PHOTO}
    reply = question(text="What is it?", external_reply=external).reply
    assert reply is not None
    assert (reply.message_id, reply.image) == (0, PICTURE)
    assert reply.sent_at == datetime.fromtimestamp(SENT_AT - 5, UTC)


def test_a_reply_across_chats_to_nothing_we_see_is_no_reply() -> None:
    origin = {"type": "hidden_user", "sender_user_name": "Bo", "date": SENT_AT}
    assert (
        question(text="?", external_reply={"origin": origin, "voice": media(duration=1)}).reply
        is None
    )


def test_a_message_in_a_topic_does_not_answer_the_topic() -> None:
    created = message(message_id=7, forum_topic_created={"name": "Cats", "icon_color": 1})
    assert question(text="hi", chat=GROUP, reply_to_message=created).reply is None


def test_a_date_that_is_not_told_is_unknown() -> None:
    reply = question(text="?", reply_to_message=message(message_id=3, date=0, text="old")).reply
    assert reply is not None
    assert reply.sent_at is None


# Malformed and unfamiliar updates


@pytest.mark.parametrize(
    "broken",
    [
        {"message_id": "five"},
        {"date": "yesterday"},
        {"date": 10**30},
        {"chat": None},
        {"from": {"id": "me"}},
    ],
)
def test_a_malformed_update_is_confirmed_and_told_without_its_content(broken: Json) -> None:
    with capture_logs() as logs:
        found = accepted(text="a private text", **broken)
    assert found is None
    assert logs[-1]["event"] == "update.malformed"
    assert logs[-1]["update_id"] == 9
    assert "private" not in str(logs)


@pytest.mark.parametrize("raw", [None, 7, "text", [], {}, {"update_id": "9"}, {"update_id": True}])
def test_what_has_no_id_is_told_and_left_out(raw: object) -> None:
    with capture_logs() as logs:
        assert update_of(raw, USERNAME) is None
    assert logs[0]["event"] == "update.malformed"


def test_a_message_that_is_no_object_is_malformed() -> None:
    update = update_of({"update_id": 9, "message": "hi"}, USERNAME)
    assert update is not None
    assert update.message is None


@pytest.mark.parametrize(
    ("newer", "told"),
    [
        ({"forward_origin": {"type": "hologram", "date": 1}}, []),
        ({"reply_markup": {"inline_keyboard": "new"}}, []),
        ({"caption_entities": "bold"}, ["update.unfamiliar"]),
        ({"reply_to_message": {"message_id": "old"}}, ["update.unfamiliar"]),
        ({"external_reply": {"origin": 7}}, ["update.unfamiliar"]),
    ],
)
def test_a_message_with_something_newer_than_we_are_is_answered(
    newer: Json, told: list[str]
) -> None:
    with capture_logs() as logs:
        asked = question(photo=PHOTO, caption="And this?", **newer)
    assert (asked.kind, asked.text, asked.image) == ("question", "And this?", PICTURE)
    assert [line["event"] for line in logs] == told


def test_a_picture_that_cannot_be_read_gets_a_sentence() -> None:
    with capture_logs() as logs:
        asked = question(photo=[{"file_id": "p"}], caption="a private text")
    assert (asked.kind, asked.word) == ("unsupported", "photo")
    assert [line["fields"] for line in logs] == ["Message.photo"]
    assert "private" not in str(logs)


# Edited messages


def edited(**content: object) -> Message | None:
    raw = {"update_id": 9, "edited_message": message(edit_date=SENT_AT + 9, **content)}
    update = update_of(raw, USERNAME)
    assert update is not None
    return update.message


@pytest.mark.parametrize(
    "content",
    [{"text": "What?"}, {"photo": PHOTO, "caption": "What?"}, {"photo": PHOTO}],
)
def test_an_edited_question_is_an_edit_with_what_it_says_now(content: Json) -> None:
    asked = edited(**content)
    assert asked is not None
    assert (asked.kind, asked.word, asked.message_id) == ("edit", "", 5)
    assert bool(asked.image) == ("photo" in content)
    assert asked.is_urgent


def test_an_edit_says_where_it_is_no_question_now() -> None:
    command = edited(text="/reset", entities=[{"type": "bot_command", "offset": 0, "length": 6}])
    assert command is not None
    assert (command.kind, command.word) == ("edit", "command")
    moving = edited(animation=VIDEO, document=VIDEO, text=None)
    assert moving is not None
    assert (moving.kind, moving.word) == ("edit", "animation")


@pytest.mark.parametrize(
    "content",
    [
        {"location": PLACE},
        {"poll": POLL},
        {"text": "What?", "from": None},
    ],
)
def test_nobody_waits_where_no_words_to_us_were_changed(content: Json) -> None:
    assert edited(**content) is None


# Links


LINKED: Json = {
    "text": "😀 see here, and there",
    "entities": [
        {"type": "text_link", "offset": 7, "length": 4, "url": "https://example.org/a"},
        {"type": "text_link", "offset": 17, "length": 5, "url": "https://example.org/b"},
        {"type": "bold", "offset": 0, "length": 2},
    ],
}
TOLD = "😀 see here (https://example.org/a), and there (https://example.org/b)"


def test_the_address_behind_a_link_is_told() -> None:
    assert question(**LINKED).text == TOLD
    reply = question(text="?", reply_to_message=message(**LINKED)).reply
    assert reply is not None
    assert reply.text == TOLD
    caption = {"caption": LINKED["text"], "caption_entities": LINKED["entities"]}
    assert question(photo=PHOTO, **caption).text == TOLD


def test_a_link_that_shows_its_address_is_not_told_twice() -> None:
    link = {"type": "text_link", "offset": 0, "length": 19, "url": "https://example.org/"}
    assert question(text="https://example.org", entities=[link]).text == "https://example.org"


@pytest.mark.parametrize(("sent", "kept"), [("a \ud83d b", "a \ufffd b"), ("\ud83d\ude00", "😀")])
def test_half_a_character_which_no_store_can_keep_costs_no_question(sent: str, kept: str) -> None:
    assert question(text=sent).text == kept
    told = {"type": "list", "items": [{"label": sent, "blocks": [{"text": sent}]}]}
    assert question(rich_message={"blocks": [told]}).text == f"{kept} {kept}"


def test_one_malformed_update_does_not_hold_up_the_others() -> None:
    batch = [
        {"update_id": 1, "message": message(text="one")},
        {"update_id": 2, "message": {"message_id": "two"}},
        "garbage",
        {"update_id": 3, "message": message(text="three")},
    ]
    wire = Wire(getUpdates=ok(batch))
    updates = asyncio.run(wire.chat().updates(None, timeout_s=50))
    texts = [update.message.text if update.message else None for update in updates]
    assert [update.update_id for update in updates] == [1, 2, 3]
    assert texts == ["one", None, "three"]


def test_the_sandbox_sends_what_is_read_here() -> None:
    """The double's people, each message once: none is malformed or unfamiliar."""
    api = BotApi(now=lambda: float(SENT_AT))
    ada = api.person()
    first = ada.sends("hello")
    ada.replies_to(first, "again")
    ada.sends("/reset")
    ada.sends_voice()
    ada.sends_video(caption="us")
    ada.sends_animation()
    ada.sends_sticker(b"RIFF")
    ada.sends_document(b"%PDF", file_name="a.pdf", mime_type="application/pdf")
    with capture_logs() as logs:
        updates = [update_of(raw, USERNAME) for raw in api.pending]
    kinds = [update.message.kind for update in updates if update and update.message]
    assert kinds[:3] == ["question", "question", "command"]
    assert kinds[3:] == ["question"] * 2 + ["unsupported", "question", "question"]
    assert logs == []


@pytest.mark.parametrize("number", [2**53 + 1, -(10**20)])
def test_a_number_that_no_store_can_keep_ends_nothing(number: int) -> None:
    """It came as far as SQLite, whose client raised, and the bot ended."""
    update = update_of(
        {"update_id": 7, "message": message(chat={**PRIVATE, "id": number})}, USERNAME
    )
    assert update is not None
    assert (update.update_id, update.message) == (7, None)
    photo = message(photo=[{**size("a", 10, 10), "file_size": number}])
    update = update_of({"update_id": 8, "message": photo}, USERNAME)
    assert update is not None
    assert update.message is not None
    assert update.message.image is not None
    assert update.message.image.size_bytes is None
    assert update_of({"update_id": number}, USERNAME) is None
