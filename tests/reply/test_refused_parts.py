"""A part of an answer that Telegram refuses: made simpler until it is taken, and what follows goes
on. Only where nobody is there the rest is dropped."""

import asyncio
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from snapthread.adapters.bot_api.failures import refusal
from snapthread.clock import utc_now
from snapthread.errors import ChatBusy, ChatRefused, ChatUnreachable
from snapthread.model import (
    Button,
    Claim,
    ConversationKey,
    Destination,
    Entity,
    OutboxMessage,
    OutgoingMessage,
    TextFile,
)
from snapthread.reply.reply import ReplySender
from snapthread.reply.shown import ShownMessages

CLAIM = Claim(conversation=ConversationKey("user:7"), token=1, epoch=0, turn=1)
BOLD = (Entity(type="bold", offset=0, length=4),)
BUTTONS = (Button(text="Go", press="go"),)
TO = Destination(chat_id=7, thread_id=3, reply_to=5)
WORDS = "Some words. " * 300
SORRY = "This part is missing."

Refuses = Callable[[OutboxMessage], bool]


def outgoing(text: str = WORDS) -> OutgoingMessage:
    return OutgoingMessage(text=text, entities=BOLD, buttons=BUTTONS)


def part(text: str = WORDS, number: int = 1) -> OutboxMessage:
    return OutboxMessage(id=number, to=TO, outgoing=outgoing(text))


class Chat:
    """Refuses with a description what it is told to."""

    def __init__(self, description: str, refuses: Refuses) -> None:
        self.description = description
        self.refuses = refuses
        self.sent: list[OutboxMessage] = []

    async def send(self, message: OutboxMessage) -> int:
        if self.refuses(message):
            raise refusal(self.description, self.description)
        self.sent.append(message)
        return len(self.sent)


class Store:
    def __init__(self) -> None:
        self.sent: list[int] = []
        self.is_dropped = False

    async def mark_sent(
        self, _claim: Claim, message: OutboxMessage, _message_ids: Sequence[int] = ()
    ) -> None:
        self.sent.append(message.id)

    async def conclude(
        self, _claim: Claim, message: OutboxMessage, *_: object, **__: object
    ) -> None:
        self.sent.append(message.id)

    async def drop_outbox(self, _claim: Claim) -> int:
        self.is_dropped = True
        return 1


def sender_of(chat: Chat, store: Store) -> ReplySender:
    return ReplySender(
        store=cast(Any, store),
        chat=cast(Any, chat),
        clock=utc_now,
        topics=cast(Any, SimpleNamespace(look=lambda *_: None)),
        shown=ShownMessages(),
        explain=lambda _: OutgoingMessage(text=SORRY),
        note_delivered=lambda *_: None,
    )


def deliver(description: str, refuses: Refuses, *parts: OutboxMessage) -> tuple[Chat, Store]:
    chat, store = Chat(description, refuses), Store()
    sender = sender_of(chat, store)
    with capture_logs():
        all_parts = parts or (part(), part("And more.", 2))
        asyncio.run(sender.deliver(CLAIM, all_parts, record_id="r1", began_s=0.0))
    return chat, store


def has_thread(message: OutboxMessage) -> bool:
    return message.to.thread_id is not None


def has_entities(message: OutboxMessage) -> bool:
    return bool(message.outgoing.entities)


def test_a_topic_that_is_not_there_costs_only_the_topic() -> None:
    for description in ("Bad Request: message thread not found", "Bad Request: TOPIC_CLOSED"):
        chat, store = deliver(description, has_thread)
        assert [message.to.thread_id for message in chat.sent] == [None, None]
        assert [message.outgoing for message in chat.sent] == [outgoing(), outgoing("And more.")]
        assert [message.to.reply_to for message in chat.sent] == [5, 5]
        assert store.sent == [1, 2]


def test_entities_that_are_refused_cost_only_the_format() -> None:
    for description in (
        "Bad Request: can't parse entities: can't find end of the entity",
        "Bad Request: ENTITY_TEXTURL_INVALID",
    ):
        chat, store = deliver(description, has_entities)
        assert [message.outgoing.text for message in chat.sent] == [WORDS, "And more."]
        assert [message.to for message in chat.sent] == [TO, TO]
        assert [message.outgoing.buttons for message in chat.sent] == [BUTTONS, BUTTONS]
        assert store.sent == [1, 2]


