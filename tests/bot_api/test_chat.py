"""The calls: what goes over the wire, and what is made of the answers."""

import asyncio
import json
from collections.abc import Callable, Coroutine

import pytest
from structlog.testing import capture_logs

from snapthread.adapters.bot_api.chat import Hook, TelegramChat
from snapthread.adapters.bot_api.client import ASKED_FOR, CALL_S, POLL_EXTRA_S
from snapthread.errors import ChatBusy, ChatDenied
from snapthread.limits import CHAT_ACTION_S
from snapthread.model import Destination, Entity, OutboxMessage, OutgoingMessage
from snapthread.ports import Update
from tests.bot_api.wire import COMMANDS, ME, TOKEN, USERNAME, Json, Wire, ok, refused

HOOK = {
    "url": "https://user:pass@bot.example.org/hook/secret",
    "has_custom_certificate": False,
    "pending_update_count": 3,
}
PART = OutboxMessage(
    id=1,
    to=Destination(chat_id=-100, thread_id=7, reply_to=5),
    outgoing=OutgoingMessage(
        text="Hello x print",
        entities=(
            Entity(type="bold", offset=0, length=5),
            Entity(type="text_link", offset=6, length=1, url="https://example.org/"),
            Entity(type="pre", offset=8, length=5, language="python"),
        ),
    ),
)
PLAIN = OutboxMessage(id=2, to=Destination(chat_id=1001), outgoing=OutgoingMessage(text="Hi"))


def start(wire: Wire) -> str:
    return asyncio.run(wire.chat().start())


def send(wire: Wire, part: OutboxMessage = PLAIN) -> int:
    return asyncio.run(wire.chat().send(part))


def poll(wire: Wire, offset: int | None = None) -> tuple[Update, ...]:
    return asyncio.run(wire.chat().updates(offset, timeout_s=50))


# The start


def test_the_start_tells_the_name_and_leaves_updates_where_they_are() -> None:
    wire = Wire()
    assert start(wire) == USERNAME
    assert "deleteWebhook" not in wire.methods()
    assert "getUpdates" not in wire.methods()


def hooked(wire: Wire) -> TelegramChat:
    return wire.chat(hook=Hook(url="https://bot.example.org/telegram", secret="s3cret"))


def test_the_webhook_is_set_with_its_secret_and_all_kinds_of_update() -> None:
    wire = Wire(setWebhook=ok(True))
    with capture_logs() as logs:
        asyncio.run(hooked(wire).start())
    told = wire.params("setWebhook")
    assert told["url"] == "https://bot.example.org/telegram"
    assert told["secret_token"] == "s3cret"
    assert told["allowed_updates"] == list(ASKED_FOR)
    assert "drop_pending_updates" not in told
    assert "deleteWebhook" not in wire.methods()
    assert "s3cret" not in str(logs)


def test_a_webhook_that_telegram_does_not_take_is_for_the_operator_to_mend() -> None:
    wire = Wire(
        setWebhook=refused(400, "Bad Request: bad webhook: IP address 10.0.0.1 is reserved")
    )
    with pytest.raises(ChatDenied, match=r"TELEGRAM_WEBHOOK_URL.*IP address"):
        asyncio.run(hooked(wire).start())


