"""Photos, documents, albums and copies that the bot sends."""

import asyncio
from typing import Any

import pytest

from snapthread_sandbox.telegram.bot_api import TOKEN
from snapthread_sandbox.telegram.chats import Pace
from snapthread_sandbox.wire import Upload
from tests.sandbox.bots import a_chat, call
from tests.sandbox.worlds import picture

PHOTO = Upload(file_name="a.jpg", content=picture("red", 640, 480))


async def test_a_photo_arrives_with_its_sizes_and_its_marked_caption() -> None:
    api, ada = a_chat()
    sent = await call(api, "sendPhoto", photo=PHOTO, caption="<b>x</b>", parse_mode="HTML")
    assert [size["width"] for size in sent["photo"]] == [90, 320, 640]
    (message,) = ada.chat.from_bot
    assert message.text == "x"
    assert sent["caption_entities"] == [{"type": "bold", "offset": 0, "length": 1}]


async def test_a_file_that_telegram_has_is_sent_by_its_id() -> None:
    api, ada = a_chat()
    photo = ada.sends_photo(picture("blue", 200, 100)).json["photo"][-1]
    sent = await call(api, "sendPhoto", photo=photo["file_id"])
    assert sent["photo"][-1]["width"] == 200
    refused = await call(api, "sendPhoto", photo="made up")
    assert "wrong file identifier/HTTP URL specified" in refused


WRONG: dict[str, tuple[str, dict[str, Any], str]] = {
    "no picture": (
        "sendPhoto",
        {"photo": Upload(file_name="a.jpg", content=b"hello")},
        "IMAGE_PROCESS_FAILED",
    ),
    "a ribbon": (
        "sendPhoto",
        {"photo": Upload(file_name="a.png", content=picture("red", 2100, 100, "PNG"))},
        "PHOTO_INVALID_DIMENSIONS",
    ),
    "an empty album": ("sendMediaGroup", {"media": []}, "no messages to send"),
    "a large album": (
        "sendMediaGroup",
        {"media": [{"type": "photo", "media": "x"}] * 11},
        "too many messages",
    ),
    "a mixed album": (
        "sendMediaGroup",
        {"media": [{"type": "photo", "media": "x"}, {"type": "document", "media": "y"}]},
        "can't be mixed",
    ),
    "a copy of nothing": (
        "copyMessage",
        {"from_chat_id": 1001, "message_id": 99},
        "message to copy not found",
    ),
    "a forward of nothing": (
        "forwardMessage",
        {"from_chat_id": 1001, "message_id": 99},
        "message to forward not found",
    ),
}


@pytest.mark.parametrize("name", WRONG)
async def test_telegram_refuses(name: str) -> None:
    api, ada = a_chat()
    method, params, words = WRONG[name]
    assert words in await call(api, method, **params)
    assert ada.chat.from_bot == []


async def test_an_album_comes_whole_with_one_number() -> None:
    api, ada = a_chat()
    media = [
        {"type": "photo", "media": "attach://a", "caption": "Two"},
        {"type": "photo", "media": "attach://b"},
    ]
    sent = await call(api, "sendMediaGroup", media=media, a=PHOTO, b=PHOTO)
    assert len({one["media_group_id"] for one in sent}) == 1
    assert [message.text for message in ada.chat.from_bot] == ["Two", ""]


async def test_the_id_of_a_file_tells_its_kind() -> None:
    api, ada = a_chat()
    document = Upload(file_name="export.json", content=b"{}")
    sent = await call(api, "sendDocument", document=document)
    assert sent["document"]["file_id"].startswith("BQAC")
    assert ada.sends_photo(picture()).json["photo"][-1]["file_id"].startswith("AgAC")
    assert ada.sends_voice().json["voice"]["file_id"].startswith("AwAC")
    assert ada.sends_audio().json["audio"]["file_id"].startswith("CQAC")


async def test_a_copy_says_not_where_it_comes_from_and_a_forward_does() -> None:
    api, ada = a_chat()
    photo = ada.sends_photo(picture(), caption="Look")
    bob = api.person(1002)
    bob.sends("/start")
    where = {"chat_id": 1002, "from_chat_id": 1001, "message_id": photo.id}
    copied = await call(api, "copyMessage", **where, caption="Mine")
    forwarded = await call(api, "forwardMessage", **where)
    assert set(copied) == {"message_id"}
    assert "forward_origin" not in bob.chat.from_bot[0].json
    assert bob.sees == ["Mine", "Look"]
    assert forwarded["forward_origin"]["sender_user"]["id"] == 1001


async def test_a_sender_is_no_more_than_a_user() -> None:
    api, _ = a_chat()
    sent = await call(api, "sendMessage", text="x")
    me = await call(api, "getMe")
    assert set(sent["from"]) == {"id", "is_bot", "first_name", "username"}
    assert {"can_join_groups", "has_topics_enabled"} <= set(me)


async def test_a_caption_is_edited_as_a_caption_and_a_text_as_a_text() -> None:
    api, ada = a_chat()
    photo = await call(api, "sendPhoto", photo=PHOTO, caption="One")
    text = await call(api, "sendMessage", text="One")
    of_photo, of_text = {"message_id": photo["message_id"]}, {"message_id": text["message_id"]}
    assert "there is no text" in await call(api, "editMessageText", **of_photo, text="x")
    assert "there is no caption" in await call(api, "editMessageCaption", **of_text)
    await call(api, "editMessageCaption", **of_photo, caption="Two")
    assert ada.sees == ["Two", "One"]


async def test_a_chat_may_be_as_fast_as_its_pace_and_no_faster() -> None:
    api, ada = a_chat()
    api.person(1002).sends("/start")
    ada.chat.pace = Pace(count=2, within_s=10, wait_s=7)
    sent = await call(api, "sendMessage", text="1")
    edit = {"chat_id": 1001, "message_id": sent["message_id"]}
    await call(api, "editMessageText", **edit, text="2")
    status, body = await api.call(TOKEN, "editMessageText", edit | {"text": "3"})
    assert (status, body["parameters"]) == (429, {"retry_after": 7})
    assert "message_id" in await call(api, "sendMessage", chat_id=1002, text="free")
    await asyncio.sleep(10)
    await call(api, "editMessageText", **edit, text="4")
    assert ada.sees == ["4"]
