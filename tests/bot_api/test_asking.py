"""In a group: what is meant for the bot, who says it, and what becomes of the group."""

import json

import pytest

from snapthread.adapters.bot_api.incoming import update_of
from snapthread.model import Destination, OutboxMessage, OutgoingMessage
from snapthread.ports import GroupChange, Update
from tests.bot_api.wire import (
    GROUP,
    ME,
    PERSON,
    PHOTO,
    USERNAME,
    Json,
    Wire,
    command,
    message,
    ok,
    question,
    refused,
)

SMALL: Json = {"id": -5, "type": "group", "title": "Friends"}


def told(**raw: object) -> Update:
    update = update_of(json.loads(json.dumps({"update_id": 9, **raw})), USERNAME)
    assert update is not None
    return update


def is_asked(**content: object) -> bool:
    return told(message=message(**{"chat": GROUP, **content})).is_asked


def named(text: str, name: str, *, kind: str = "mention", field: str = "text") -> Json:
    """Offsets are counted in UTF-16 units."""
    at = len(text.partition(name)[0].encode("utf-16-le")) // 2
    entity = {"type": kind, "offset": at, "length": len(name)}
    entities = "entities" if field == "text" else "caption_entities"
    return {field: text, entities: [entity]}


@pytest.mark.parametrize(
    "content",
    [
        named("Hey @snapthread_bot, look", "@snapthread_bot"),
        named("🦊🦊 @SNAPTHREAD_BOT", "@SNAPTHREAD_BOT"),
        {"photo": PHOTO} | named("🦊 @snapthread_bot", "@snapthread_bot", field="caption"),
        named("so /ask@snapthread_bot", "/ask@snapthread_bot", kind="bot_command"),
        {
            "text": "Snap?",
            "entities": [{"type": "text_mention", "offset": 0, "length": 4, "user": ME}],
        },
        {"text": "And?", "reply_to_message": message(**{"text": "Hi", "from": ME})},
        command("/help"),
        command("/never_heard_of@snapthread_bot"),
    ],
)
def test_its_name_a_reply_and_a_command_are_for_the_bot(content: Json) -> None:
    assert is_asked(**content)


@pytest.mark.parametrize(
    "content",
    [
        {"text": "Tea?"},
        named("@snapthread_bot", "@snapthread_bot", kind="code"),  # not taken for a name
        {"text": "@snapthread_bot2"},
        {"text": "mail me: snap@snapthread_bot.org, x@snapthread_bot"},
        {"text": "see https://t.me/@snapthread_bot"},
        named("@snapthread_bot2 hi", "@snapthread_bot2"),
        named("see https://t.me/@snapthread_bot", "https://t.me/@snapthread_bot", kind="url"),
        {"text": "And?", "reply_to_message": message(text="Hi")},
        {
            "text": "In a topic",
            "reply_to_message": message(**{"forum_topic_created": {"name": "Cats"}, "from": ME}),
        },
        command("/never_heard_of"),
    ],
)
def test_anything_else_in_a_group_is_not(content: Json) -> None:
    assert not is_asked(**content)


@pytest.mark.parametrize(
    "content",
    [
        {"text": "@snapthread_bot, tea?"},
        {"text": "tea, @Snapthread_Bot?"},
        {"photo": PHOTO, "caption": "@snapthread_bot"},
        {"text": "/help"},
    ],
)
def test_a_name_that_no_entity_marks_was_passed_over(content: Json) -> None:
    assert is_asked(**content)


def test_in_private_everything_is_for_the_bot() -> None:
    assert told(message=message(text="Tea?")).is_asked


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        ("Ann", "Lee", "Ann Lee"),
        ("Ann", None, "Ann"),
        ("A\nnn:", "[system]", "A nn system"),
        ("\u202e\u2066x", None, "x"),
        ("x" * 60, "y", "x" * 40),
        ("", None, ""),
    ],
)
def test_a_name_is_one_plain_line(first: str, last: str | None, shown: str) -> None:
    person = {**PERSON, "first_name": first} | ({"last_name": last} if last else {})
    asked = question(**{"text": "hi", "chat": GROUP, "from": person})
    assert asked.sender_name == shown


def test_in_private_nobody_is_named() -> None:
    assert question(text="hi").sender_name == ""


def membership(status: str, chat: Json = SMALL) -> Json:
    standing = {"user": ME, "status": status}
    about = {"chat": chat, "from": PERSON, "date": 1}
    return {**about, "old_chat_member": standing, "new_chat_member": standing}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("member", "joined"),
        ("administrator", "joined"),
        ("restricted", "joined"),
        ("left", "left"),
        ("kicked", "left"),
    ],
)
def test_the_bot_comes_and_goes(status: str, kind: str) -> None:
    change = told(my_chat_member=membership(status)).group
    assert change is not None
    assert (change.kind, change.chat_id, change.language_code) == (kind, -5, "en")


@pytest.mark.parametrize("type_", ["private", "channel"])
def test_a_private_chat_and_a_channel_are_no_group(type_: str) -> None:
    assert told(my_chat_member=membership("member", {"id": 1001, "type": type_})).group is None


@pytest.mark.parametrize(
    "content",
    [
        {"chat": SMALL, "migrate_to_chat_id": -1005},
        {"chat": {**GROUP, "id": -1005}, "migrate_from_chat_id": -5},
    ],
)
def test_both_chats_tell_that_a_group_moved(content: Json) -> None:
    moved = GroupChange(kind="moved", chat_id=-5, new_chat_id=-1005)
    assert told(message=message(**content)).group == moved


async def test_what_is_said_to_a_group_that_has_moved_arrives_there() -> None:
    upgraded = "Bad Request: group chat was upgraded to a supergroup chat"
    moved = refused(400, upgraded, migrate_to_chat_id=-1005)
    wire = Wire(sendMessage=[moved, ok({"message_id": 7})])
    to = Destination(chat_id=-5, reply_to=3)
    part = OutboxMessage(id=1, to=to, outgoing=OutgoingMessage(text="Hi"))

    assert await wire.chat().send(part) == 7

    first, second = [params for method, params in wire.calls if method == "sendMessage"]
    assert (first["chat_id"], second["chat_id"]) == (-5, -1005)
    assert "reply_parameters" not in second