def test_an_update_of_a_webhook_is_read_as_one_of_a_poll() -> None:
    chat = Wire().chat()
    user = {"id": 7, "is_bot": False, "first_name": "Ada"}
    sent = {"message_id": 1, "date": 0, "chat": {"id": 7, "type": "private"}, "from": user}
    update = chat.read(json.dumps({"update_id": 3, "message": sent | {"text": "Hi"}}).encode())
    assert update.message is not None
    assert (update.update_id, update.message.text) == (3, "Hi")
    assert chat.read(b'{"update_id": 4, "poll": 1}').message is None


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"message": {}}', b"\xff\xfe", b"null"])
def test_what_is_no_update_is_no_update(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        Wire().chat().read(body)


def test_an_update_that_is_nested_too_deep_to_be_read_is_none() -> None:
    body = b'{"update_id": 1, "message": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    with pytest.raises(ValueError, match="nested too deep"):
        Wire().chat().read(body)


def test_a_left_webhook_is_taken_away_and_its_updates_stay() -> None:
    wire = Wire(getWebhookInfo=ok(HOOK))
    with capture_logs() as logs:
        start(wire)
    assert wire.params("deleteWebhook") == {"drop_pending_updates": False}
    removed = [line for line in logs if line["event"] == "webhook.removed"]
    assert [line["host"] for line in removed] == ["bot.example.org"]
    assert "pass" not in str(logs)
    assert "secret" not in str(logs)


@pytest.mark.parametrize(
    "answers",
    [
        {"getWebhookInfo": refused(404, "Not Found")},
        {"getWebhookInfo": refused(400, "Bad Request: method not found")},
        {"getWebhookInfo": ok(True)},
        {"getWebhookInfo": ok(HOOK), "deleteWebhook": refused(404, "Not Found")},
    ],
)
def test_a_server_that_tells_nothing_of_webhooks_ended_the_start(answers: Json) -> None:
    assert start(Wire(**answers)) == USERNAME


def test_commands_are_published_in_every_language() -> None:
    wire = Wire()
    start(wire)
    sent = [params for name, params in wire.calls if name == "setMyCommands"]
    assert [params.get("language_code") for params in sent] == [None, "ru"]
    assert sent[1]["commands"] == [{"command": "reset", "description": "Начать заново"}]


def test_commands_that_are_there_already_are_not_published_again() -> None:
    there = [{"command": name, "description": what} for name, what in COMMANDS[""]]
    wire = Wire(getMyCommands=ok(there))
    start(wire)
    sent = [params for name, params in wire.calls if name == "setMyCommands"]
    assert [params.get("language_code") for params in sent] == ["ru"]


@pytest.mark.parametrize("method", ["getMyCommands", "setMyCommands"])
@pytest.mark.parametrize("code", [400, 404, 429, 500])
def test_the_bot_starts_without_its_menu(method: str, code: int) -> None:
    answers = {method: refused(code, "No")}
    with capture_logs() as logs:
        assert start(Wire((), **answers)) == USERNAME
    assert "commands.not_published" in [line["event"] for line in logs]


def test_a_revoked_token_stops_the_start_at_any_call() -> None:
    with pytest.raises(ChatDenied):
        start(Wire(setMyCommands=refused(401, "Unauthorized")))


def test_a_bot_without_a_name_starts() -> None:
    nameless = {name: value for name, value in ME.items() if name != "username"}
    assert start(Wire(getMe=ok(nameless))) == ""


@pytest.mark.parametrize("token", ["", "no-colon", "12 3:abc", "abc:def"])
def test_a_token_of_the_wrong_shape_is_denied(token: str) -> None:
    with pytest.raises(ChatDenied, match="TELEGRAM_BOT_TOKEN"):
        TelegramChat(token, commands={}, transport=Wire())


# Updates


def test_a_poll_asks_for_what_means_something_and_waits_longer_than_telegram() -> None:
    wire = Wire()
    assert poll(wire, offset=41) == ()
    assert wire.params("getUpdates") == {
        "offset": 41,
        "limit": 100,
        "timeout": 50,
        "allowed_updates": list(ASKED_FOR),
    }
    assert wire.timeouts == [50 + POLL_EXTRA_S]


def test_the_first_poll_confirms_nothing() -> None:
    wire = Wire()
    poll(wire)
    assert "offset" not in wire.params("getUpdates")


@pytest.mark.parametrize("result", [None, []])
def test_an_empty_batch_is_empty(result: object) -> None:
    assert poll(Wire(getUpdates=ok(result))) == ()


@pytest.mark.parametrize("result", [{}, "text", 7])
def test_a_batch_that_is_no_list_is_busy(result: object) -> None:
    with pytest.raises(ChatBusy):
        poll(Wire(getUpdates=ok(result)))


def test_a_command_is_read_with_the_name_that_the_start_told() -> None:
    group = {"id": -1, "type": "group", "title": "x"}
    said = {
        "message_id": 1,
        "date": 1,
        "chat": group,
        "from": {"id": 5, "is_bot": False, "first_name": "A"},
        "text": "/reset@Other_Bot",
        "entities": [{"type": "bot_command", "offset": 0, "length": 16}],
    }
    chat = Wire(getUpdates=ok([{"update_id": 1, "message": said}])).chat()

    async def start_and_poll() -> tuple[Update, ...]:
        await chat.start()
        return await chat.updates(None, timeout_s=1)

    assert asyncio.run(start_and_poll()) == (Update(update_id=1, message=None),)


# Sending


def test_a_message_is_sent_with_its_entities_to_its_place() -> None:
    wire = Wire()
    assert send(wire, PART) == 77
    sent = wire.params("sendMessage")
    assert (sent["chat_id"], sent["message_thread_id"], sent["text"]) == (
        -100,
        7,
        "Hello x print",
    )
    assert sent["link_preview_options"] == {"is_disabled": True}
    assert sent["reply_parameters"] == {
        "message_id": 5,
        "allow_sending_without_reply": True,
    }
    assert sent["entities"] == [
        {"type": "bold", "offset": 0, "length": 5},
        {"type": "text_link", "offset": 6, "length": 1, "url": "https://example.org/"},
        {"type": "pre", "offset": 8, "length": 5, "language": "python"},
    ]


def test_a_plain_message_says_nothing_more() -> None:
    wire = Wire()
    send(wire)
    assert set(wire.params("sendMessage")) == {"chat_id", "text", "link_preview_options"}
    assert wire.timeouts == [CALL_S]


@pytest.mark.parametrize("result", [{"message_id": "odd"}, {}, True, None, {"chat": 7}])
def test_a_message_that_telegram_took_is_sent_whatever_it_answers(result: object) -> None:
    assert send(Wire(sendMessage=ok(result))) == 0


def test_a_message_is_sent_once_only() -> None:
    wire = Wire(sendMessage=refused(500, "Internal Server Error"))
    with pytest.raises(ChatBusy):
        send(wire)
    assert wire.methods() == ["sendMessage"]


# Typing


@pytest.mark.parametrize("answer", [ok(True), refused(403, "Forbidden"), refused(429, "No")])
def test_typing_fails_silently(answer: tuple[int, str]) -> None:
    wire = Wire(sendChatAction=answer)
    asyncio.run(wire.chat().typing(Destination(chat_id=-100, thread_id=7, reply_to=5)))
    assert wire.params("sendChatAction") == {
        "chat_id": -100,
        "message_thread_id": 7,
        "action": "typing",
    }
    assert wire.timeouts == [CHAT_ACTION_S]


@pytest.mark.parametrize(
    "act",
    [
        lambda chat: chat.typing(Destination(chat_id=1)),
        lambda chat: chat.updates(None, timeout_s=50),
        lambda chat: chat.send(PLAIN),
    ],
)
async def test_cancelling_goes_through(
    act: Callable[[TelegramChat], Coroutine[None, None, object]],
) -> None:
    slow = 100.0
    chat = Wire(sendChatAction=slow, getUpdates=slow, sendMessage=slow).chat()
    task = asyncio.create_task(act(chat))
    await asyncio.sleep(1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


# The log, and the way out


def test_a_call_is_told_to_the_log() -> None:
    with capture_logs() as logs:
        send(Wire())
    (line,) = logs
    assert isinstance(line.pop("ms"), int)
    assert line == {
        "event": "telegram.request",
        "log_level": "debug",
        "method": "sendMessage",
        "code": "ok",
    }


def test_a_call_that_fails_is_told_by_its_name() -> None:
    with capture_logs() as logs, pytest.raises(ChatBusy):
        send(Wire(sendMessage=refused(429, "Too Many", retry_after=3)))
    assert [line["code"] for line in logs] == ["429"]


def test_closing_closes_the_session() -> None:
    wire = Wire()
    asyncio.run(wire.chat().close())
    assert wire.is_closed


def test_a_base_url_is_where_everything_goes() -> None:
    wire = Wire([b"x"])
    asyncio.run(wire.chat(base_url="http://127.0.0.1:8081/").download("f", max_bytes=9))
    assert wire.posts == [f"http://127.0.0.1:8081/bot{TOKEN}/getFile"]
    assert wire.urls == [f"http://127.0.0.1:8081/file/bot{TOKEN}/photos/file_1.jpg"]


def test_without_a_base_url_it_is_telegrams_own() -> None:
    wire = Wire()
    send(wire)
    assert wire.posts == [f"https://api.telegram.org/bot{TOKEN}/sendMessage"]
