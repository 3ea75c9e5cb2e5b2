"""Drafts and edits over the wire, and the Stop button."""

import asyncio

import pytest

from snapthread.adapters.bot_api.incoming import update_of
from snapthread.errors import ChatBusy, ChatRefused, ChatUnreachable, DraftsUnknown, SnapthreadError
from snapthread.model import (
    Button,
    Destination,
    Entity,
    Message,
    OutgoingMessage,
    group_conversation,
)
from tests.bot_api.wire import GROUP, PRIVATE, USERNAME, Answer, Json, Wire, ok, refused

TO = Destination(chat_id=1001, thread_id=7)
WORDS = OutgoingMessage(text="Hello", entities=(Entity(type="bold", offset=0, length=5),))
THINKING = OutgoingMessage(text="")


def draft(answer: Answer, outgoing: OutgoingMessage) -> Wire:
    wire = Wire(sendMessageDraft=answer)
    asyncio.run(wire.chat().draft(TO, 3, outgoing))
    return wire


def edit(answer: Answer) -> Wire:
    wire = Wire(editMessageText=answer)
    asyncio.run(wire.chat().edit(TO, 77, WORDS))
    return wire


def stopped(**content: object) -> Message | None:
    told = {"chat": PRIVATE, "draft_id": 3} | content
    update = update_of({"update_id": 9, "stopped_message_generation": told}, USERNAME)
    assert update is not None
    return update.message


def test_a_draft_can_be_stopped() -> None:
    sent = draft(ok(True), WORDS).params("sendMessageDraft")
    assert sent.pop("entities") == [{"type": "bold", "offset": 0, "length": 5}]
    assert sent == {
        "chat_id": 1001,
        "message_thread_id": 7,
        "draft_id": 3,
        "text": "Hello",
        "can_stop": True,
    }


def test_an_empty_draft_is_thinking() -> None:
    assert "text" not in draft(ok(True), THINKING).params("sendMessageDraft")


REFUSED: list[tuple[Answer, OutgoingMessage, type[SnapthreadError]]] = [
    (refused(404, "Not Found"), THINKING, DraftsUnknown),
    (refused(404, "Not Found"), WORDS, DraftsUnknown),
    (refused(400, "Bad Request: method not found"), THINKING, DraftsUnknown),
    ((404, "<html>Cannot POST</html>"), THINKING, DraftsUnknown),
    ((405, "Method Not Allowed"), WORDS, DraftsUnknown),
    ((400, '{"error": "unknown method"}'), THINKING, DraftsUnknown),
    ((502, "Bad Gateway"), THINKING, ChatBusy),
    (refused(400, "Bad Request: only in topics"), THINKING, ChatRefused),
    (refused(400, "Bad Request: chat not found"), THINKING, ChatUnreachable),
    (refused(400, "Bad Request: entity out of bounds"), WORDS, ChatRefused),
    (refused(403, "Forbidden: bot was blocked by the user"), THINKING, ChatUnreachable),
    (refused(429, "Too Many Requests", retry_after=5), WORDS, ChatBusy),
]


@pytest.mark.parametrize(("answer", "outgoing", "ours"), REFUSED)
def test_only_a_server_that_does_not_know_the_method_knows_no_drafts(
    answer: Answer, outgoing: OutgoingMessage, ours: type[SnapthreadError]
) -> None:
    with pytest.raises(SnapthreadError) as caught:
        draft(answer, outgoing)
    assert type(caught.value) is ours


def test_a_server_before_the_empty_draft_just_shows_none() -> None:
    draft(refused(400, "Bad Request: message text is empty"), THINKING)


def test_an_edit_shows_no_preview() -> None:
    sent = edit(ok(True)).params("editMessageText")
    assert (sent["chat_id"], sent["message_id"], sent["text"]) == (1001, 77, "Hello")
    assert sent["link_preview_options"] == {"is_disabled": True}


def test_an_edit_that_changes_nothing_is_done() -> None:
    edit(refused(400, "Bad Request: message is not modified: specified new message content"))


def test_an_edit_of_a_message_that_is_gone_is_refused() -> None:
    with pytest.raises(ChatRefused):
        edit(refused(400, "Bad Request: message to edit not found"))


def test_the_stop_button_is_a_command_that_names_its_draft() -> None:
    said = stopped(message_thread_id=7)
    assert said is not None
    assert (said.kind, said.word, said.draft_id) == ("command", "stop", 3)
    assert (said.conversation, said.chat_id, said.thread_id) == ("user:1001:7", 1001, 7)
    assert said.is_urgent


@pytest.mark.parametrize("content", [{"chat": GROUP}, {"draft_id": "three"}])
def test_a_stop_that_nobody_can_press_is_only_confirmed(content: Json) -> None:
    assert stopped(**content) is None


def pressed(data: str, **message: object) -> Message | None:
    query = {
        "id": "77",
        "from": {"id": 1001, "is_bot": False, "first_name": "Ada", "language_code": "de"},
        "message": {"message_id": 5, "date": 1, "text": "So"} | message,
        "chat_instance": "1",
        "data": data,
    }
    update = update_of({"update_id": 9, "callback_query": query}, USERNAME)
    assert update is not None
    return update.message


def test_the_stop_button_of_a_message_is_the_same_command_and_is_answered() -> None:
    said = pressed("stop:3", chat=PRIVATE)
    assert said is not None
    assert (said.kind, said.word, said.draft_id, said.press_id) == ("command", "stop", 3, "77")
    assert (said.conversation, said.message_id, said.language_code) == ("user:1001", 5, "de")
    assert said.is_urgent


def test_the_stop_button_of_a_message_works_in_a_topic_of_a_group() -> None:
    said = pressed("stop:3", chat=GROUP, message_thread_id=7, is_topic_message=True)
    assert said is not None
    assert said.conversation == group_conversation(GROUP["id"], 7)
    assert (said.chat_id, said.thread_id, said.user_id) == (GROUP["id"], 7, 1001)


@pytest.mark.parametrize("data", ["delete_me:yes:1", "stop:", "stop:x"])
def test_no_other_button_is_heard_in_a_group(data: str) -> None:
    assert pressed(data, chat=GROUP) is None


def test_buttons_that_cannot_be_removed_are_left() -> None:
    wire = Wire(editMessageReplyMarkup=refused(400, "Bad Request: message to edit not found"))
    asyncio.run(wire.chat().remove_buttons(TO, 77))
    assert wire.params("editMessageReplyMarkup") == {"chat_id": 1001, "message_id": 77}


def test_an_edit_can_have_a_button() -> None:
    wire = Wire(editMessageText=ok(True))
    stop = Button(text="Stop", press="stop:3")
    asyncio.run(wire.chat().edit(TO, 77, OutgoingMessage(text="So", buttons=(stop,))))
    (row,) = wire.params("editMessageText")["reply_markup"]["inline_keyboard"]
    assert row == [{"text": "Stop", "callback_data": "stop:3"}]