def test_a_message_that_is_gone_costs_only_the_reply() -> None:
    chat, _ = deliver(
        "Bad Request: message to be replied not found", lambda sent: sent.to.reply_to is not None
    )
    assert [message.to.thread_id for message in chat.sent] == [3, 3]
    assert [message.outgoing.entities for message in chat.sent] == [BOLD, BOLD]


def test_what_is_too_long_is_cut_and_all_of_it_arrives() -> None:
    chat, store = deliver(
        "Bad Request: message is too long", lambda sent: len(sent.outgoing.text) > 2048
    )
    assert " ".join(sent.outgoing.text for sent in chat.sent[:-1]) == WORDS.strip()
    assert chat.sent[-1].outgoing == outgoing("And more.")
    assert store.sent == [1, 2]


def test_a_refusal_without_a_reason_that_we_know_leaves_the_plain_words() -> None:
    def refuses(sent: OutboxMessage) -> bool:
        return has_thread(sent) or has_entities(sent)

    chat, _ = deliver("Bad Request: SOMETHING_NEW", refuses)
    assert [sent.outgoing for sent in chat.sent] == [
        OutgoingMessage(text=WORDS),
        OutgoingMessage(text="And more."),
    ]


def test_a_part_that_is_taken_in_no_form_is_told_and_the_next_one_goes_on() -> None:
    def refuses(sent: OutboxMessage) -> bool:
        return "words" in sent.outgoing.text

    chat, store = deliver("Bad Request: something new", refuses)
    assert [sent.outgoing.text for sent in chat.sent] == [SORRY, "And more."]
    assert store.sent == [1, 2]
    assert not store.is_dropped


def test_where_even_the_sentence_is_refused_the_next_part_goes_on() -> None:
    chat, store = deliver("Bad Request: x", lambda sent: sent.outgoing.text != "And more.")
    assert [sent.outgoing.text for sent in chat.sent] == ["And more."]
    assert store.sent == [1, 2]


def test_a_file_goes_without_its_caption_where_that_is_refused() -> None:
    document = TextFile(name="export.json", content="{}")
    file = OutboxMessage(
        id=1, to=TO, outgoing=OutgoingMessage(text="Here it is.", document=document)
    )
    chat, _ = deliver(
        "Bad Request: MEDIA_CAPTION_TOO_LONG", lambda sent: bool(sent.outgoing.text), file
    )
    assert [sent.outgoing for sent in chat.sent] == [OutgoingMessage(text="", document=document)]


@pytest.mark.parametrize(
    "description",
    [
        "Forbidden: bot was blocked by the user",
        "Forbidden: user is deactivated",
        "Forbidden: bot was kicked from the supergroup chat",
        "Bad Request: chat not found",
    ],
)
def test_where_nobody_is_there_the_rest_is_dropped(description: str) -> None:
    chat, store = deliver(description, lambda _: True)
    assert chat.sent == []
    assert store.is_dropped
    assert store.sent == []


def test_who_is_away_is_told_apart_from_what_is_refused() -> None:
    assert type(refusal("", "Bad Request: chat not found")) is ChatUnreachable
    assert type(refusal("", "Bad Request: message thread not found")) is ChatRefused


def test_a_plain_part_was_lost_to_one_refusal_of_what_it_did_not_have() -> None:
    plain = OutboxMessage(id=1, to=Destination(chat_id=7), outgoing=OutgoingMessage(text="Yes."))
    refusals = iter([True])

    chat, _ = deliver("Bad Request: can't parse entities", lambda _: next(refusals, False), plain)

    assert [message.outgoing.text for message in chat.sent] == ["Yes."]


class Slow(Chat):
    """Takes the first piece of a message that is too long, and asks to wait with the next."""

    def __init__(self) -> None:
        super().__init__("Bad Request: message is too long", _is_long)
        self.waits = 1

    async def send(self, message: OutboxMessage) -> int:
        if self.sent and self.waits:
            self.waits = 0
            raise ChatBusy("Too Many Requests", retry_after_s=60)
        return await super().send(message)


def _is_long(message: OutboxMessage) -> bool:
    return len(message.outgoing.text) > 2048


def test_a_wait_between_the_pieces_of_a_message_brought_the_first_twice() -> None:
    chat = Slow()
    sender = sender_of(chat, Store())

    async def deliver_twice() -> None:
        with pytest.raises(ChatBusy):
            await sender.deliver(CLAIM, [part()], record_id="r1", began_s=0.0)
        await sender.deliver(CLAIM, [part()], record_id="", began_s=0.0)

    with capture_logs():
        asyncio.run(deliver_twice())
    assert " ".join(message.outgoing.text for message in chat.sent) == WORDS.strip()
