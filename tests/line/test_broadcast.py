"""/broadcast: shown first, confirmed once, sent to each person once, also after kills and 429s."""

import random
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

from structlog.testing import capture_logs

from snapthread.commands.broadcaster import TRIES
from snapthread.model.people import OPERATOR
from snapthread.store.rules.standings import note_answered
from snapthread.store.schema.people import PEOPLE
from snapthread.store.transaction import Transaction
from snapthread_sandbox.faults import flood, telegram_error
from snapthread_sandbox.telegram.chats import Message
from snapthread_sandbox.telegram.people import Person
from tests.line.world import World, at, opened

ADA, BORIS = 1001, 1002
TEXT = "The bot is away tomorrow."
FIRST = 5000


def button(message: Message, text: str) -> Any:
    return next(each for each in message.buttons if each["text"] == text)


async def previewed(ada: Person, text: str = TEXT) -> Message:
    ada.sends(f"/broadcast {text}")
    preview, ask = await ada.hears(2)
    assert preview.text == text
    return ask


async def press(world: World, person: Person, message: Message, text: str) -> None:
    person.presses(button(message, text), on=message)
    await world.until(lambda: not message.buttons)


async def people_known(world: World, count: int) -> list[Person]:
    """As if each had been answered once."""
    assert world.process is not None
    people = []
    for number in range(count):
        person = world.person(FIRST + number)
        person.chat.refusal = None  # they wrote to the bot once
        people.append(person)
    await world.process.store.backend.write(lambda tx: _note(tx, people))
    return people


def _note(tx: Transaction, people: list[Person]) -> None:
    for person in people:
        note_answered(tx, person.id, at())


async def test_it_is_shown_confirmed_and_brought_to_everybody(tmp_path: Path) -> None:
    async with opened(tmp_path, ADMIN_USER_IDS=str(ADA)) as world:
        ada, boris = world.person(), world.person(BORIS, language_code="ru")
        boris.sends("Hello")
        await boris.hears()
        await world.rests()
        ask = await previewed(ada)
        assert ask.text.endswith("I know 1 person.")
        assert boris.sees == ["You said: Hello"]
        await press(world, ada, ask, "Send it")
        assert ask.text.startswith("It is on its way.")
        (message,) = await boris.hears()
        assert message.text == TEXT
        (done,) = await ada.hears()
        assert done.text == (
            "The message to everybody has been sent. Delivered: 1; bot blocked: 0; not reached: 0."
        )


async def test_a_no_sends_nothing_and_a_late_press_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path, ADMIN_USER_IDS=str(ADA)) as world:
        ada = world.person()
        (boris,) = await people_known(world, 1)
        ask = await previewed(ada)
        yes = button(ask, "Send it")
        await press(world, ada, ask, "Don't send it")
        assert ask.text == "It was not sent."
        ada.presses(yes, on=ask)
        await world.until(lambda: ask.text.startswith("These buttons no longer work"))
        assert boris.sees == []


async def test_two_presses_send_it_once(tmp_path: Path) -> None:
    async with opened(tmp_path, ADMIN_USER_IDS=str(ADA)) as world:
        ada = world.person()
        (boris,) = await people_known(world, 1)
        ask = await previewed(ada)
        yes = button(ask, "Send it")
        ada.presses(yes, on=ask)
        ada.presses(yes, on=ask)
        await ada.hears()
        await world.rests()
        assert boris.sees == [TEXT]


async def test_who_is_banned_or_has_blocked_the_bot_is_left_out(tmp_path: Path) -> None:
    async with opened(tmp_path, ADMIN_USER_IDS=str(ADA)) as world:
        ada = world.person()
        banned, blocked, served = await people_known(world, 3)
        blocked.blocks_bot()
        assert world.process is not None
        await world.process.store.ban(banned.id, at(), by=OPERATOR)
        await press(world, ada, await previewed(ada), "Send it")
        (done,) = await ada.hears()
        assert done.text.startswith(
            "The message to everybody has been sent. Delivered: 1; bot blocked: 1"
        )
        assert (banned.sees, served.sees) == ([], [TEXT])


