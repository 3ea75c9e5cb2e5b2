"""The adapter and the strict double of the Bot API, together."""

from typing import Any

import pytest

from snapthread.adapters.bot_api.chat import TelegramChat
from snapthread.errors import ChatBusy, ChatRefused, ImageRefused
from snapthread.model import Destination, Entity, OutboxMessage, OutgoingMessage
from snapthread.ports import Update
from snapthread_sandbox.faults import cuts_body, flood, loses_reply, not_json
from snapthread_sandbox.telegram.bot_api import BotApi
from tests import virtual
from tests.bot_api.wire import COMMANDS
from tests.doubles import BotTransport

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 5000


def part(chat_id: int, text: str = "Hello", **more: Any) -> OutboxMessage:
    bold = Entity(type="bold", offset=0, length=5)
    to = Destination(chat_id=chat_id, **more)
    return OutboxMessage(id=1, to=to, outgoing=OutgoingMessage(text=text, entities=(bold,)))


class Both:
    """A double and the adapter on it."""

    def __init__(self) -> None:
        self.api = BotApi(now=virtual.unix_now)
        self.chat = TelegramChat(
            self.api.token, commands=COMMANDS, transport=BotTransport(self.api)
        )
        self.ada = self.api.person()

    async def poll(self, offset: int | None = None) -> tuple[Update, ...]:
        return await self.chat.updates(offset, timeout_s=1)

    async def document(self) -> str:
        """Ada sends one; its file id."""
        self.ada.sends_document(PNG)
        (update,) = await self.poll()
        assert update.message is not None
        assert update.message.image is not None
        return update.message.image.telegram_id


async def test_a_conversation_goes_both_ways() -> None:
    both = Both()
    assert await both.chat.start() == "snapthread_bot"
    both.ada.sends("Hi there")
    (update,) = await both.poll()
    assert update.message is not None
    assert update.message.text == "Hi there"
    await both.chat.typing(Destination(chat_id=both.ada.id))
    await both.chat.send(part(both.ada.id, reply_to=update.message.message_id))
    assert both.ada.sees == ["Hello"]
    assert await both.poll(update.update_id + 1) == ()
    assert both.api.pending == []


def test_the_menu_is_published_once() -> None:
    async def start_twice() -> list[str]:
        both = Both()
        await both.chat.start()
        await both.chat.start()
        return [call.method for call in both.api.calls]

    assert virtual.run(start_twice()).count("setMyCommands") == 2


async def test_a_blocked_bot_is_refused() -> None:
    both = Both()
    both.ada.sends("Hi")
    both.ada.blocks_bot()
    with pytest.raises(ChatRefused, match="blocked"):
        await both.chat.send(part(both.ada.id))
    with pytest.raises(ChatRefused, match="chat not found"):
        await both.chat.send(part(424242))


async def test_floods_and_lost_replies_are_busy() -> None:
    both = Both()
    both.ada.sends("Hi")
    for fault in (flood(3), loses_reply(), not_json()):
        both.api.faults.add(on="sendMessage", reply=fault)
        with pytest.raises(ChatBusy):
            await both.chat.send(part(both.ada.id))


async def test_a_document_is_downloaded_whole_or_not_at_all() -> None:
    both = Both()
    file_id = await both.document()
    assert await both.chat.download(file_id, max_bytes=10_000) == PNG
    both.api.faults.add(on="file", reply=cuts_body(after_bytes=1000))
    with pytest.raises(ChatBusy):
        await both.chat.download(file_id, max_bytes=10_000)
    both.api.faults.add(on="file", reply=cuts_body(after_bytes=1000, ending="ended"))
    with pytest.raises(ChatBusy):
        await both.chat.download(file_id, max_bytes=10_000)
    with pytest.raises(ImageRefused, match="too_large"):
        await both.chat.download(file_id, max_bytes=1000)


async def test_a_file_that_telegram_forgot_is_unavailable() -> None:
    both = Both()
    file_id = await both.document()
    both.api.forget_file(file_id)
    with pytest.raises(ImageRefused, match="unavailable"):
        await both.chat.download(file_id, max_bytes=10_000)
    with pytest.raises(ImageRefused, match="unavailable"):
        await both.chat.download("never-was", max_bytes=10_000)
