"""The message that grows, without a turn: whose it is, and how often it is edited."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from snapthread.errors import LeaseLost
from snapthread.limits import LEASE_S
from snapthread.model import Claim, ConversationKey, Destination, OutgoingMessage
from snapthread.reply.growing import GrowingMessage, StreamTexts
from snapthread.reply.pace import SLOW_FOR_S, SLOWEST_S, EditPaces

CLAIM = Claim(conversation=ConversationKey("user:1"), token=1, epoch=0, turn=4)


@dataclass(kw_only=True)
class Told:
    """A chat and a store that note what they are told, in order."""

    calls: list[str] = field(default_factory=list)
    is_lost: bool = False

    async def send(self, _part: object) -> int:
        self.calls.append("send")
        return 7

    async def edit(self, _to: object, message_id: int, outgoing: OutgoingMessage) -> None:
        self.calls.append(f"edit {message_id} {outgoing.buttons[0].press}")

    async def note_stream(self, claim: Claim, message_id: int) -> None:
        if self.is_lost:
            raise LeaseLost(claim.conversation)
        self.calls.append(f"record {message_id}")


def message_of(told: Told) -> GrowingMessage:
    return GrowingMessage(
        store=cast(Any, told),
        chat=cast(Any, told),
        claim=CLAIM,
        to=Destination(chat_id=1),
        texts=StreamTexts(stop="Stop", thinking="…"),
    )


async def test_the_id_is_recorded_before_the_first_edit() -> None:
    told = Told()
    message = message_of(told)
    for text in ("", "One", "One two"):
        await message.show(OutgoingMessage(text=text))
    assert told.calls == ["send", "record 7", "edit 7 stop:4"]


async def test_a_process_that_was_frozen_edits_nothing_that_is_somebody_elses_now() -> None:
    told = Told()
    message = message_of(told)
    await message.show(OutgoingMessage(text="One"))
    told.is_lost = True
    await asyncio.sleep(LEASE_S)
    with pytest.raises(LeaseLost):
        await message.show(OutgoingMessage(text="One two"))
    assert told.calls == ["send", "record 7"]


async def test_a_chat_that_said_429_is_edited_half_as_often_for_ten_minutes() -> None:
    paces = EditPaces()
    paces.slow_down(1, 1.0)
    assert (paces.pace_s(1, 1.0), paces.pace_s(2, 1.0)) == (2.0, 1.0)
    for _ in range(9):
        paces.slow_down(1, 1.0)
    assert paces.pace_s(1, 1.0) == SLOWEST_S
    await asyncio.sleep(SLOW_FOR_S)
    assert paces.pace_s(1, 1.0) == 1.0
