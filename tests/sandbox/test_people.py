"""People's acts become the updates that Telegram would send."""

import asyncio
from typing import Any

import pytest

from snapthread_sandbox.telegram.bot_api import TOKEN, BotApi
from snapthread_sandbox.wire import Json
from tests.sandbox.worlds import picture
from tests.virtual import unix_now


async def result(api: BotApi, method: str, **params: object) -> Any:
    _, body = await api.call(TOKEN, method, params)
    return body.get("result", body.get("description"))


def messages(api: BotApi) -> list[Json]:
    return [update["message"] for update in api.pending]


async def test_the_bot_may_not_speak_first() -> None:
    api = BotApi(now=unix_now)
    ada = api.person()
    first = await result(api, "sendMessage", chat_id=1001, text="hi")
    assert first == "Forbidden: bot can't initiate conversation with a user"
    ada.sends("/start")
    await result(api, "sendMessage", chat_id=1001, text="hi")
    assert ada.sees == ["hi"]


async def test_a_person_may_have_no_language() -> None:
    api = BotApi(now=unix_now)
    api.person(1).sends("hi")
    api.person(2, language_code=None).sends("hi")
    assert [m["from"].get("language_code") for m in messages(api)] == ["en", None]


async def test_a_command_is_marked() -> None:
    api = BotApi(now=unix_now)
    api.person().sends("/reset now")
    assert messages(api)[0]["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]


async def test_a_long_text_arrives_in_parts_of_the_same_second() -> None:
    api = BotApi(now=unix_now)
    text = "a" * 4095 + "😀" + "b" * 10
    api.person().sends(text)
    parts = messages(api)
    assert [len(part["text"]) for part in parts] == [4095, 11]
    assert "".join(part["text"] for part in parts) == text
    assert len({part["date"] for part in parts}) == 1


async def test_a_client_may_cut_at_a_space() -> None:
    api = BotApi(now=unix_now)
    text = "word " * 1000
    api.person().sends(text, cut_at_words=True)
    assert [part["text"][-1] for part in messages(api)] == [" ", " "]
    assert "".join(part["text"] for part in messages(api)) == text


async def test_a_photo_comes_in_ascending_sizes_and_the_last_is_exact() -> None:
    api = BotApi(now=unix_now)
    content = picture("red", 1280, 960)
    api.person().sends_photo(content, caption="Look!")
    sizes = messages(api)[0]["photo"]
    assert [size["width"] for size in sizes] == [90, 320, 800, 1280]
    assert sizes[-1]["file_size"] == len(content)
    found = await result(api, "getFile", file_id=sizes[-1]["file_id"])
    assert await api.file(TOKEN, found["file_path"]) == content
    assert await api.file("42:wrong", found["file_path"]) is None


async def test_the_same_photo_has_the_same_unique_id_and_another_file_id() -> None:
    api = BotApi(now=unix_now)
    ada, bob = api.person(1), api.person(2)
    first = ada.sends_photo(picture())
    ada.sends_photo(picture())
    bob.forwards(first)
    bob.sends_photo(picture())
    bob.sends_photo(picture(), forwarded_from=ada)
    photos = [message["photo"][-1] for message in messages(api)]
    unique = [photo["file_unique_id"] for photo in photos]
    assert unique[0] == unique[1] == unique[2] == unique[4] != unique[3]
    assert len({photo["file_id"] for photo in photos}) == 5


async def test_a_file_size_may_be_missing_or_a_lie() -> None:
    api = BotApi(now=unix_now)
    api.person().sends_photo(picture(), file_size="absent")
    api.person().sends_document(picture(), file_size=5)
    photo, document = messages(api)
    assert "file_size" not in photo["photo"][-1]
    assert document["document"]["file_size"] == 5


async def test_an_album_has_one_update_a_part_and_one_caption() -> None:
    api = BotApi(now=unix_now)
    photos = [picture("red"), picture("green"), picture("blue")]
    api.person().sends_album(photos, caption="Three", caption_on=1)
    assert [message.get("caption") for message in messages(api)] == [None, "Three", None]
    assert len({message["media_group_id"] for message in messages(api)}) == 1


async def test_a_path_is_fresh_each_time_and_ends_after_an_hour() -> None:
    api = BotApi(now=unix_now)
    file_id = api.person().sends_photo(picture()).json["photo"][-1]["file_id"]
    one, two = [await result(api, "getFile", file_id=file_id) for _ in range(2)]
    assert one["file_path"] != two["file_path"]
    await asyncio.sleep(3599)
    assert await api.file(TOKEN, one["file_path"]) == picture()
    await asyncio.sleep(1)
    assert await api.file(TOKEN, one["file_path"]) is None
    assert (await result(api, "getFile", file_id=file_id))["file_size"] == len(picture())


async def test_a_large_or_lost_file_is_not_given() -> None:
    api = BotApi(now=unix_now)
    ada = api.person()
    large = ada.sends_document(b"x" * (20 * 1024 * 1024 + 1)).json["document"]["file_id"]
    lost = ada.sends_document(b"x").json["document"]["file_id"]
    api.forget_file(lost)
    gone = "Bad Request: wrong file_id or the file is temporarily unavailable"
    assert await result(api, "getFile", file_id=large) == "Bad Request: file is too big"
    assert await result(api, "getFile", file_id=lost) == gone
    assert await result(api, "getFile", file_id="made up") == gone


async def test_blocking_the_bot_tells_it_and_silences_it() -> None:
    api = BotApi(now=unix_now)
    ada = api.person()
    ada.sends("/start")
    ada.blocks_bot()
    blocked = await result(api, "sendMessage", chat_id=1001, text="hi")
    assert blocked == "Forbidden: bot was blocked by the user"
    assert api.pending[-1]["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    ada.unblocks_bot()
    await result(api, "sendMessage", chat_id=1001, text="hi")
    assert ada.sees == ["hi"]


async def test_who_left_telegram_cannot_be_reached() -> None:
    api = BotApi(now=unix_now)
    ada = api.person()
    ada.sends("/start")
    ada.leaves_telegram()
    refused = await result(api, "sendChatAction", chat_id=1001, action="typing")
    assert refused == "Forbidden: user is deactivated"


async def test_stop_is_pressed_under_a_draft_that_offers_it() -> None:
    api = BotApi(now=unix_now)
    ada = api.person()
    ada.sends("/start")
    await result(api, "getUpdates", allowed_updates=["stopped_message_generation"])
    await result(api, "sendMessageDraft", chat_id=1001, draft_id=5)
    with pytest.raises(AssertionError, match="no Stop button"):
        ada.presses_stop()
    await result(api, "sendMessageDraft", chat_id=1001, draft_id=5, can_stop=True)
    ada.presses_stop()
    stopped = api.pending[-1]["stopped_message_generation"]
    assert (stopped["chat"]["id"], stopped["draft_id"]) == (1001, 5)


async def test_a_draft_may_be_kept_when_it_is_stopped() -> None:
    api = BotApi(now=unix_now)
    ada = api.person()
    ada.sends("/start")
    params = {"chat_id": 1001, "draft_id": 5, "can_stop": True}
    await result(api, "sendMessageDraft", **params, keep_on_stop=True)
    ada.presses_stop()
    assert ada.chat.draft is not None
    await result(api, "sendMessageDraft", **params)
    ada.presses_stop()
    assert ada.chat.draft is None


async def test_an_edit_and_a_reply_carry_what_they_are_about() -> None:
    api = BotApi(now=unix_now)
    ada = api.person()
    first = ada.sends("one")
    ada.replies_to(first, "two")
    ada.edits(first, "uno")
    assert api.pending[1]["message"]["reply_to_message"]["message_id"] == first.id
    assert api.pending[2]["edited_message"]["text"] == "uno"
    assert api.pending[0]["message"]["text"] == "one"


async def test_in_a_group_the_bot_hears_only_what_is_meant_for_it() -> None:
    api = BotApi(now=unix_now)
    ada, group = api.person(), api.group(-100)
    ada.sends("hi all", to=group)
    ada.sends("/help", to=group)
    ada.sends("@snapthread_bot what?", to=group)
    await result(api, "sendMessage", chat_id=-100, text="That.")
    ada.replies_to(group.chat.from_bot[0], "Really?", to=group)
    assert [message["text"] for message in messages(api)] == [
        "/help",
        "@snapthread_bot what?",
        "Really?",
    ]


async def test_hearing_waits_for_the_next_messages() -> None:
    api = BotApi(now=unix_now)
    ada = api.person()
    ada.sends("/start")

    async def speak() -> None:
        for text in ("one", "two", "three"):
            await asyncio.sleep(1)
            await result(api, "sendMessage", chat_id=1001, text=text)

    speaking = asyncio.create_task(speak())
    assert [message.text for message in await ada.hears(2)] == ["one", "two"]
    assert [message.text for message in await ada.hears()] == ["three"]
    with pytest.raises(AssertionError, match=r"Not within 60.0 s; heard \['one'"):
        await ada.hears()
    await speaking


async def test_everything_else_can_be_sent_too() -> None:
    api = BotApi(now=unix_now)
    ada = api.person()
    ada.sends_sticker(picture())
    ada.sends_voice()
    ada.sends_video(caption="v")
    ada.sends_video_note()
    ada.sends_animation()
    ada.sends_location()
    ada.sends_contact()
    ada.sends_poll()
    ada.sends_photo(b"no picture", has_spoiler=True, thread=3)
    kinds = "sticker voice video video_note animation location contact poll photo".split()
    assert [kind in m for kind, m in zip(kinds, messages(api), strict=True)] == [True] * 9
    assert messages(api)[-1]["message_thread_id"] == 3
