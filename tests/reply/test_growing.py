"""The messages that grow, without a turn: whose it is, and how often it is edited."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from snapthread.errors import LeaseLost
from snapthread.limits import LEASE_S
from snapthread.model import Claim, ConversationKey, Destination, OutgoingMessage
from snapthread.reply.growing import GrowingMessages, StreamTexts
from snapthread.reply.pace import SLOW_FOR_S, SLOWEST_S, EditPaces

CLAIM = Claim(conversation=ConversationKey("user:1"), token=1, epoch=0, turn=4)


@dataclass(kw_only=True)
class Told:
    """A chat and a store that note what they are told, in order."""

    calls: list[str] = field(default_factory=list)
    is_lost: bool = False
    sent: int = 0

    async def send(self, _part: object) -> int:
        self.calls.append("send")
        self.sent += 1
        return 6 + self.sent

    async def edit(self, _to: object, message_id: int, outgoing: OutgoingMessage) -> None:
        press = "".join(button.press for button in outgoing.buttons)
        self.calls.append(f"edit {message_id} {outgoing.text} {press}".rstrip())

    async def remove_buttons(self, _to: object, message_id: int) -> None:
        self.calls.append(f"bare {message_id}")

    async def delete(self, _to: object, message_id: int) -> None:
        self.calls.append(f"delete {message_id}")

    async def note_stream(self, claim: Claim, message_ids: Sequence[int]) -> None:
        if self.is_lost:
            raise LeaseLost(claim.conversation)
        self.calls.append(f"record {' '.join(map(str, message_ids))}")


def parts(*texts: str) -> tuple[OutgoingMessage, ...]:
    return tuple(OutgoingMessage(text=text) for text in texts)


def message_of(told: Told, *, stream: tuple[int, ...] = ()) -> GrowingMessages:
    return GrowingMessages(
        store=cast(Any, told),
        chat=cast(Any, told),
        claim=replace(CLAIM, stream=stream),
        to=Destination(chat_id=1),
        texts=StreamTexts(stop="Stop", thinking="…"),
    )


async def test_the_id_is_recorded_before_the_first_edit() -> None:
    told = Told()
    message = message_of(told)
    for texts in ((), ("One",), ("One two",)):
        assert await message.show(parts(*texts))
    assert told.calls == ["send", "record 7", "edit 7 One two stop:4"]


async def test_the_next_message_begins_before_the_button_leaves_the_one_that_is_full() -> None:
    told = Told()
    message = message_of(told)
    assert await message.show(parts("One"))
    told.calls.clear()
    while not await message.show(parts("One.", "Two")):
        pass
    assert told.calls == ["edit 7 One. stop:4", "send", "record 7 8", "edit 7 One."]
    assert message.finished == {7: OutgoingMessage(text="One.")}


async def test_each_call_is_one_message_and_nothing_is_edited_that_looks_the_same() -> None:
    told = Told()
    message = message_of(told)
    while not await message.show(parts("One.", "Two.", "Three")):
        assert len(told.calls) <= 2
        told.calls.clear()
    told.calls.clear()
    assert await message.show(parts("One.", "Two.", "Three"))
    assert told.calls == []
    assert await message.show(parts("One.", "Two.", "Three four"))
    assert told.calls == ["edit 9 Three four stop:4"]


async def test_a_message_that_looks_different_in_the_end_is_edited_in_its_place() -> None:
    told = Told()
    message = message_of(told)
    while not await message.show(parts("see [1]", "Two")):
        pass
    told.calls.clear()
    assert await message.show(parts("see one", "Two"))
    assert told.calls == ["edit 7 see one"]


async def test_an_attempt_that_begins_anew_edits_the_same_messages_and_sends_no_more() -> None:
    told = Told()
    message = message_of(told)
    while not await message.show(parts("One.", "Two")):
        pass
    told.calls.clear()
    for texts in ((), ("Now",)):
        assert await message.show(parts(*texts))
    assert told.calls == ["edit 7 Now"]


async def test_whoever_goes_on_after_a_kill_edits_what_was_written_down() -> None:
    told = Told()
    message = message_of(told, stream=(7, 8))
    while not await message.show(parts("One.", "Two")):
        pass
    recorded = "record 7 8"
    assert told.calls == [recorded, "edit 7 One. stop:4", "edit 8 Two stop:4", "edit 7 One."]


async def test_where_it_is_let_go_no_button_stays_and_nothing_that_nobody_knows() -> None:
    told = Told()
    message = message_of(told)
    await message.show(parts("One."))
    told.is_lost = True
    with pytest.raises(LeaseLost):
        await message.show(parts("One.", "Two"))
    told.calls.clear()
    await message.let_go()
    assert told.calls == ["bare 7", "delete 8"]


async def test_a_process_that_was_frozen_edits_nothing_that_is_somebody_elses_now() -> None:
    told = Told()
    message = message_of(told)
    await message.show(parts("One"))
    told.is_lost = True
    await asyncio.sleep(LEASE_S)
    with pytest.raises(LeaseLost):
        await message.show(parts("One two"))
    assert told.calls == ["send", "record 7"]


async def test_answers_that_grow_in_one_chat_share_its_pace() -> None:
    paces = EditPaces()
    with paces.share(1):
        assert paces.pace_s(1, 3.0) == 3.0
        with paces.share(1):
            assert (paces.pace_s(1, 3.0), paces.pace_s(2, 3.0)) == (6.0, 3.0)
            paces.slow_down(1, 3.0)
            assert paces.pace_s(1, 3.0) == 12.0
    assert paces.pace_s(1, 3.0) == 6.0


async def test_a_chat_that_said_429_is_edited_half_as_often_for_ten_minutes() -> None:
    paces = EditPaces()
    paces.slow_down(1, 1.0)
    assert (paces.pace_s(1, 1.0), paces.pace_s(2, 1.0)) == (2.0, 1.0)
    for _ in range(9):
        paces.slow_down(1, 1.0)
    assert paces.pace_s(1, 1.0) == SLOWEST_S
    await asyncio.sleep(SLOW_FOR_S)
    assert paces.pace_s(1, 1.0) == 1.0
