"""Bounds of a request: the question whole or not at all, the past only where it fits."""

from pathlib import Path
from typing import Any

import pytest

from snapthread.model import Usage
from snapthread_sandbox.faults import Fault, drops, hangs, openai_error, rate_limited
from snapthread_sandbox.openai.scripted_model import Incomplete, Refusal
from tests.line.photos import album, photo
from tests.line.test_limits import records, spent
from tests.line.world import World, opened

ENDINGS = (Refusal(text="I will not."), None, Incomplete(reason="max_output_tokens"))
TOO_LONG = openai_error(400, "exceeds the context window", code="context_length_exceeded")


# ---------------------------------------------------------------- the question


async def test_a_paste_larger_than_the_context_is_a_sentence_before_it_costs(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, CONTEXT_MAX_TOKENS="4000") as world:
        ada = world.person()
        for part in range(6):
            ada.sends(f"{part} " + "word " * 818)
        (told,) = await ada.hears()
        assert told.text.startswith("This message alone is longer")
        await world.rests()
        assert not world.requests
        assert (await spent(world)).day.messages == 0


async def test_an_album_larger_than_the_window_is_refused_before_anything_is_uploaded(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, IMAGE_WINDOW="3") as world:
        ada = world.person()
        ada.sends_album(album(5))
        (told,) = await ada.hears()
        assert told.text == "I can look at 3 images at once. Please send fewer together."
        assert world.openai.counts["POST /files"] == 0
        ada.sends_album(album(3))
        (answer,) = await ada.hears()
        assert len(world.requests[-1].file_ids) == 3
        assert answer.text.count("Image") == 3


# ---------------------------------------------------------------- a photo replied to


async def _left_behind(world: World) -> None:
    ada = world.person()
    for number in range(8):
        world.model.says("a" * 2000)
        ada.sends(f"{number} " + "b" * 2000)
        await ada.hears()
    assert world.requests[-1].file_ids == ()


async def test_a_photo_that_the_context_bound_left_behind_comes_back_with_a_reply(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, CONTEXT_MAX_TOKENS="4000") as world:
        ada = world.person()
        first = ada.sends_photo(photo("red"))
        await ada.hears()
        await _left_behind(world)
        ada.replies_to(first, "Which colour?")
        (answer,) = await ada.hears()
        assert "([photo 1]): 320x240, red" in answer.text
        assert world.openai.counts["POST /files"] == 1
        ada.sends("Sure?")
        await ada.hears()
        assert len(world.requests[-1].file_ids) == 1


async def test_a_photo_that_comes_back_is_counted_by_the_window(tmp_path: Path) -> None:
    async with opened(tmp_path, CONTEXT_MAX_TOKENS="4000", IMAGE_WINDOW="2") as world:
        ada = world.person()
        first = ada.sends_photo(photo("red"))
        await ada.hears()
        await _left_behind(world)
        for colour in ("green", "blue"):
            ada.sends_photo(photo(colour))
            await ada.hears()
        ada.replies_to(first, "Which colour?")
        (answer,) = await ada.hears()
        assert "([photo 1]): 320x240, red" in answer.text
        assert len(world.requests[-1].file_ids) <= 2


# ---------------------------------------------------------------- the past


async def _talked(world: World, count: int = 6) -> None:
    ada = world.person()
    for number in range(count):
        ada.sends(f"Question {number}")
        await ada.hears()


async def _sizes(world: World) -> list[int]:
    return [len(request.body["input"]) for request in world.requests]


async def test_a_question_that_fails_for_its_length_forgets_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        await _talked(world)
        ada = world.person()
        rule = world.openai.faults.add(on="POST /responses", reply=TOO_LONG, times=None)
        ada.sends("Seven")
        (told,) = await ada.hears()
        assert told.text.startswith("Together with our conversation this is too long for me")
        rule.end()
        ada.sends("Eight")
        await ada.hears()
        assert (await _sizes(world))[-1] == 13


async def test_what_shortens_stays_where_the_shortened_request_succeeded(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        await _talked(world)
        ada = world.person()
        world.openai.faults.add(on="POST /responses", reply=TOO_LONG, times=2)
        ada.sends("Seven")
        await ada.hears()
        ada.sends("Eight")
        await ada.hears()
        *_, whole, half, quarter, after = await _sizes(world)
        assert (whole, half) == (13, 7)
        assert quarter < half
        assert after == quarter + 2


async def test_a_request_too_large_for_this_minute_is_a_rate_limit(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        await _talked(world)
        ada = world.person()
        told = "Request too large for gpt-6-luna on tokens per min (TPM): Limit 30000"
        large = openai_error(429, told, type="tokens", code="rate_limit_exceeded")
        world.openai.faults.add(on="POST /responses", reply=large)
        ada.sends("Seven")
        await ada.hears()
        assert (await _sizes(world))[-2:] == [13, 13]


# ---------------------------------------------------------------- what it costs


@pytest.mark.parametrize("ends", ["/stop", "/reset"])
async def test_a_question_ended_before_the_first_headers_is_counted(
    tmp_path: Path, ends: str
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        rule = world.openai.faults.add(on="POST /responses", reply=hangs(), times=None)
        ada.sends("Hello")
        await world.until(lambda: rule.used == 1)
        ada.sends(ends)
        await ada.hears()
        await world.rests()
        (record,) = await records(world)
        assert record.estimated.input_tokens > 0
        assert (await spent(world)).day.cost_micros == record.cost_micros


@pytest.mark.parametrize(
    ("fault", "is_counted"),
    [(hangs(), True), (drops(), True), (drops("refused"), False), (rate_limited(1), False)],
)
async def test_what_may_have_been_taken_is_counted(
    tmp_path: Path, fault: Fault, is_counted: bool
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.faults.add(on="POST /responses", reply=fault)
        ada.sends("Hello")
        await ada.hears(timeout_s=200)
        await world.rests()
        (record,) = await records(world)
        assert (record.estimated != Usage()) is is_counted


@pytest.mark.parametrize("ending", ENDINGS)
async def test_a_models_own_refusal_is_one_of_the_days_messages(
    tmp_path: Path, ending: Any
) -> None:
    """So is an answer without a word, and one whose tokens went on thoughts."""
    async with opened(tmp_path, USER_DAILY_MESSAGES="1") as world:
        ada = world.person()
        world.model.says("", ending=ending)
        ada.sends("One")
        await ada.hears()
        ada.sends("Two")
        (told,) = await ada.hears()
        assert "1 of 1 message used" in told.text


async def test_a_model_that_thought_until_nothing_was_left_says_so_to_the_admins(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, ADMIN_USER_IDS="7") as world:
        ada, admin = world.person(), world.person(7)
        admin.sends("/start")
        await admin.hears()
        world.model.says("", ending=Incomplete(reason="max_output_tokens"))
        ada.sends("Think hard")
        (told,) = await ada.hears()
        assert told.text.startswith("I used up all my room on thinking")
        (alert,) = await admin.hears()
        assert "OPENAI_MAX_OUTPUT_TOKENS" in alert.text


async def test_a_country_that_is_not_served_is_told_to_the_admins(tmp_path: Path) -> None:
    async with opened(tmp_path, ADMIN_USER_IDS="7") as world:
        ada, admin = world.person(), world.person(7)
        admin.sends("/start")
        await admin.hears()
        code = "unsupported_country_region_territory"
        fault = openai_error(403, "Country, region, or territory not supported", code=code)
        world.openai.faults.add(on="POST /responses", reply=fault)
        ada.sends("Hello")
        await ada.hears()
        (alert,) = await admin.hears()
        assert "Set OPENAI_PROXY" in alert.text
