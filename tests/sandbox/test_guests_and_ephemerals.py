"""Guest queries, and messages that one person of a group sees."""

import asyncio

from snapthread_sandbox.telegram.bot_api import BotApi
from snapthread_sandbox.telegram.people import Person
from snapthread_sandbox.wire import Json
from tests.sandbox.bots import a_chat, call, last, told
from tests.sandbox.worlds import picture

ARTICLE: Json = {
    "type": "article",
    "id": "1",
    "title": "Answer",
    "input_message_content": {"message_text": "One moment …"},
}


def a_guest() -> tuple[BotApi, Person]:
    api, ada = a_chat()
    api.has_guest_mode = True
    return api, ada


async def test_a_guest_is_told_of_its_mention_and_answers_once() -> None:
    api, ada = a_guest()
    friends = api.group(-9, has_bot=False)
    photo = ada.sends_photo(picture(), to=friends)
    ada.replies_to(photo, "@snapthread_bot what is it?", to=friends)
    asked = last(api, "guest_message")
    assert asked["reply_to_message"]["photo"]
    answer = {"guest_query_id": asked["guest_query_id"], "result": ARTICLE}
    sent = await call(api, "answerGuestQuery", **answer)
    edit = {"inline_message_id": sent["inline_message_id"], "text": "A cat."}
    assert await call(api, "editMessageText", **edit) is True
    assert friends.chat.texts == ["A cat."]
    assert "query is too old" in await call(api, "answerGuestQuery", **answer)


async def test_a_query_expires() -> None:
    api, ada = a_guest()
    api.guests.query_s = 5
    ada.sends("@snapthread_bot hi", to=api.group(-9, has_bot=False))
    query = last(api, "guest_message")["guest_query_id"]
    await asyncio.sleep(6)
    late = await call(api, "answerGuestQuery", guest_query_id=query, result=ARTICLE)
    assert "query is too old" in late


def test_without_guest_mode_nobody_is_told() -> None:
    api, ada = a_chat()

    ada.sends("@snapthread_bot hi", to=api.group(-9, has_bot=False))

    assert told(api, "guest_message") == []


async def test_an_ephemeral_message_is_for_one_person_of_a_group() -> None:
    api, ada = a_chat()
    group = api.group(-9)
    ada.sends("/usage", to=group)
    to = {"ephemeral_message_parameters": {"receiver_user_id": 1001}}
    sent = await call(api, "sendMessage", chat_id=-9, text="Only you.", **to)
    assert (sent["message_id"], sent["receiver_user"]["id"]) == (0, 1001)
    assert group.chat.texts == []
    where = {"receiver_user_id": 1001, "ephemeral_message_id": sent["ephemeral_message_id"]}
    new = await call(api, "editEphemeralMessageText", chat_id=-9, **where, text="Still you.")
    assert new is True
    assert [one.text for one in group.chat.ephemerals] == ["Still you."]
    assert await call(api, "deleteEphemeralMessage", chat_id=-9, **where) is True
    again = await call(api, "deleteEphemeralMessage", chat_id=-9, **where)
    assert "message not found" in again


async def test_who_is_not_in_the_group_gets_none_and_a_private_chat_has_none() -> None:
    api, _ = a_chat()
    api.group(-9)
    to = {"ephemeral_message_parameters": {"receiver_user_id": 1001}}
    outside = await call(api, "sendMessage", chat_id=-9, text="x", **to)
    private = await call(api, "sendMessage", text="x", **to)
    assert "USER_NOT_PARTICIPANT" in outside
    assert "only to groups" in private
