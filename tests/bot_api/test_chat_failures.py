"""Every way in which Telegram says no, and every way in which it says nothing."""

import asyncio

import aiohttp
import pytest

from snapthread.errors import (
    WAIT_MAX_S,
    AnotherPoller,
    ChatBusy,
    ChatDenied,
    ChatRefused,
    ChatUnreachable,
    RefusedPart,
    SnapthreadError,
    WebhookSet,
)
from snapthread.model import Destination, OutboxMessage, OutgoingMessage
from tests.bot_api.wire import Answer, Wire, ok, refused

PART = OutboxMessage(id=1, to=Destination(chat_id=1001), outgoing=OutgoingMessage(text="Hi"))
OTHER_POLLER = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)
WEBHOOK = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)

ANSWERS: list[tuple[Answer, type[SnapthreadError]]] = [
    (refused(400, "Bad Request: chat not found"), ChatUnreachable),
    (refused(400, "Bad Request: message thread not found"), ChatRefused),
    (refused(400, "Bad Request: group upgraded", migrate_to_chat_id=-1005), ChatRefused),
    (refused(403, "Forbidden: bot was blocked by the user"), ChatUnreachable),
    (refused(403, "Forbidden: user is deactivated"), ChatUnreachable),
    (refused(403, "Forbidden: bot was kicked from the supergroup chat"), ChatUnreachable),
    (refused(403, "Forbidden: the group chat was deleted"), ChatUnreachable),
    (refused(404, "Not Found"), ChatRefused),
    (refused(413, "Request Entity Too Large"), ChatRefused),
    (refused(401, "Unauthorized"), ChatDenied),
    (refused(409, OTHER_POLLER), AnotherPoller),
    (refused(409, WEBHOOK), WebhookSet),
    (refused(420, "FLOOD_WAIT"), ChatBusy),
    (refused(429, "Too Many Requests: retry after 0", retry_after=0), ChatBusy),
    (refused(429, "Too Many Requests"), ChatBusy),
    (refused(500, "Internal Server Error"), ChatBusy),
    (refused(500, "Internal Server Error: restart, please"), ChatBusy),
    ((500, '{"ok": false}'), ChatBusy),
    ((502, "<html>Bad Gateway</html>"), ChatBusy),
    ((200, '{"ok": true, "resu'), ChatBusy),
    ((200, "[]"), ChatBusy),
    ((200, ""), ChatBusy),
    ((400, "null"), ChatBusy),
    ((404, "<html>Not here</html>"), ChatBusy),
    (aiohttp.ServerDisconnectedError(), ChatBusy),
    (aiohttp.ClientPayloadError("cut"), ChatBusy),
    (TimeoutError(), ChatBusy),
    (ConnectionResetError(), ChatBusy),
    (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "odd"), ChatBusy),
    (RuntimeError("surprise"), ChatBusy),
]


def failure(wire: Wire) -> SnapthreadError:
    with pytest.raises(SnapthreadError) as caught:
        asyncio.run(wire.chat().send(PART))
    return caught.value


@pytest.mark.parametrize(("answer", "ours"), ANSWERS)
def test_a_failure_is_ours(answer: Answer, ours: type[SnapthreadError]) -> None:
    assert type(failure(Wire(sendMessage=answer))) is ours


def test_what_telegram_asks_to_wait_is_told() -> None:
    caught = failure(Wire(sendMessage=refused(429, "Too Many Requests", retry_after=17)))
    assert isinstance(caught, ChatBusy)
    assert caught.retry_after_s == 17.0


@pytest.mark.parametrize(
    ("told", "waited"), [(float("nan"), None), (-5, None), (True, None), (10**400, WAIT_MAX_S)]
)
def test_a_wait_that_is_no_number_of_seconds_is_none(told: object, waited: float | None) -> None:
    caught = failure(Wire(sendMessage=refused(429, "Too Many Requests", retry_after=told)))
    assert isinstance(caught, ChatBusy)
    assert caught.retry_after_s == waited


def test_of_the_transport_only_the_name_is_kept_and_the_address_is_told() -> None:
    broken = aiohttp.ServerDisconnectedError("https://user:pw@host/bot1%3Asecret")
    wire = Wire(sendMessage=broken)
    with pytest.raises(ChatBusy) as caught:
        asyncio.run(wire.chat(base_url="https://user:pw@proxy.example:8443/x/").send(PART))
    assert str(caught.value) == "ServerDisconnectedError at https://proxy.example:8443"


REFUSED_PARTS: list[tuple[str, RefusedPart]] = [
    ("Bad Request: message thread not found", "topic"),
    ("Bad Request: TOPIC_CLOSED", "thread"),
    ("Bad Request: message to be replied not found", "reply"),
    ("Bad Request: can't parse entities: unsupported start tag", "entities"),
    ("Bad Request: ENTITY_TEXTURL_INVALID", "entities"),
    ("Bad Request: message is too long", "length"),
    ("Bad Request: MEDIA_CAPTION_TOO_LONG", "length"),
    ("Bad Request: BUTTON_DATA_INVALID", "buttons"),
    ("Bad Request: something new", "unknown"),
]


@pytest.mark.parametrize(("description", "part"), REFUSED_PARTS)
def test_a_refusal_names_what_it_is_about(description: str, part: RefusedPart) -> None:
    caught = failure(Wire(sendMessage=refused(400, description)))
    assert isinstance(caught, ChatRefused)
    assert caught.part == part


def test_a_refusal_says_why() -> None:
    caught = failure(Wire(sendMessage=refused(403, "Forbidden: bot was blocked by the user")))
    assert "bot was blocked by the user" in str(caught)


@pytest.mark.parametrize("code", [401, 404])
def test_an_unknown_token_is_denied_with_what_to_do(code: int) -> None:
    with pytest.raises(ChatDenied, match="TELEGRAM_BOT_TOKEN"):
        asyncio.run(Wire(getMe=refused(code, "Not Found")).chat().start())
    chat = Wire(getUpdates=refused(code, "Not Found")).chat()
    with pytest.raises(ChatDenied):
        asyncio.run(chat.updates(None, timeout_s=1))


@pytest.mark.parametrize(
    ("description", "ours"), [(OTHER_POLLER, AnotherPoller), (WEBHOOK, WebhookSet)]
)
def test_a_conflict_says_which(description: str, ours: type[SnapthreadError]) -> None:
    chat = Wire(getUpdates=refused(409, description)).chat()
    with pytest.raises(ours):
        asyncio.run(chat.updates(None, timeout_s=1))


def test_nothing_of_the_transport_is_attached() -> None:
    caught = failure(Wire(sendMessage=aiohttp.ClientPayloadError("cut")))
    assert caught.__cause__ is None
    assert caught.__context__ is None


def test_a_part_that_is_taken_is_no_failure() -> None:
    assert asyncio.run(Wire(sendMessage=ok({"message_id": 3})).chat().send(PART)) == 3
