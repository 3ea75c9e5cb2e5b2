"""Trouble at OpenAI and at Telegram: who hears what, and that the bot goes on."""

import asyncio
from pathlib import Path

import pytest

from snapthread.limits import ASK_RETRY_WITHIN_S
from snapthread_sandbox.faults import (
    Fault,
    cuts_stream,
    drops,
    flood,
    hangs,
    loses_reply,
    malformed_json,
    not_json,
    openai_error,
    out_of_credit,
    rate_limited,
    server_error,
    telegram_error,
)
from snapthread_sandbox.openai.scripted_model import Incomplete, Refusal
from tests.line.photos import photo
from tests.line.world import opened

PASSING: dict[str, Fault] = {
    "500": server_error(),
    "503": server_error(503),
    "429": rate_limited(3),
    "cut before": drops(),
    "reply lost": loses_reply(),
    "cut stream": cuts_stream(after=6),
    "ended stream": cuts_stream(after=6, ending="ended"),
    "hanging stream": cuts_stream(after=6, ending="hangs"),
    "a proxy's page": not_json(),
    "malformed": malformed_json(),
}


@pytest.mark.parametrize("name", PASSING)
async def test_passing_trouble_at_openai_is_waited_out(tmp_path: Path, name: str) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.faults.add(on="POST /responses", reply=PASSING[name], times=1)
        ada.sends("Hello")
        await world.until(lambda: ada.sees == ["You said: Hello"], timeout_s=120)


LASTING: dict[str, tuple[Fault, str]] = {
    "busy": (server_error(), "The assistant is very busy right now."),
    "out of credit": (out_of_credit(), "The assistant is not available right now."),
    "wrong key": (
        openai_error(401, "Incorrect API key provided", code="invalid_api_key"),
        "The assistant is not available right now.",
    ),
    "no such model": (
        openai_error(404, "The model does not exist", code="model_not_found"),
        "The model that answered here is not available any more.",
    ),
    "policy": (
        openai_error(400, "Invalid prompt", code="invalid_prompt"),
        "The assistant is not allowed to answer this.",
    ),
    "too long": (
        openai_error(400, "Your input exceeds the context window", code="context_length_exceeded"),
        "Together with our conversation this is too long",
    ),
}


SEND_IT_AGAIN = "Please send the photo again too: it was not kept."


@pytest.mark.parametrize("name", LASTING)
async def test_lasting_trouble_at_openai_is_a_sentence_and_the_photo_is_not_kept(
    tmp_path: Path, name: str
) -> None:
    fault, sentence = LASTING[name]

    async with opened(tmp_path) as world:
        ada = world.person()
        rule = world.openai.faults.add(on="POST /responses", reply=fault, times=None)
        ada.sends_photo(photo(), caption="What?")
        (said,) = await ada.hears(timeout_s=200)
        assert said.text.startswith(sentence)
        helps = [each["text"] for each in said.buttons] == ["Try again"]
        assert said.text.endswith(SEND_IT_AGAIN) is not helps
        await world.until(lambda: not world.files)
        rule.end()
        ada.sends("Hello")
        (answer,) = await ada.hears()
        assert answer.text == "You said: Hello"
        assert not world.requests[-1].file_ids


