"""Servers without a file service, over HTTP: images lie in our own store; the talk is the same."""

import json
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from snapthread.store.folder import images_of
from snapthread_sandbox.faults import replies
from snapthread_sandbox.openai.azure import Azure, filtered
from snapthread_sandbox.openai.scripted_model import Answer
from snapthread_sandbox.openai.servers import Pictures
from snapthread_sandbox.telegram.people import Person
from tests.doctor.clinic import names_both_halves
from tests.line.photos import album, photo
from tests.line.test_inline import shown
from tests.process.bot import Bot
from tests.process.town import Town, heard, hears

LOOKS = {"OPENAI_SEES": "auto", "IMAGE_TRANSPORT": "auto"}


async def look(town: Town, **settings: str) -> Bot:
    """A bot that finds out by itself how the server sees."""
    town.model.says(names_both_halves)
    town.bots.append(town.starts(cold=False, **settings))
    await town.bots[-1].ready()
    return town.bots[-1]


async def the_talk(town: Town, restart: Callable[[], Awaitable[object]]) -> Person:
    """Words, captions, three in sequence, an album of ten, a reply, a restart, a kill, `/reset`."""
    ada = town.newcomer()
    ada.sends("Good morning")
    assert await hears(ada) == ["You said: Good morning"]
    first = ada.sends_photo(photo("red"), caption="One?")
    assert "red" in (await hears(ada))[0]
    for colour in ("green", "blue"):
        ada.sends_photo(photo(colour))
        assert colour in (await hears(ada))[0]
    assert len(shown(town.last_request)) == 3
    ada.sends("This one?", reply_to=first)
    await hears(ada)
    assert len(shown(town.last_request)) == 3
    town.bots[-1].terminate()
    assert await town.bots[-1].ended() == 0
    await restart()
    ada.sends("Still there?")
    assert "red" in (await hears(ada))[0]
    ada.sends_album(album(10), caption="And these?")
    await town.until(lambda: town.openai.requests[-1].at and len(_kept(town)) >= 5)
    town.bots[-1].kill()
    await town.bots[-1].ended()
    await restart()
    await hears(ada)
    ada.sends("How many?")
    await hears(ada)
    assert 10 <= len(shown(town.last_request)) <= 12
    return ada


def _kept(town: Town) -> list[Path]:
    folder = images_of(town.folder / "data" / "snapthread.db")
    return list(folder.iterdir()) if folder.exists() else []


async def ill(town: Town, **settings: str) -> dict[str, str]:
    """What the doctor finds broken."""
    _, out, _ = await town._run_command(("doctor", "--json"), settings)
    checks = json.loads(out)["checks"]
    return {check["name"]: check["say"] for check in checks if check["ok"] is False}


async def vanishes(town: Town, ada: Person) -> None:
    """A vanished image costs no failed request here."""
    for path in _kept(town):
        path.unlink()
    asked = len(town.openai.requests)
    ada.sends("Look again")
    await hears(ada)
    assert len(town.openai.requests) == asked + 1
    assert len(shown(town.last_request)) >= 10


async def resets(town: Town, ada: Person) -> None:
    ada.sends("/reset")
    await heard(ada)
    await town.until(lambda: not _kept(town))
    ada.sends("Fresh")
    assert await hears(ada) == ["You said: Fresh"]
    assert len(town.last_request.body["input"]) == 1


def test_the_whole_talk_goes_without_a_file_service(town: Town) -> None:
    async def story() -> None:
        await town.end_bots()
        town.openai.has_files, town.openai.pictures = False, Pictures.FILE_IDS_DROPPED
        try:
            bot = await look(town, **LOOKS)
            (event,) = [event for event in bot.events if event["event"] == "sight.checked"]
            assert event["transport"] == "inline"
            ada = await the_talk(town, lambda: look(town, **LOOKS))
            await vanishes(town, ada)
            await resets(town, ada)
            await town.end_bots()
        finally:
            town.openai.has_files, town.openai.pictures = True, Pictures.SEEN

    town.play(story)


def test_the_whole_talk_goes_through_azure(town: Town) -> None:
    """Its address, its key's header, a deployment for a model, and its content filter."""

    async def story() -> None:
        await town.end_bots()
        azure = {
            **LOOKS,
            "OPENAI_BASE_URL": town.settings["OPENAI_BASE_URL"].replace("/v1", "/openai/v1"),
            "OPENAI_MODEL": "our-deployment",
        }
        town.openai.azure = Azure({"our-deployment": "gpt-6-luna"})
        try:
            await look(town, **azure)
            ada = await the_talk(town, lambda: look(town, **azure))
            await vanishes(town, ada)
            said = {"error": filtered().body}
            town.openai.faults.add(on="POST /responses", reply=replies(said, status=400))
            ada.sends("Something fierce")
            (told,) = await hears(ada)
            assert told.startswith("The assistant is not allowed to answer this")
            await resets(town, ada)
            await town.end_bots()
            assert town.openai.counts["POST /files"] > 0  # the look's own, refused
            town.model.otherwise = Answer(text=names_both_halves)
            assert await ill(town, **azure) == {}
        finally:
            town.openai.azure = None

    town.play(story)


@pytest.mark.parametrize("level", ["DEBUG"])
def test_no_base64_of_an_image_is_written_anywhere_else(town: Town, level: str) -> None:
    async def story() -> None:
        await town.end_bots()
        more: dict[str, Any] = {"IMAGE_TRANSPORT": "inline", "LOG_LEVEL": level}
        town.bots.append(town.starts(**more))
        await town.bots[-1].ready()
        ada = town.newcomer()
        ada.sends_photo(photo("purple"), caption="See")
        await hears(ada)
        middle = str(town.last_request.body).partition(";base64,")[2][40:160]
        assert len(middle) == 120
        await town.end_bots()
        assert middle not in town.bots[-1].log
        with closing(sqlite3.connect(town.folder / "data" / "snapthread.db")) as db:
            assert middle not in "\n".join(db.iterdump())

    town.play(story)
