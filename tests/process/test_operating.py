"""The running bot as its operator sees it: its pages and its log."""

import json
import re
from csv import DictReader
from io import StringIO
from typing import Any

from snapthread_sandbox.faults import drops, not_json, openai_error, telegram_error
from tests.line.photos import photo
from tests.process.bot import Bot
from tests.process.town import ADMIN, Town, hears

STEPS = ["image.downloaded", "image.prepared", "file.intended", "file.uploaded"]


def test_the_pages_say_that_it_lives_and_count_what_it_does(town: Town) -> None:
    async def story() -> None:
        bot = await town.bot()
        ada = town.newcomer()
        ada.sends("Count this")
        await hears(ada)
        assert await bot.page("/healthz") == (200, '{"alive": true}')
        status, ready = await bot.page("/readyz")
        assert status == 200
        assert 0 <= json.loads(ready)["last_poll_s"] < 90
        status, metrics = await bot.page("/metrics")
        assert status == 200
        assert 'snapthread_turns_total{outcome="answered",reason=""}' in metrics
        assert "snapthread_ready 1.0" in metrics
        assert re.search(r"snapthread_last_answer_age_seconds [\d.]+", metrics)
        assert "process_start_time_seconds" in metrics
        assert f'"{ada.id}"' not in metrics  # a number of seconds may hold the same digits

    town.play(story)


def test_the_admin_page_tells_who_knows_its_token_what_people_used(town: Town) -> None:
    async def story() -> None:
        bot = await town.bot()
        ada = town.newcomer()
        ada.sends_photo(photo("blue"), caption="What does this cost?")
        await hears(ada)
        assert (await bot.page("/admin/people.csv"))[0] == 401
        status, people = await bot.page("/admin/people.csv", token=ADMIN)
        assert status == 200
        (row,) = [row for row in DictReader(StringIO(people)) if row["user_id"] == str(ada.id)]
        assert (row["messages"], row["images"]) == ("1", "1")
        assert int(row["image_tokens"]) == 96  # 320 by 240: 10 by 8 patches, times 1.2
        assert float(row["cost_dollars"]) > 0
        status, page = await bot.page("/admin", token=ADMIN)
        assert status == 200
        assert "What does this cost?" not in page
        assert "Ready" in page
        assert "up for" in page
        assert not town.leaks

    town.play(story)


def test_readiness_says_why_not_and_comes_back(town: Town) -> None:
    async def story() -> None:
        bot = await town.bot()
        ada = town.newcomer()
        away = telegram_error(502, "Bad Gateway")
        rule = town.telegram.faults.add(on="getUpdates", reply=away, times=None)
        ada.sends("Is anybody there?")
        await town.until(lambda: rule.used)
        status, why = await bot.page("/readyz")
        assert status == 503
        assert "telegram" in why
        rule.end()
        await bot.ready()
        await hears(ada)

    town.play(story)


def test_the_steps_of_an_image_are_logged_and_tied_together(town: Town) -> None:
    async def story() -> None:
        bot = await town.bot()
        ada = town.newcomer()
        ada.sends_photo(photo("green"), caption="Is this the way?")
        await hears(ada)
        ada.sends("/reset")
        await hears(ada)
        (done,) = (event for event in said_of(bot, "turn.done") if event["user"] == ada.id)
        steps = [event for event in bot.events if event.get("turn") == done["turn"]]
        assert [event["event"] for event in steps if event["event"] in STEPS] == STEPS
        (file,) = {event["file"] for event in steps if "file" in event}
        await town.until(lambda: file in {event["file"] for event in said_of(bot, "file.deleted")})
        life = [event["event"] for event in bot.events if event.get("file") == file]
        assert life == ["file.intended", "file.uploaded", "file.retired", "file.deleted"]
        assert all("ms" in event for event in steps if event["event"] in (STEPS[0], STEPS[1]))

    town.play(story)


def test_trouble_is_logged_without_a_secret(town: Town) -> None:
    async def story() -> None:
        bot = await town.bot()
        ada, words = town.newcomer(), "The plan is to meet at noon"
        town.telegram.faults.add(on="file", reply=drops())
        town.telegram.faults.add(on="sendMessage", reply=drops())
        town.openai.faults.add(on="POST /files", reply=not_json(body=words.encode()))
        town.openai.faults.add(on="POST /responses", reply=drops())
        town.openai.faults.add(on="POST /responses", reply=openai_error(400, f"Bad: {words}"))
        ada.sends_photo(photo("red"), caption=words)
        (sentence,) = await hears(ada)
        assert "not available right now" in sentence
        assert said_of(bot, "trouble")
        assert not town.leaks

    town.play(story)


def said_of(bot: Bot, name: str) -> list[dict[str, Any]]:
    return [event for event in bot.events if event["event"] == name]