def is_told(ada: Person) -> bool:
    return any("Delivered:" in text for text in ada.sees)


def has_come_to(people: list[Person], ada: Person, aim: int) -> bool:
    return is_told(ada) or sum(len(each.sees) for each in people) >= aim


async def test_a_thousand_people_hear_it_once_each_through_kills_and_429s(tmp_path: Path) -> None:
    async with opened(tmp_path, ADMIN_USER_IDS=str(ADA)) as world:
        ada, people = world.person(), await people_known(world, 1000)
        people[7].blocks_bot()
        await press(world, ada, await previewed(ada), "Send it")
        chance, kills = random.Random(7), 0
        while not is_told(ada):
            world.telegram.faults.add(on="sendMessage", reply=flood(3), times=2)
            heard = sum(len(each.sees) for each in people)
            aim = heard + chance.randrange(60, 180)
            await world.until(partial(has_come_to, people, ada, aim), timeout_s=3000)
            if kills < 6:
                kills += 1
                assert world.process is not None
                await world.process.kill()
                await world.start()
        times = Counter(len(each.sees) for each in people if each is not people[7])
        assert kills == 6
        assert times[0] == 0
        assert set(times) <= {1, 2}
        assert times[2] <= kills
        assert people[7].sees == []


async def test_it_goes_slower_than_telegram_allows(tmp_path: Path) -> None:
    async with opened(tmp_path, ADMIN_USER_IDS=str(ADA)) as world:
        ada = world.person()
        await people_known(world, 60)
        began = world.telegram.world.now()
        await press(world, ada, await previewed(ada), "Send it")
        await ada.hears()
        assert world.telegram.world.now() - began > 60 / 20


async def test_one_that_telegram_does_not_take_stops_nobody_elses(tmp_path: Path) -> None:
    async with opened(tmp_path, ADMIN_USER_IDS=str(ADA)) as world:
        ada = world.person()
        await people_known(world, 3)
        ask = await previewed(ada)
        world.telegram.faults.add(
            on="sendMessage", reply=telegram_error(400, "Bad Request: odd"), times=1
        )
        await press(world, ada, ask, "Send it")
        (done,) = await ada.hears()
        assert done.text.startswith(
            "The message to everybody has been sent. Delivered: 2; bot blocked: 0"
        )
        assert "not reached: 1." in done.text


async def test_a_person_at_whom_telegram_always_fails_held_up_all_others(tmp_path: Path) -> None:
    async with opened(tmp_path, ADMIN_USER_IDS=str(ADA)) as world:
        ada = world.person()
        _, *others = await people_known(world, 3)
        ask = await previewed(ada)
        away = telegram_error(500, "Internal Server Error")
        world.telegram.faults.add(on="sendMessage", reply=away, times=TRIES)
        await press(world, ada, ask, "Send it")
        await world.until(lambda: is_told(ada), timeout_s=3000)
        assert "not reached: 1." in ada.sees[-1]
        assert [each.sees for each in others] == [[TEXT], [TEXT]]


async def test_a_person_who_could_not_be_read_ended_the_bot_for_everybody(tmp_path: Path) -> None:
    def spoil(tx: Transaction) -> None:
        row = tx.get(PEOPLE, FIRST)
        assert row is not None
        tx.update(row, row._replace(limits="{"))

    async with opened(tmp_path, ADMIN_USER_IDS=str(ADA)) as world:
        ada, _ = world.person(), await people_known(world, 1)
        ask = await previewed(ada)
        assert world.process is not None
        await world.process.store.backend.write(spoil)
        with capture_logs() as lines:
            await press(world, ada, ask, "Send it")
            await world.until(lambda: "broadcast.broke" in [line["event"] for line in lines])
        ada.sends("Still there?")
        assert "Still there?" in (await ada.hears())[-1].text
