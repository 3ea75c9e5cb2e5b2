"""Messages that the bot may put into a chat, and those that Telegram refuses."""

import asyncio
import json
from typing import Any

import pytest

from snapthread_sandbox.telegram.bot_api import TOKEN, BotApi
from snapthread_sandbox.telegram.people import Person
from snapthread_sandbox.wire import Json, Upload
from tests.virtual import unix_now


def a_chat() -> tuple[BotApi, Person]:
    api = BotApi(now=unix_now)
    ada = api.person()
    ada.sends("/start")
    return api, ada


async def call(api: BotApi, method: str, **params: object) -> Any:
    """The result, or the description of the refusal."""
    _, body = await api.call(TOKEN, method, {"chat_id": 1001} | params)
    return body.get("result", body.get("description"))


REFUSED: dict[str, tuple[str, Json, str]] = {
    "no text": ("sendMessage", {}, "message text is empty"),
    "only spaces": ("sendMessage", {"text": " \n "}, "message text is empty"),
    "a long text": ("sendMessage", {"text": "x" * 4097}, "message is too long"),
    "a long text of emoji": ("sendMessage", {"text": "😀" * 2049}, "message is too long"),
    "an unknown chat": ("sendMessage", {"chat_id": 5, "text": "x"}, "chat not found"),
    "no chat": ("sendMessage", {"chat_id": None, "text": "x"}, '"chat_id" is required'),
    "a number as text": ("sendMessage", {"text": 5}, '"text" must be a String'),
    "a word as chat": ("sendMessage", {"chat_id": "Ada", "text": "x"}, "must be an Integer"),
    "an unknown parse mode": ("sendMessage", {"text": "x", "parse_mode": "BBCode"}, "unsupported"),
    "a topic where there are none": (
        "sendMessage",
        {"text": "x", "message_thread_id": 3},
        "message thread not found",
    ),
    "entities past the end": (
        "sendMessage",
        {"text": "ab", "entities": [{"type": "bold", "offset": 1, "length": 2}]},
        "bounds",
    ),
    "half an emoji": (
        "sendMessage",
        {"text": "😀", "entities": [{"type": "bold", "offset": 0, "length": 1}]},
        "surrogate",
    ),
    "an unknown entity": (
        "sendMessage",
        {"text": "ab", "entities": [{"type": "shiny", "offset": 0, "length": 1}]},
        "unsupported type",
    ),
    "a script as link": (
        "sendMessage",
        {
            "text": "ab",
            "entities": [{"type": "text_link", "offset": 0, "length": 1, "url": "javascript:x"}],
        },
        "wrong URL",
    ),
    "a reply to nothing": (
        "sendMessage",
        {"text": "x", "reply_parameters": {"message_id": 99}},
        "message to be replied not found",
    ),
    "long callback data": (
        "sendMessage",
        {
            "text": "x",
            "reply_markup": {"inline_keyboard": [[{"text": "A", "callback_data": "x" * 65}]]},
        },
        "BUTTON_DATA_INVALID",
    ),
    "a draft without id": ("sendMessageDraft", {"draft_id": 0}, "RANDOM_ID_INVALID"),
    "a long draft": ("sendMessageDraft", {"draft_id": 1, "text": "x" * 4097}, "too long"),
    "an edit of nothing": (
        "editMessageText",
        {"message_id": 99, "text": "x"},
        "message to edit not found",
    ),
    "an edit of a person's message": (
        "editMessageText",
        {"message_id": 1, "text": "x"},
        "can't be edited",
    ),
    "a deletion of nothing": ("deleteMessage", {"message_id": 99}, "message to delete not found"),
    "an unknown action": ("sendChatAction", {"action": "dancing"}, "wrong parameter action"),
    "an unknown query": ("answerCallbackQuery", {"callback_query_id": "1"}, "query is too old"),
    "an empty document": (
        "sendDocument",
        {"document": Upload(file_name="a", content=b"")},
        "non-empty",
    ),
    "a command with capitals": (
        "setMyCommands",
        {"commands": [{"command": "Reset", "description": "x"}]},
        "BOT_COMMAND_INVALID",
    ),
    "a long language": (
        "setMyCommands",
        {"commands": [], "language_code": "rus"},
        "invalid language code",
    ),
    "a long name": ("setMyName", {"name": "x" * 65}, "too long"),
    "an unknown method": ("sendTelepathy", {}, "Not Found"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_telegram_refuses(name: str) -> None:
    method, params, description = REFUSED[name]
    api, ada = a_chat()
    assert description in str(await call(api, method, **params))
    assert ada.sees == []


async def test_a_wrong_token_is_unauthorized() -> None:
    api, _ = a_chat()
    status, body = await api.call("42:wrong", "getMe")
    assert (status, body["description"]) == (401, "Unauthorized")


async def test_a_text_is_trimmed_and_its_entities_move_along() -> None:
    api, ada = a_chat()
    bold = {"type": "bold", "offset": 2, "length": 5}
    await call(api, "sendMessage", text="  😀 hi  ", entities=[bold])
    (message,) = ada.chat.from_bot
    assert message.text == "😀 hi"
    assert message.entities == [{"type": "bold", "offset": 0, "length": 5}]


async def test_4096_units_fit() -> None:
    api, ada = a_chat()
    await call(api, "sendMessage", text="😀" * 2048 + " ")
    assert len(ada.sees) == 1


async def test_parameters_may_come_as_form_strings() -> None:
    api, ada = a_chat()
    entities = json.dumps([{"type": "bold", "offset": 0, "length": 1}])
    await api.call(TOKEN, "sendMessage", {"chat_id": "1001", "text": "5", "entities": entities})
    assert ada.chat.from_bot[0].entities[0]["type"] == "bold"
    assert api.calls[-1].params["chat_id"] == 1001


async def test_a_form_says_yes_and_no_in_words() -> None:
    api, ada = a_chat()
    await call(api, "sendMessageDraft", draft_id="7", can_stop="true", keep_on_stop="false")
    (draft,) = ada.chat.drafts
    assert (draft.can_stop, draft.keep_on_stop) == (True, False)
    assert "must be a Boolean" in await call(api, "sendMessageDraft", draft_id="7", can_stop="1")


async def test_entities_beyond_the_hundredth_are_ignored_and_recorded() -> None:
    api, ada = a_chat()
    bold = [{"type": "bold", "offset": i, "length": 1} for i in range(103)]
    await call(api, "sendMessage", text="x" * 103, entities=bold)
    assert len(ada.chat.from_bot[0].entities) == 100
    assert api.surplus_entities == [("sendMessage", 3)]


async def test_a_reply_to_nothing_may_be_sent_all_the_same() -> None:
    api, ada = a_chat()
    reply = {"message_id": 99, "allow_sending_without_reply": True}
    await call(api, "sendMessage", text="x", reply_parameters=reply)
    await call(api, "sendMessage", text="y", reply_parameters={"message_id": 1})
    assert [message.reply_to for message in ada.chat.from_bot] == [None, 1]


async def test_a_draft_lives_for_half_a_minute() -> None:
    api, ada = a_chat()
    assert await call(api, "sendMessageDraft", draft_id=7) is True
    await asyncio.sleep(29)
    assert ada.chat.draft is not None
    assert ada.chat.draft.text == ""
    await asyncio.sleep(1)
    assert ada.chat.draft is None


async def test_a_message_ends_the_draft_of_its_topic() -> None:
    api, ada = a_chat()
    api.has_topics = True
    await call(api, "sendMessageDraft", draft_id=7, text="so far")
    thread = ada.opens_topic("Cats")
    await call(api, "sendMessage", text="x", message_thread_id=thread)
    assert [draft.is_over for draft in ada.chat.drafts] == [False]
    await call(api, "sendMessage", text="all")
    assert ada.chat.draft is None
    assert [draft.text for draft in ada.chat.drafts] == ["so far"]


async def test_drafts_are_for_private_chats() -> None:
    api, _ = a_chat()
    api.group(-100)
    refused = await call(api, "sendMessageDraft", chat_id=-100, draft_id=1)
    assert "private chats only" in refused


async def test_an_old_telegram_knows_no_drafts() -> None:
    api, _ = a_chat()
    api.knows_drafts = False
    status, _ = await api.call(TOKEN, "sendMessageDraft", {"chat_id": 1001, "draft_id": 1})
    assert status == 404


async def test_an_edit_must_change_something() -> None:
    api, ada = a_chat()
    sent = await call(api, "sendMessage", text="one")
    same = await call(api, "editMessageText", message_id=sent["message_id"], text="one")
    assert "message is not modified" in same
    await call(api, "editMessageText", message_id=sent["message_id"], text="two")
    (message,) = ada.chat.from_bot
    assert (message.text, message.versions) == ("two", ["one"])


async def test_a_button_can_be_taken_away() -> None:
    api, ada = a_chat()
    keyboard = {"inline_keyboard": [[{"text": "A", "callback_data": "a"}]]}
    sent = await call(api, "sendMessage", text="one", reply_markup=keyboard)
    await call(api, "editMessageReplyMarkup", message_id=sent["message_id"])
    assert ada.chat.from_bot[0].buttons == []


async def test_typing_lasts_five_seconds() -> None:
    api, ada = a_chat()
    await call(api, "sendChatAction", action="typing")
    await asyncio.sleep(4.9)
    assert ada.chat.action == "typing"
    await asyncio.sleep(0.1)
    assert ada.chat.action is None


async def test_a_pressed_button_is_answered_once() -> None:
    api, ada = a_chat()
    keyboard = {"inline_keyboard": [[{"text": "A", "callback_data": "a"}]]}
    await call(api, "sendMessage", text="one", reply_markup=keyboard)
    query = ada.presses(ada.chat.from_bot[0].buttons[0])
    assert await call(api, "answerCallbackQuery", callback_query_id=query, text="ok") is True
    assert ada.chat.answers[0]["text"] == "ok"
    again = await call(api, "answerCallbackQuery", callback_query_id=query)
    assert "query is too old" in again


async def test_a_document_arrives_with_its_name() -> None:
    api, ada = a_chat()
    upload = Upload(file_name="export.json", content=b"{}")
    await call(api, "sendDocument", document="attach://f", f=upload, caption="Yours.")
    (message,) = ada.chat.from_bot
    assert message.json["document"]["file_name"] == "export.json"
    assert message.text == "Yours."


async def test_a_deleted_message_is_not_seen_any_more() -> None:
    api, ada = a_chat()
    sent = await call(api, "sendMessage", text="one")
    assert await call(api, "deleteMessage", message_id=sent["message_id"]) is True
    assert ada.sees == []


async def test_commands_and_descriptions_are_kept_by_language() -> None:
    api, _ = a_chat()
    reset = [{"command": "reset", "description": "Сброс"}]
    await call(api, "setMyCommands", commands=reset, language_code="ru")
    assert await call(api, "getMyCommands", language_code="ru") == reset
    assert await call(api, "getMyCommands") == []
    await call(api, "setMyDescription", description="I see.")
    assert await call(api, "getMyDescription", language_code="ru") == {"description": "I see."}
