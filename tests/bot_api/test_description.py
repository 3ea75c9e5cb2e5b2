"""Everything that we send and read, held against Telegram's own description of the Bot API.

`description.json` is made by `tests.bot_api.extract`; where the code uses something new, it is to
be made anew.
"""

import asyncio
import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final, get_args, get_origin

import pytest

from snapthread.adapters.bot_api.chat import Hook
from snapthread.adapters.bot_api.content import ABOUT, PICTURED, SERVICE, TEXT, UNSUPPORTED
from snapthread.adapters.bot_api.decode import Raw
from snapthread.adapters.bot_api.descriptions import DESCRIBED
from snapthread.adapters.bot_api.sound import AUDIBLE
from snapthread.adapters.bot_api.types import Update
from snapthread.model import (
    Button,
    Destination,
    Entity,
    OutboxMessage,
    OutgoingMessage,
    TextFile,
)
from tests.bot_api.surface import fields_read, methods_called, types_read
from tests.bot_api.wire import Wire, ok

DESCRIPTION: Final = json.loads(Path(__file__).with_name("description.json").read_text())
METHODS: Final[dict[str, dict[str, str]]] = DESCRIPTION["methods"]
TYPES: Final[dict[str, Any]] = DESCRIPTION["types"]
SCALARS: Final = {
    int: "number",
    float: "number",
    str: "string",
    bool: "boolean",
    datetime: "number",
}

# Of several types, the one that we send.
ONE_OF: Final = {
    "InlineQueryResult": "InlineQueryResultArticle",
    "InputMessageContent": "InputTextMessageContent",
}

TO = Destination(chat_id=-100, thread_id=7, reply_to=5)
SAID = OutgoingMessage(
    text="Hello",
    entities=(
        Entity(type="text_link", offset=0, length=5, url="https://example.org/"),
        Entity(type="pre", offset=0, length=5, language="python"),
    ),
    buttons=(Button(text="Go", press="go"),),
    seen_by=1001,
)
FILE = OutgoingMessage(text="Here", document=TextFile(name="a.json", content="{}"))


async def everything(wire: Wire) -> None:
    """Each verb of the port, with all that can be said."""
    chat = wire.chat(is_guest=True)
    await chat.start()
    await wire.chat(hook=Hook(url="https://example.org/hook", secret="s3cret")).start()
    await chat.updates(41, timeout_s=50)
    await chat.typing(TO)
    await chat.send(OutboxMessage(id=1, to=TO, outgoing=SAID))
    await chat.send(OutboxMessage(id=2, to=TO, outgoing=FILE))
    await chat.edit(TO, 77, SAID)
    await chat.draft(TO, 3, SAID)
    await chat.remove_buttons(TO, 77)
    await chat.delete(TO, 77)
    await chat.answer_press("press")
    await chat.download("file", max_bytes=9)
    await chat.leave(-5)
    assert await chat.has_topic(TO)
    await chat.name_topic(TO, "Cats")
    await chat.edit_guest(await chat.answer_guest("guest1", "Thinking…"), SAID)
    assert await chat.is_admin(-5, 1001)


@pytest.fixture(scope="module")
def wire() -> Wire:
    left = {"url": "https://example.org/", "has_custom_certificate": False}
    wire = Wire(
        [b"x"],
        getWebhookInfo=ok({**left, "pending_update_count": 0}),
        setWebhook=ok(True),
        sendDocument=ok({"message_id": 1}),
        editMessageText=ok(True),
        editMessageReplyMarkup=ok(True),
        deleteMessage=ok(True),
        sendMessageDraft=ok(True),
        answerCallbackQuery=ok(True),
        leaveChat=ok(True),
        editForumTopic=ok(True),
        answerGuestQuery=ok({"inline_message_id": "inline1"}),
        getChatMember=ok({"status": "creator", "is_anonymous": False}),
    )
    asyncio.run(everything(wire))
    return wire


def test_every_method_that_the_client_has_is_tried_and_described(wire: Wire) -> None:
    assert set(wire.methods()) == methods_called() == set(METHODS)


def test_every_parameter_that_is_sent_is_one_that_telegram_takes(wire: Wire) -> None:
    attached = {("sendDocument", file.parameter) for file in wire.attachments}
    for method, params in wire.calls:
        described = METHODS[method]
        sent = {*params, *(name for of, name in attached if of == method)}
        assert required(described) <= sent, method
        for name, value in params.items():
            assert fits(value, type_of(described, name)), (method, name, value)
    assert all(type_of(METHODS[of], name) for of, name in attached)


@pytest.mark.parametrize("name", types_read())
def test_every_field_that_is_read_is_one_that_telegram_sends(name: str) -> None:
    told = TYPES[name]
    kinds = told if isinstance(told, list) else [told]
    for key, ours, is_required in fields_read(types_read()[name]):
        having = [kind for kind in kinds if type_of(kind, key)]
        assert having, f"{name}.{key}"
        assert all(is_read_as(type_of(kind, key), ours) for kind in having), f"{name}.{key}"
        if is_required:
            assert all(key in required(kind) for kind in kinds), f"{name}.{key}"


def test_every_field_of_a_message_has_its_place() -> None:
    """`user_shared` comes from servers before Bot API 7.0."""
    places = [ABOUT, PICTURED, AUDIBLE, DESCRIBED, UNSUPPORTED, SERVICE, {TEXT}]
    placed = [name for place in places for name in place]
    assert len(placed) == len(set(placed))
    assert {key.rstrip("?") for key in TYPES["Message"]} == set(placed) - {"user_shared"}


def test_all_kinds_of_update_that_are_read_are_asked_for(wire: Wire) -> None:
    read = {key for key, _, _ in fields_read(Update)} - {"update_id"}
    assert set(wire.params("getUpdates")["allowed_updates"]) == read


def required(described: dict[str, str]) -> set[str]:
    return {key for key in described if not key.endswith("?")}


def type_of(described: dict[str, str], name: str) -> str:
    return described.get(name) or described.get(f"{name}?") or ""


def fits(value: object, kind: str) -> bool:
    """Whether a value may be sent where Telegram wants this type."""
    if isinstance(value, list):
        return "[]" in kind and all(fits(one, inner(kind)) for one in value)
    if isinstance(value, dict):
        known = (ONE_OF.get(name, name) for name in names(kind))
        return any(fits_fields(value, TYPES[name]) for name in known if name in TYPES)
    if "keyof Update" in kind:
        return bool(type_of(TYPES["Update"], str(value)))
    return SCALARS[type(value)] in words(kind) or f'"{value}"' in kind


def fits_fields(value: dict[str, object], described: dict[str, str]) -> bool:
    has_all = required(described) <= set(value)
    return has_all and all(fits(one, type_of(described, key)) for key, one in value.items())


def is_read_as(told: str, ours: Any) -> bool:
    if get_origin(ours) is tuple:
        return "[]" in told and is_read_as(inner(told), get_args(ours)[0])
    if ours in SCALARS:
        literals = {str: r'"|\w+Type$', bool: r"\btrue\b"}.get(ours)
        return SCALARS[ours] in words(told) or bool(literals and re.search(literals, told))
    if ours is Raw:
        return True  # whatever it is
    return told in {ours.__name__, f"MaybeInaccessible{ours.__name__}"}


def inner(kind: str) -> str:
    """Of a list's type, the type of what is in it."""
    return kind.replace("[]", "", 1).strip("() ")


def words(kind: str) -> set[str]:
    return set(re.findall(r"\w+", kind))


def names(kind: str) -> Iterator[str]:
    yield from re.findall(r"[A-Z]\w+", kind)