async def test_a_button_that_tries_again_brings_the_photo_along(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        rule = world.openai.faults.add(on="POST /responses", reply=out_of_credit(), times=None)
        ada.sends_photo(photo("red"), caption="What?")
        (said,) = await ada.hears(timeout_s=200)
        await world.until(lambda: not world.files)
        rule.end()
        ada.presses(said.buttons[0])
        await world.until(lambda: "red" in said.text)
        assert len(world.requests[-1].file_ids) == 1


async def test_an_upload_that_has_to_wait_for_minutes_is_a_sentence(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada, began = world.person(), world.telegram.world.now()
        world.openai.faults.add(on="POST /files", reply=rate_limited(300), times=1)
        ada.sends_photo(photo(), caption="What?")
        (said,) = await ada.hears(timeout_s=1000)
        assert said.buttons[0]["text"] == "Try again"
        assert world.telegram.world.now() - began <= ASK_RETRY_WITHIN_S


async def test_the_admins_are_told_once_an_hour_that_the_credit_is_spent(tmp_path: Path) -> None:
    async with opened(tmp_path, ADMIN_USER_IDS="7") as world:
        ada, admin = world.person(), world.person(7)
        admin.sends("/start")
        await admin.hears()
        world.openai.faults.add(on="POST /responses", reply=out_of_credit(), times=None)
        for _ in range(3):
            ada.sends("Hello")
            await ada.hears()
        (told,) = await admin.hears()
        assert "credit is spent" in told.text
        assert len(admin.sees) == 2


@pytest.mark.parametrize("is_there", [True, False])
async def test_the_operator_is_said_to_know_only_after_an_admin_was_reached(
    tmp_path: Path, is_there: bool
) -> None:
    async with opened(tmp_path, ADMIN_USER_IDS="7") as world:
        ada, admin = world.person(), world.person(7)
        if is_there:
            admin.sends("/start")
            await admin.hears()
        world.openai.faults.add(on="POST /responses", reply=out_of_credit(), times=None)
        said = []
        for _ in range(3):
            ada.sends("Hello")
            said += await ada.hears()
            await asyncio.sleep(10)
        claims = ["The operator has been told." in message.text for message in said]
        assert claims == [False, is_there, is_there]


async def test_an_alert_that_telegram_refused_is_not_said_to_have_been_read(tmp_path: Path) -> None:
    """Any later message to the admin counted as the alert."""
    async with opened(tmp_path, ADMIN_USER_IDS="7") as world:
        ada, admin = world.person(), world.person(7)
        world.telegram.faults.add(
            on="sendMessage",
            reply=telegram_error(400, "Bad Request: something is odd"),
            times=None,
            when=lambda sent: "credit is spent" in sent["text"],
        )
        admin.sends("/start")
        await admin.hears()
        world.openai.faults.add(on="POST /responses", reply=out_of_credit(), times=None)
        ada.sends("Hello")
        await ada.hears()
        await admin.hears()  # that a part is missing
        admin.sends("/help")
        await admin.hears()
        ada.sends("Hello?")
        (told,) = await ada.hears()
        assert "The operator has been told." not in told.text


async def test_an_alert_is_not_lost_with_the_process_that_left_it(tmp_path: Path) -> None:
    async with opened(tmp_path, ADMIN_USER_IDS="7") as world:
        ada, admin, process = world.person(), world.person(7), world.process
        admin.sends("/start")
        await admin.hears()
        world.openai.faults.add(on="POST /responses", reply=out_of_credit(), times=1)
        assert process is not None
        process.life.kill_at("store.enqueue", "after")
        ada.sends("Hello")
        await process.bury()
        await world.start()
        (told,) = await admin.hears()
        assert "credit is spent" in told.text


async def test_a_refusal_and_an_empty_answer_have_their_sentences(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.model.says("", ending=Refusal(text="I will not."))
        world.model.says("  ")
        ada.sends("One")
        ada.sends("Two")
        refused, empty = await ada.hears(2)
        assert refused.text.startswith("The assistant is not allowed to answer this.")
        assert empty.text.startswith("No answer came out this time.")


async def test_an_answer_cut_at_its_longest_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.model.says("Once upon a time", ending=Incomplete(reason="max_output_tokens"))
        ada.sends("A story")
        answer, note = await ada.hears(2)
        assert answer.text == "Once upon a time"
        assert note.text.startswith("(The answer was cut off here")


async def test_a_history_that_is_too_long_for_the_model_is_shortened(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        for text in ("One", "Two", "Three"):
            ada.sends(text)
        await ada.hears(3)
        too_long = openai_error(400, "exceeds the context window", code="context_length_exceeded")
        world.openai.faults.add(on="POST /responses", reply=too_long)
        ada.sends("Four")
        (answer,) = await ada.hears()
        assert answer.text == "You said: Four"
        sizes = [len(request.body["input"]) for request in world.requests]
        assert sizes[-1] < sizes[-2]


async def test_context_bound_leaves_older_turns_out_by_halves(tmp_path: Path) -> None:
    async with opened(tmp_path, CONTEXT_MAX_TOKENS="4000") as world:
        ada = world.person()
        for number in range(30):
            world.model.says("a" * 2000)
            ada.sends(f"{number} " + "b" * 2000)
            await ada.hears()
        sizes = [len(request.body["input"]) for request in world.requests]
        firsts = {str(request.body["input"][0]) for request in world.requests}
        assert max(sizes) <= 9
        assert len(firsts) <= 10  # the beginning stays the same for several questions


# ---------------------------------------------------------------- Telegram


@pytest.mark.parametrize(
    "fault", [flood(3), flood(100), telegram_error(502, "Bad Gateway"), drops(), not_json()]
)
async def test_an_answer_waits_for_telegram(tmp_path: Path, fault: Fault) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        began = world.telegram.world.now()
        world.telegram.faults.add(on="sendMessage", reply=fault)
        ada.sends("Hello")
        (answer,) = await ada.hears(timeout_s=300)
        assert answer.text == "You said: Hello"
        asked_to_wait = (fault.reply is not None) and b'"retry_after": 100' in fault.reply.body  # type: ignore[operator]
        assert world.telegram.world.now() - began >= (100 if asked_to_wait else 0)
        assert len(world.requests) == 1


async def test_somebody_who_blocked_the_bot_holds_nobody_up(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada, bob = world.person(1), world.person(2)
        world.model.says("For nobody", first_s=2.0)
        ada.sends("Hello")
        await world.until(lambda: len(world.requests) == 1)
        ada.blocks_bot()
        bob.sends("Hello")
        await bob.hears()
        assert world.process is not None
        worker = world.process.bot.worker
        await world.until(lambda: not worker.active)
        ada.unblocks_bot()
        ada.sends("Again")
        (answer,) = await ada.hears()
        assert answer.text == "You said: Again"


async def test_polling_goes_on_after_trouble(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        moved = telegram_error(400, "Bad Request: logged out")
        away = telegram_error(502, "Bad Gateway")
        for fault in (away, moved, malformed_json(), hangs(), flood(2)):
            world.telegram.faults.add(on="getUpdates", reply=fault)
        ada.sends("Hello")
        (answer,) = await ada.hears(timeout_s=400)
        assert answer.text == "You said: Hello"


async def test_a_webhook_set_by_somebody_is_taken_away(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        await world.telegram.call(world.telegram.token, "setWebhook", {"url": "https://x.test/h"})
        ada.sends("Hello")
        (answer,) = await ada.hears(timeout_s=200)
        assert answer.text == "You said: Hello"


async def test_another_poller_is_named_as_the_reason_until_it_is_gone(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        conflict = telegram_error(409, "Conflict: terminated by other getUpdates request")
        rule = world.telegram.faults.add(on="getUpdates", reply=conflict, times=None)
        ada.sends("Hello")
        assert world.process is not None
        line = world.process.bot
        await world.until(lambda: rule.used > 0)
        assert "another" in " ".join(await line.reasons()).lower()
        rule.end()
        await ada.hears()
        assert not await line.reasons()
