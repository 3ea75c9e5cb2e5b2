"""Limits: who is over one hears it by name, before anything is downloaded; what broke off is
charged for what it cost."""

import asyncio
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from snapthread.adapters.telemetry.labels import LABELS
from snapthread.limits import LEASE_S
from snapthread.model import Destination, OutgoingMessage, Usage, private_conversation
from snapthread.model.quotas import Amounts, Limits, Spending
from snapthread.model.usage import STALE, SentImage, TurnRecord
from snapthread.store import Store
from snapthread.texts.numbers import dollars
from snapthread_sandbox.faults import Fault, cuts_stream, out_of_credit, server_error, slow
from snapthread_sandbox.openai.scripted_model import Answer
from snapthread_sandbox.telegram.people import Person
from tests import virtual
from tests.line.photos import album, photo
from tests.line.world import World, at, opened, play

ADA, BORIS = 1001, 1002
WORDS = " ".join(f"word{number}" for number in range(60))


async def records(world: World) -> tuple[TurnRecord, ...]:
    assert world.process is not None
    return await world.process.store.records_after(at().replace(year=2000), "", limit=10_000)


async def spent(world: World, user_id: int = ADA) -> Spending:
    assert world.process is not None
    return await world.process.bot.quotas.spending(user_id)


def downloads(world: World) -> int:
    return sum(call.method == "getFile" for call in world.telegram.calls)


# ---------------------------------------------------------------- admission


async def test_of_fifty_photos_against_a_limit_of_ten_exactly_ten_are_answered(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, USER_DAILY_IMAGES="10") as world:
        ada = world.person()
        for _ in range(50):
            ada.sends_photo(photo())
        said = await ada.hears(50)
        refused = [message.text for message in said if "more than today's limit" in message.text]
        assert len(refused) == 40
        (sentence,) = set(refused)
        assert sentence == (
            "That is more than today's limit allows: 10 images a day, 10 used so far, 1 in this"
            " message. The limit resets at 00:00 UTC on 2026-11-13."
        )
        assert (downloads(world), world.openai.counts["POST /files"]) == (10, 10)
        assert len(world.requests) == 10
        await world.rests()
        outcomes = Counter(record.outcome for record in await records(world))
        assert outcomes == {"answered": 10, "refused": 40}


async def test_an_album_is_admitted_whole_or_refused_whole(tmp_path: Path) -> None:
    async with opened(tmp_path, USER_DAILY_IMAGES="3") as world:
        ada = world.person()
        ada.sends_album(album(4), caption="Which?")
        (refused,) = await ada.hears()
        assert "3 images a day, 0 used so far, 4 in this message" in refused.text
        assert (downloads(world), len(world.requests)) == (0, 0)
        ada.sends_album(album(3), caption="Which?")
        (answered,) = await ada.hears()
        assert "[photo 3]" in answered.text


async def test_parts_that_come_late_are_refused_and_the_others_answered(tmp_path: Path) -> None:
    async with opened(tmp_path, USER_DAILY_IMAGES="1") as world:
        ada = world.person()
        name = ada.new_album()
        world.telegram.faults.add(on="file", reply=slow(3.0))
        ada.sends_photo(photo("red"), album=name)
        await world.until(lambda: world.telegram.faults.rules[0].used == 1)
        ada.sends_photo(photo("blue"), album=name)
        told, answer = await ada.hears(2)
        assert "1 image a day, 1 used so far, 1 in this message" in told.text
        assert "([photo 1]): 320x240, red" in answer.text
        assert len(world.requests[0].file_ids) == 1
        assert (await spent(world)).day.images == 1


async def test_messages_are_counted_by_questions_and_commands_are_free(tmp_path: Path) -> None:
    async with opened(tmp_path, USER_DAILY_MESSAGES="2") as world:
        ada = world.person(language_code="ru")
        ada.sends("/help")
        ada.sends_album(album(3))
        ada.sends("И?")
        ada.sends("А?")
        *_, refused = await ada.hears(4)
        assert refused.text == (
            "Лимит на сегодня исчерпан: использовано 2 из 2 сообщений."
            " Лимит обновится 13.11.2026 в 00:00 UTC."
        )
        assert len(world.requests) == 2


