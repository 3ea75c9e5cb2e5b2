"""Servers without a file service, over HTTP: images lie in our own store; the talk is the same."""

import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from snapthread_sandbox.faults import replies
from snapthread_sandbox.openai.azure import Azure, filter_refusal
from snapthread_sandbox.openai.scripted_model import Answer
from snapthread_sandbox.openai.servers import Pictures
from tests.doctor.clinic import names_both_halves
from tests.line.photos import photo
from tests.process.bot import Bot
from tests.process.town import Town, hears
from tests.process.whole_talk import the_whole_talk

LOOKS = {"OPENAI_SEES": "auto", "IMAGE_TRANSPORT": "auto"}


async def look(town: Town, **settings: str) -> Bot:
    """A bot that finds out by itself how the server sees."""
    town.model.says(names_both_halves)
    town.bots.append(town.starts(cold=False, **settings))
    await town.bots[-1].ready()
    return town.bots[-1]


async def ill(town: Town, **settings: str) -> dict[str, str]:
    """Everything that the doctor finds broken."""
    _, out, _ = await town._run_command(("doctor", "--json"), settings)
    checks = json.loads(out)["checks"]
    return {check["name"]: check["say"] for check in checks if check["ok"] is False}


def test_the_whole_talk_goes_without_a_file_service(town: Town) -> None:
    async def story() -> None:
        await town.end_bots()
        town.openai.has_files, town.openai.pictures = False, Pictures.FILE_IDS_DROPPED
        try:
            bot = await look(town, **LOOKS)
            (event,) = [event for event in bot.events if event["event"] == "sight.checked"]
            assert event["transport"] == "inline"
            await the_whole_talk(town, lambda: look(town, **LOOKS), kills=1)
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
            await the_whole_talk(town, lambda: look(town, **azure), kills=1)
            ada = town.newcomer()
            said = {"error": filter_refusal().body}
            town.openai.faults.add(on="POST /responses", reply=replies(said, status=400))
            ada.sends("Something fierce")
            (told,) = await hears(ada)
            assert told.startswith("The assistant is not allowed to answer this")
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
