"""Sounds and films sent as files: measured first, as Telegram does not tell how long they are."""

from pathlib import Path
from typing import Any

import pytest

from snapthread_sandbox.faults import drops
from snapthread_sandbox.telegram.people import Person
from tests.line.photos import photo
from tests.line.test_limits import downloads, records
from tests.line.test_voice import SPOKEN, only_record, said_in, transcriptions
from tests.line.world import opened
from tests.media import sounds as made


def sends(ada: Person, content: bytes, name: str, mime: str | None, **how: Any) -> None:
    ada.sends_document(content, file_name=name, mime_type=mime, **how)


@pytest.mark.parametrize(
    ("content", "name", "mime", "ending"),
    [
        (made.wav(5), "note.wav", "audio/x-wav", "wav"),
        (made.mp3(5), "a lie.ogg", "application/octet-stream", "mp3"),
        (made.ogg(5), "memo.ogg", "audio/ogg", "ogg"),
        (made.flac(5), "tape", "audio/flac", "flac"),
        (made.mp4(5), "film.mp4", "video/mp4", "mp4"),
        (made.webm(5), "clip.webm", None, "webm"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 5 else "",
)
async def test_a_sound_sent_as_a_file_is_the_question(
    tmp_path: Path, content: bytes, name: str, mime: str | None, ending: str
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.transcriptions.says("Hello from the tape", seconds=5)
        sends(ada, content, name, mime, caption="Sum it up")
        quote, _ = await ada.hears(2)
        assert quote.text == "Hello from the tape"
        assert f"{SPOKEN}\nSum it up\nHello from the tape" in said_in(world)
        (heard,) = world.openai.transcriptions.requests
        assert (heard.file_name, heard.content) == (f"sound.{ending}", content)
        assert (await only_record(world)).voice_s == 5


async def test_of_a_film_sent_as_a_file_the_preview_is_seen(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.transcriptions.says("Look at my cat")
        sends(ada, made.mp4(5), "cat.mp4", "video/mp4", thumbnail=photo("blue"))
        still, quote, _ = await ada.hears(3)
        assert "one still frame" in still.text
        assert quote.text == "Look at my cat"
        assert len(world.files) == 1


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (made.wav(601), "I listen for 10 minutes at most."),
        (made.wav(0), "The recording is too short"),
        (made.mp4(0), "This recording is damaged, or of a kind"),
        (b"RIFF" + bytes(99), "This recording is damaged, or of a kind"),
    ],
    ids=["long", "empty", "tells nothing", "broken"],
)
async def test_what_is_measured_and_not_taken_is_told_and_costs_nothing(
    tmp_path: Path, content: bytes, told: str
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        sends(ada, content, "note.wav", "audio/wav")
        (answer,) = await ada.hears()
        assert answer.text.startswith(told)
        assert transcriptions(world) == 0
        assert (await only_record(world)).cost_micros == 0


async def test_its_seconds_are_reserved_before_it_is_transcribed(tmp_path: Path) -> None:
    async with opened(tmp_path, USER_DAILY_VOICE_MINUTES="1") as world:
        ada = world.person()
        sends(ada, made.wav(50), "one.wav", "audio/wav")
        await ada.hears(2)
        sends(ada, made.wav(20), "two.wav", "audio/wav")
        (answer,) = await ada.hears()
        assert "1 minute" in answer.text
        assert (transcriptions(world), len(world.requests)) == (1, 1)
        await world.rests()
        ends = {(record.outcome, record.reason) for record in await records(world)}
        assert ends == {("answered", ""), ("refused", "user_daily_voice")}


async def test_what_is_too_large_is_not_downloaded(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        sends(ada, made.wav(3), "one.wav", "audio/wav", file_size=30_000_000)
        (answer,) = await ada.hears()
        assert answer.text.startswith("The recording is larger than 20 MB.")
        assert downloads(world) == 0


async def test_what_may_have_been_billed_counts_as_long_as_it_was_measured(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.faults.add(on="POST /audio/transcriptions", reply=drops(), times=3)
        sends(ada, made.wav(7), "one.wav", "audio/wav")
        await ada.hears()
        assert (await only_record(world)).voice_s >= 7


async def test_without_a_model_it_has_the_sentence_of_its_kind(tmp_path: Path) -> None:
    async with opened(tmp_path, TRANSCRIPTION_MODEL="") as world:
        ada = world.person()
        sends(ada, made.wav(3), "one.wav", "audio/wav")
        (answer,) = await ada.hears()
        assert answer.text.startswith("I can't handle videos and audio sent as files yet.")
        sends(ada, b"const a: number = 1\n", "main.ts", "video/mp2t", caption="What?")
        await ada.hears()
        assert "main.ts" in str(world.requests[-1].body)