async def test_admins_have_no_limits_and_are_counted(tmp_path: Path) -> None:
    async with opened(tmp_path, USER_DAILY_MESSAGES="1", ADMIN_USER_IDS=str(ADA)) as world:
        ada = world.person()
        for _ in range(3):
            ada.sends("Hello")
        said = await ada.hears(3)
        assert {message.text for message in said} == {"You said: Hello"}
        assert (await spent(world)).day.messages == 3


async def test_a_day_later_there_is_room_again(tmp_path: Path) -> None:
    async with opened(tmp_path, USER_DAILY_MESSAGES="1") as world:
        ada = world.person()
        ada.sends("One")
        ada.sends("Two")
        await ada.hears(2)
        await world.sleeps(86_400)
        ada.sends("Three")
        (answer,) = await ada.hears()
        assert answer.text == "You said: Three"


def test_a_question_that_could_cost_too_much_is_not_asked(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        ada, boris = world.person(), world.person(BORIS, language_code="ru")
        ada.sends("Hello")
        (answer,) = await ada.hears()
        boris.sends_photo(photo())
        (refused,) = await boris.hears()
        assert answer.text == "You said: Hello"
        assert refused.text.startswith(
            "На этот вопрос не хватит бюджета бота на месяц: лимит 0,0255\u00a0$,"
        )
        assert downloads(world) == 0
        assert len(world.requests) == 1

    # The longest answer is 24,576 micro-dollars, what stands around a question 600, a photo 192.
    play(story, tmp_path, BOT_MONTHLY_COST_USD="0.0255")


def test_what_the_conversation_adds_to_a_question_is_reserved_too(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        ada, boris = world.person(), world.person(BORIS)
        world.model.says("Yes.")
        ada.sends("word " * 800)
        await ada.hears()
        boris.sends("Go on")
        (answer,) = await boris.hears()
        ada.sends("Go on")
        (refused,) = await ada.hears()
        assert answer.text == "You said: Go on"
        assert "more than you have left today" in refused.text

        assert (await spent(world)).day.cost_micros < 28_500 - 25_200

    # The longest answer and what stands around a question are 25,200; the conversation is 2,000.
    play(story, tmp_path, USER_DAILY_COST_USD="0.0285")


def test_an_admin_reserves_as_much_as_anybody(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        ada = world.person()
        world.model.says("Yes.")
        ada.sends("word " * 800)
        await ada.hears()
        await world.rests()
        before = (await spent(world)).bot_month.cost_micros
        await asked_slowly(world, ada)
        assert (await spent(world)).bot_month.cost_micros - before > 25_200 + 1500

    # The longest answer and what stands around a question are 25,200; the conversation is 2,000.
    play(story, tmp_path, STREAMING="draft", BOT_MONTHLY_COST_USD="1", ADMIN_USER_IDS=str(ADA))


async def test_what_runs_at_once_never_passes_a_limit_together(tmp_path: Path) -> None:
    async with opened(tmp_path, BOT_MONTHLY_COST_USD="0.11") as world:
        people = [world.person(ADA + number) for number in range(20)]
        world.model.otherwise = Answer(text=WORDS, between_s=0.5)
        for person in people:
            person.sends("Hello")
        for person in people:
            await person.hears()
        assert len(world.requests) == 4
        await world.rests()
        assert (await spent(world)).bot_month.cost_micros < 100_000


def test_a_refused_question_leaves_the_conversation_as_it_was(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        ada = world.person()
        ada.sends("My cat is called Mia.")
        await ada.hears()
        large = photo(size=(1500, 1500))
        ada.sends_album([large, large], caption="Which?")
        (refused,) = await ada.hears()
        ada.sends("What is my cat called?")
        await ada.hears()
        assert "more than today's limit" in refused.text
        assert "My cat is called Mia" in str(world.requests[-1].body)

    # The album would not fit in a request together with what was said before.
    limits = {"USER_DAILY_IMAGES": "1", "USER_DAILY_COST_USD": "100"}
    play(story, tmp_path, CONTEXT_MAX_TOKENS="4000", **limits)


def test_the_operators_instructions_are_reserved_too(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        ada = world.person()
        ada.sends("Hello")
        (refused,) = await ada.hears()
        assert "more than you have left today" in refused.text
        assert world.requests == []

    # The longest answer is 24,576 micro-dollars, the instructions are 4,000.
    instructions = "Be kind. " * 888
    play(story, tmp_path, USER_DAILY_COST_USD="0.0275", ASSISTANT_INSTRUCTIONS=instructions)


# ---------------------------------------------------------------- what broke off


async def asked_slowly(world: World, ada: Person, text: str = "Tell me") -> None:
    """Some of the answer is there, and more is to come."""
    world.model.says(WORDS, between_s=0.2)
    ada.sends(text)
    await world.until(lambda: "word9" in (ada.chat.draft.text if ada.chat.draft else ""))


async def test_a_stopped_answer_is_charged_for_what_was_said(tmp_path: Path) -> None:
    async with opened(tmp_path, STREAMING="draft") as world:
        ada = world.person()
        await asked_slowly(world, ada)
        ada.presses_stop()
        await ada.hears()
        await world.rests()
        (record,) = await records(world)
        assert (record.outcome, record.reason, record.usage) == ("answered", "stopped", Usage())
        assert record.estimated.output_tokens >= 10
        assert (await spent(world)).day.cost_micros == record.cost_micros


async def test_instructions_are_part_of_what_a_stopped_answer_cost(tmp_path: Path) -> None:
    async with opened(
        tmp_path, STREAMING="draft", ASSISTANT_INSTRUCTIONS="Be kind. " * 888
    ) as world:
        ada = world.person()
        await asked_slowly(world, ada)
        ada.presses_stop()
        await ada.hears()
        await world.rests()
        (record,) = await records(world)
        assert record.estimated.input_tokens > 2000


async def test_a_broken_stream_is_charged_as_well_as_the_answer_after_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.faults.add(on="POST /responses", reply=cuts_stream(after=6))
        ada.sends("one two three four five six seven eight")
        await ada.hears()
        await world.rests()
        (record,) = await records(world)
        assert (record.outcome, record.requests) == ("answered", 2)
        assert record.estimated.input_tokens > 0
        assert record.usage.input_tokens == world.openai.tokens["input_tokens"]
        assert record.cost_micros == sum(
            usage.input_tokens + 6 * usage.output_tokens
            for usage in (record.usage, record.estimated)
        )


@pytest.mark.parametrize("fault", [server_error(), out_of_credit()])
async def test_what_openai_refuses_costs_nothing_and_the_message_may_come_again(
    tmp_path: Path, fault: Fault
) -> None:
    async with opened(tmp_path, USER_DAILY_MESSAGES="1") as world:
        ada = world.person()
        rule = world.openai.faults.add(on="POST /responses", reply=fault, times=None)
        ada.sends_photo(photo())
        await ada.hears()
        rule.end()
        await world.rests()
        await asyncio.sleep(1)
        assert (await spent(world)).day == Amounts()
        ada.sends_photo(photo())
        (answer,) = await ada.hears()
        assert "320x240" in answer.text
        failed, _ = await records(world)
        assert (failed.outcome, failed.cost_micros, failed.images) == ("failed", 0, 1)


async def test_a_reset_charges_what_the_answer_had_cost(tmp_path: Path) -> None:
    async with opened(tmp_path, STREAMING="draft") as world:
        ada = world.person()
        await asked_slowly(world, ada)
        ada.sends("/reset")
        await ada.hears()
        await world.rests()
        (record,) = await records(world)
        assert (record.outcome, record.reason) == ("interrupted", "broke_off")
        assert 10 <= record.estimated.output_tokens < 100
        assert (await spent(world)).day == Amounts(messages=1, cost_micros=record.cost_micros or 0)


async def test_what_broke_off_is_in_the_metrics_as_in_the_records(tmp_path: Path) -> None:
    async with opened(tmp_path, STREAMING="draft") as world:
        ada = world.person()
        await asked_slowly(world, ada)
        with capture_logs() as events:
            ada.sends("/reset")
            await ada.hears()
            await world.rests()
        (record,) = await records(world)
        (event,) = [event for event in events if event["event"] == "turn.done"]
        assert (event["outcome"], event["reason"]) == ("interrupted", "broke_off")
        assert event["cost_micros"] == record.cost_micros
        assert event["reason"] in LABELS["reason"]


async def test_an_answer_that_a_restart_interrupts_counts_one_message(tmp_path: Path) -> None:
    async with opened(tmp_path, STREAMING="draft", USER_DAILY_MESSAGES="1") as world:
        ada = world.person()
        world.model.says(WORDS, between_s=10.0)
        ada.sends("Tell me")
        await world.until(lambda: len(world.requests) == 1)
        await world.restart()
        (answer,) = await ada.hears()
        assert answer.text == "You said: Tell me"
        await world.rests()
        second, first = sorted(await records(world), key=lambda record: record.outcome)
        assert (first.outcome, second.outcome) == ("interrupted", "answered")
        day = (await spent(world)).day
        assert day.messages == 1
        assert day.cost_micros == (first.cost_micros or 0) + (second.cost_micros or 0)
        assert first.estimated.input_tokens > 0


async def test_a_kill_is_charged_as_reserved(tmp_path: Path) -> None:
    async with opened(tmp_path, STREAMING="draft") as world:
        ada = world.person()
        await asked_slowly(world, ada)
        assert world.process is not None
        await world.process.kill()
        await world.start()
        await ada.hears()
        await world.rests()
        first, second = await records(world)
        assert (first.outcome, first.reason, first.messages) == ("interrupted", "lost", 0)
        assert first.estimated.output_tokens == 4096
        assert (second.outcome, second.messages) == ("answered", 1)
        assert (await spent(world)).day.messages == 1


async def test_after_an_hour_of_nothing_the_question_still_counts_once(tmp_path: Path) -> None:
    async with opened(tmp_path, STREAMING="draft", USER_DAILY_MESSAGES="1") as world:
        ada = world.person()
        await asked_slowly(world, ada)
        assert world.process is not None
        await world.process.kill()
        virtual.jump(2 * STALE.total_seconds())
        await world.start()
        await ada.hears()
        await world.rests()
        first, second = await records(world)
        assert (first.reason, first.messages, second.messages) == ("lost", 0, 1)
        assert (await spent(world)).day.messages == 1


async def test_housekeeping_charges_what_a_process_that_died_had_reserved(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        assert world.process is not None
        await world.process.kill()
        store = await Store.open(world.folder / "bot.db")
        key, to = private_conversation(ADA), Destination(chat_id=ADA)
        await store.enqueue(key, to, OutgoingMessage(text="Good morning."), at())
        claim = await store.claim(at(), lease_s=LEASE_S)  # of no question, so none is asked again
        assert claim is not None
        await store.mark_sent(claim, claim.outbox[0])
        lost = TurnRecord(id="r", at=at(), user_id=ADA, model="m", outcome="interrupted")
        await store.reserve(claim, at(), payer="p", estimate=lost, limits=Limits())
        await store.close()
        await world.start()
        await asyncio.sleep(STALE.total_seconds() + 120)
        assert await records(world) == (lost,)


# ---------------------------------------------------------------- records


async def test_a_record_tells_the_whole_turn_and_no_content(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        parts = album(2)
        parts[1] = parts[1][:200]
        ada.sends_album(parts, caption="Which secret?")
        await ada.hears(2)
        await world.rests()
        (record,) = await records(world)
        assert (record.user_id, record.model, record.messages, record.images) == (
            ADA,
            "gpt-6-luna",
            1,
            2,
        )
        assert record.sent == (
            SentImage(kind="photo", format="JPEG", width=320, height=240),
            SentImage(kind="photo", fault="unreadable"),
        )
        assert record.bytes_in == len(parts[0]) + len(parts[1])
        assert record.bytes_uploaded == len(parts[0])
        assert (record.requests, record.images_in_requests) == (1, 1)
        assert record.image_tokens == 96  # 10 x 8 patches of 32 pixels, 1.2 tokens each
        stages = asdict(record.stages)
        assert [name for name, ms in stages.items() if ms is None] == []
        assert stages["delivered"] >= stages["finished"] >= stages["first_token"]
        assert "secret" not in str(record)


async def test_a_restored_image_is_counted(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_photo(photo())
        await ada.hears()
        world.openai.vanish(next(iter(world.files)))
        await asyncio.sleep(1)
        ada.sends("And now?")
        await ada.hears()
        await world.rests()
        _, record = await records(world)
        assert (record.restored, record.requests, record.images) == (1, 2, 0)
        assert record.images_in_requests == 2
        assert record.bytes_uploaded == len(photo())


async def test_a_stranger_and_a_dice_leave_a_record_that_counts_nothing(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, ALLOWED_TELEGRAM_USER_IDS=str(ADA)) as world:
        ada, boris = world.person(), world.person(BORIS)
        ada.sends_dice()
        boris.sends("Hello")
        ada.sends("/help")
        await ada.hears(2)
        await boris.hears()
        await world.rests()
        told = {(record.outcome, record.reason, record.messages) for record in await records(world)}
        assert told == {("refused", "unsupported", 0), ("refused", "stranger", 0)}


async def test_what_nobody_asked_in_a_group_leaves_no_record(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada, group = world.person(), world.telegram.group()
        world.telegram.has_privacy = False
        ada.sends("what is this?", to=group)
        ada.sends("Hello")
        await ada.hears()
        await world.rests()
        assert [record.outcome for record in await records(world)] == ["answered"]


# ---------------------------------------------------------------- /usage


def test_usage_tells_today_this_month_what_is_left_and_what_is_stored(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        ada = world.person()
        ada.sends_photo(photo())
        await ada.hears()
        await world.sleeps(86_400)
        ada.sends("Hello")
        await ada.hears()
        (_, first), (_, second) = [
            (record.id, record.cost_micros or 0) for record in await records(world)
        ]
        ada.sends("/usage")
        (told,) = await ada.hears()
        assert told.text == (
            f"Today (UTC): 1 message, 0 images, {dollars(second)}.\n"
            f"This month: 2 messages, 1 image, {dollars(first + second)}.\n"
            f"Left: 4 messages today, 2 images today, {dollars(1_000_000 - second)} today.\n"
            "Your files: 0.0 of 5 MB."
        )

    limits = {"USER_DAILY_MESSAGES": "5", "USER_DAILY_IMAGES": "2", "USER_DAILY_COST_USD": "1"}
    play(story, tmp_path, USER_STORAGE_MB="5", **limits)


async def test_usage_in_russian_without_limits(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person(language_code="ru")
        ada.sends("/usage")
        (told,) = await ada.hears()
        assert told.text == (
            "Сегодня (по UTC): 0 сообщений, 0 изображений, 0,00\u00a0$.\n"
            "В этом месяце: 0 сообщений, 0 изображений, 0,00\u00a0$.\n"
            "Для вас лимитов нет.\n"
            "Ваши файлы: 0,0 МБ."
        )
