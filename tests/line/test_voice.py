"""Words of people: transcribed, shown once, asked; limited and priced by its seconds."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from snapthread.limits import MEGABYTE
from snapthread.model import HistoryItem
from snapthread.model.usage import TurnRecord
from snapthread.turn.speech import names_of
from snapthread_sandbox.faults import drops, loses_reply, openai_error, server_error, slow
from snapthread_sandbox.telegram.people import Person
from tests.contracts.builders import message as voice_message
from tests.line.photos import photo
from tests.line.test_limits import downloads, records, spent
from tests.line.world import World, opened
from tests.media import documents as made

SPOKEN = "[spoken, and written down by a machine: some words may be misheard]"
SOUND = b"ID3" + bytes(19_997)  # five seconds to the double


def transcriptions(world: World) -> int:
    return world.openai.counts["POST /audio/transcriptions"]


async def only_record(world: World) -> TurnRecord:
    await world.rests()
    (record,) = await records(world)
    return record


async def test_a_voice_message_is_shown_once_as_a_quote_and_is_the_question(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person(language_code="ru")
        world.openai.transcriptions.says("What is a cat?", seconds=3)
        world.model.says("An animal.")
        ada.sends_voice(SOUND, duration=3)
        quote, answer = await ada.hears(2)
        assert (quote.text, quote.json["entities"][0]["type"]) == ("What is a cat?", "blockquote")
        assert answer.text == "An animal."
        (asked,) = world.requests
        assert f"{SPOKEN}\\nWhat is a cat?" in str(asked.body).replace("\n", "\\n")
        (heard,) = world.openai.transcriptions.requests
        assert (heard.file_name, heard.model) == ("sound.ogg", "gpt-transcribe")
        assert heard.content == SOUND
        assert heard.fields["languages[]"] == "ru"


async def test_what_was_said_stays_in_the_conversation(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.transcriptions.says("My cat is called Mia.")
        ada.sends_voice(SOUND)
        await ada.hears(2)
        ada.sends("What is my cat called?")
        await ada.hears()
        assert "My cat is called Mia." in str(world.requests[-1].body)
        assert transcriptions(world) == 1


async def test_a_long_transcript_is_shown_short_and_asked_whole(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        said = " ".join(f"word{number}" for number in range(400))
        world.openai.transcriptions.says(said)
        world.model.says("I see.")
        ada.sends_voice(SOUND, duration=300)
        quote, _ = await ada.hears(2)
        assert quote.text.endswith("…")
        assert len(quote.text) <= 601
        assert said in str(world.requests[0].body)


async def test_an_audio_file_with_a_caption_is_one_question(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.transcriptions.says("Hello from the tape")
        ada.sends_audio(SOUND, file_name="tape.flac", mime_type=None, caption="Sum it up")
        quote, _ = await ada.hears(2)
        assert quote.text == "Hello from the tape"
        assert "Sum it up\nHello from the tape" in said_in(world)
        assert world.openai.transcriptions.requests[0].file_name == "sound.flac"


def said_in(world: World) -> str:
    content = world.requests[-1].body["input"][-1]["content"]
    return "\n".join(part["text"] for part in content if part["type"] == "input_text")


@pytest.mark.parametrize("kind", ["video", "video_note"])
async def test_of_a_video_a_still_is_seen_and_its_sound_is_heard(tmp_path: Path, kind: str) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.transcriptions.says("Look at my cat")
        getattr(ada, f"sends_{kind}")(SOUND, thumbnail=photo("blue"))
        still, quote, _ = await ada.hears(3)
        assert "one still frame" in still.text
        assert quote.text == "Look at my cat"
        assert "Look at my cat" in said_in(world)
        assert len(world.files) == 1
        assert world.openai.transcriptions.requests[0].file_name == "sound.mp4"


async def test_a_video_without_a_preview_is_heard(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.transcriptions.says("No picture here")
        ada.sends_video_note(SOUND)
        quote, _ = await ada.hears(2)
        assert quote.text == "No picture here"


async def test_a_silent_video_is_its_picture(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.transcriptions.says("")
        ada.sends_video(SOUND, thumbnail=photo("blue"), caption="What?")
        still, answer = await ada.hears(2)
        assert "one still frame" in still.text
        assert "320x240, blue" in answer.text
        assert SPOKEN not in said_in(world)


async def test_the_picture_of_a_long_video_is_answered_and_the_length_is_told(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_video(SOUND, duration=1800, thumbnail=photo("blue"), caption="What?")
        told, _, answer = await ada.hears(3)
        assert told.text.startswith("I listen for 10 minutes at most.")
        assert "320x240, blue" in answer.text
        assert transcriptions(world) == 0


async def test_a_video_whose_sound_nobody_can_hear_now_is_answered_by_its_picture(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        away = openai_error(404, "Not Found", code=None)
        world.openai.faults.add(on="POST /audio/transcriptions", reply=away, times=9)
        ada.sends_video(SOUND, thumbnail=photo("blue"), caption="What?")
        told, _, answer = await ada.hears(3)
        assert told.text.startswith("I couldn't listen to the sound right now")
        assert "320x240, blue" in answer.text


# ---------------------------------------------------------------- what cannot be heard


def says_ten_minutes_and_one_second(ada: Person) -> None:
    ada.sends_voice(SOUND, duration=601)


def says_nothing_at_all(ada: Person) -> None:
    ada.sends_voice(SOUND, duration=0)


def sends_a_large_file(ada: Person) -> None:
    ada.sends_audio(SOUND, duration=60, file_size=21 * MEGABYTE)


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (says_ten_minutes_and_one_second, "I listen for 10 minutes at most."),
        (says_nothing_at_all, "The recording is too short"),
        (sends_a_large_file, "The recording is larger than 20 MB."),
    ],
)
async def test_what_is_known_before_costs_no_download(tmp_path: Path, act: Any, told: str) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        act(ada)
        (said,) = await ada.hears()
        assert said.text.startswith(told)
        assert (downloads(world), transcriptions(world), len(world.requests)) == (0, 0, 0)
        assert (await only_record(world)).cost_micros == 0


@pytest.mark.parametrize("heard", ["", " ", "♪ ♪ ♪", "..."])
async def test_silence_and_music_have_a_sentence_and_are_billed(tmp_path: Path, heard: str) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.transcriptions.says(heard, seconds=20)
        ada.sends_voice(SOUND, duration=20)
        (said,) = await ada.hears()
        assert said.text.startswith("I can't hear any words in this recording.")
        assert not world.requests
        record = await only_record(world)
        assert (record.outcome, record.reason) == ("refused", "silent")
        assert (record.voice_s, record.cost_micros) == (20, 1500)


async def test_a_broken_file_has_a_sentence_and_costs_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_voice(b"RIFF" + bytes(100), mime_type="audio/wav", duration=9)
        (said,) = await ada.hears()
        assert said.text.startswith("This recording is damaged")
        assert (await only_record(world)).cost_micros == 0


async def test_a_busy_service_is_asked_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.transcriptions.says("Hello")
        world.openai.faults.add(on="POST /audio/transcriptions", reply=server_error(503))
        ada.sends_voice(SOUND)
        quote, _ = await ada.hears(2)
        assert quote.text == "Hello"
        assert (await only_record(world)).voice_s == 5


async def test_a_service_that_stays_busy_has_a_sentence(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        busy = openai_error(429, "slow down", code="rate_limit_exceeded")
        world.openai.faults.add(on="POST /audio/transcriptions", reply=busy, times=9)
        ada.sends_voice(SOUND)
        (said,) = await ada.hears()
        assert said.text.startswith("The assistant is very busy right now.")
        record = await only_record(world)
        assert (record.reason, record.cost_micros) == ("TranscriberBusy", 0)


async def test_what_may_have_been_billed_counts_as_it_lasts(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.faults.add(on="POST /audio/transcriptions", reply=loses_reply())
        ada.sends_voice(SOUND, duration=7)
        await ada.hears(2)
        assert (await only_record(world)).voice_s == 7 + 5


async def test_a_recording_that_telegram_does_not_hand_over_has_its_own_sentence(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.telegram.faults.add(on="file", reply=drops(), times=9)
        ada.sends_voice(SOUND)
        (said,) = await ada.hears()
        assert said.text.startswith("Telegram isn't handing over the recording right now.")


async def test_without_a_model_voice_has_a_sentence_and_a_video_its_picture(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, TRANSCRIPTION_MODEL="") as world:
        ada = world.person()
        ada.sends_voice(SOUND)
        (said,) = await ada.hears()
        assert said.text.startswith("I can't handle voice messages yet.")
        ada.sends_video(SOUND, thumbnail=photo("blue"), caption="What?")
        await ada.hears(2)
        ada.sends("/help")
        (told,) = await ada.hears()
        assert "voice" not in told.text
        assert transcriptions(world) == 0


async def test_a_voice_that_comes_while_a_photo_is_prepared_has_its_sentence_without_a_model(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, TRANSCRIPTION_MODEL="") as world:
        ada = world.person()
        world.telegram.faults.add(on="file", reply=slow(3.0))
        ada.sends_photo(photo("blue"))
        await world.until(lambda: world.telegram.faults.rules[0].used == 1)
        ada.sends_voice(SOUND)
        said, _answer = await ada.hears(2)
        assert said.text.startswith("I can't handle voice messages yet.")


# ---------------------------------------------------------------- limits and cost


async def test_seconds_are_settled_by_what_was_billed(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.transcriptions.says("Hello", seconds=58.2)
        ada.sends_voice(SOUND, duration=61)
        await ada.hears(2)
        record = await only_record(world)
        tokens = record.usage.input_tokens + 6 * record.usage.output_tokens
        assert record.voice_s == 59
        assert record.cost_micros == tokens + record.usage.written_tokens + 59 * 75
        assert (await spent(world)).day.voice_s == 59
        ada.sends("/usage")
        (told,) = await ada.hears()
        assert "1 message, 0 images, 1 minute of voice, $" in told.text


async def test_over_the_daily_minutes_nothing_is_downloaded(tmp_path: Path) -> None:
    async with opened(tmp_path, USER_DAILY_VOICE_MINUTES="2") as world:
        ada = world.person()
        world.openai.transcriptions.says("One", seconds=90)
        ada.sends_voice(SOUND, duration=90)
        await ada.hears(2)
        ada.sends_voice(SOUND, duration=31)
        (refused,) = await ada.hears()
        assert refused.text == (
            "That is more than today's limit allows: 2 minutes of voice a day, 2 used so far, 1 in"
            " this message. The limit resets at 00:00 UTC on 2026-11-13."
        )
        assert (downloads(world), transcriptions(world)) == (1, 1)
        ada.sends_voice(SOUND, duration=30)
        assert len(await ada.hears(2)) == 2


async def test_one_recording_beyond_the_daily_minutes_is_told_what_helps(tmp_path: Path) -> None:
    async with opened(tmp_path, USER_DAILY_VOICE_MINUTES="1") as world:
        ada = world.person()
        ada.sends_voice(SOUND, duration=120)
        (refused,) = await ada.hears()
        assert refused.text.endswith("please say less at once.")


async def test_the_cost_of_hearing_is_reserved_before(tmp_path: Path) -> None:
    # The longest answer and what stands around it are 25,200; nine minutes are 40,500 more.
    async with opened(tmp_path, USER_DAILY_COST_USD="0.04") as world:
        ada = world.person()
        ada.sends_voice(SOUND, duration=540)
        (refused,) = await ada.hears()
        assert "could cost more than you have left today" in refused.text
        assert (downloads(world), transcriptions(world)) == (0, 0)


async def test_ten_minutes_are_heard(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.transcriptions.says("A long story. " * 100, seconds=600)
        world.openai.faults.add(on="POST /audio/transcriptions", reply=slow(50.0))
        ada.sends_voice(SOUND, duration=600)
        _, _answer = await ada.hears(2)
        assert (await only_record(world)).voice_s == 600


async def test_twenty_people_speak_at_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        people = [world.person(1001 + number) for number in range(20)]
        for person in people:
            world.openai.transcriptions.says("Hello", seconds=3)
            person.sends_voice(SOUND, duration=3)
        for person in people:
            quote, answer = await person.hears(2)
            assert quote.text == "Hello"
            assert answer.text.startswith("You said:")
        assert transcriptions(world) == 20
        await world.rests()
        assert sum(record.voice_s for record in await records(world)) == 60


# ---------------------------------------------------------------- ends


async def test_a_kill_after_the_transcription_transcribes_again_and_both_are_counted(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.transcriptions.says("Hello", seconds=3)
        world.openai.transcriptions.says("Hello", seconds=3)
        assert world.process is not None
        world.process.life.kill_at("transcriber.transcribe", "reply lost")
        ada.sends_voice(SOUND, duration=3)
        await world.process.bury()
        await world.start()
        quote, _ = await ada.hears(2)
        assert quote.text == "Hello"
        assert transcriptions(world) == 2
        await world.rests()
        assert sum(record.voice_s for record in await records(world)) == 6


async def test_stopped_before_it_was_heard_nothing_is_kept(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.faults.add(on="POST /audio/transcriptions", reply=slow(30.0))
        ada.sends_voice(SOUND, duration=4)
        await world.until(lambda: world.openai.faults.rules[0].used == 1)
        ada.sends("/stop")
        (said,) = await ada.hears()
        assert said.text.startswith("Stopped before I had listened to it")
        assert (await only_record(world)).voice_s == 4
        ada.sends("Hello")
        await ada.hears()
        assert len(world.requests[-1].body["input"]) == 1


async def test_of_a_recording_nothing_is_kept_but_its_words(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.transcriptions.says("Hello")
        ada.sends_voice(SOUND)
        await ada.hears(2)
        await world.rests()
        assert world.process is not None
        export = await world.process.store.export(1001)
        assert "Hello" in str(export)
        assert not world.files
        assert SOUND not in (tmp_path / "bot.db").read_bytes()


# ---------------------------------------------------------------- a photo and what is said about it


@pytest.mark.parametrize("is_voice_first", [True, False])
@pytest.mark.parametrize("gap_s", [0.0, 0.5])
async def test_a_photo_and_a_voice_soon_after_each_other_are_one_question(
    tmp_path: Path, is_voice_first: bool, gap_s: float
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.transcriptions.says("What is it?")
        world.model.says("A square.")
        for half in ("voice", "photo") if is_voice_first else ("photo", "voice"):
            ada.sends_voice(SOUND) if half == "voice" else ada.sends_photo(photo("blue"))
            await asyncio.sleep(gap_s)
        quote, answer = await ada.hears(2)
        assert (quote.text, answer.text) == ("What is it?", "A square.")
        (asked,) = world.requests
        assert len(asked.file_ids) == 1
        assert f"{SPOKEN}\nWhat is it?" in said_in(world)
        record = await only_record(world)
        assert (record.messages, record.images, record.voice_s) == (1, 1, 5)


@pytest.mark.parametrize("is_voice_first", [True, False])
@pytest.mark.parametrize("gap_s", [0.0, 0.5])
async def test_an_album_and_a_voice_soon_after_each_other_are_one_question(
    tmp_path: Path, is_voice_first: bool, gap_s: float
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.transcriptions.says("Which is it?")
        world.model.says("The red one.")
        for half in ("voice", "album") if is_voice_first else ("album", "voice"):
            album = [photo("blue"), photo("red")]
            ada.sends_voice(SOUND) if half == "voice" else ada.sends_album(album)
            await asyncio.sleep(gap_s)
        quote, answer = await ada.hears(2)
        assert (quote.text, answer.text) == ("Which is it?", "The red one.")
        (asked,) = world.requests
        assert len(asked.file_ids) == 2
        record = await only_record(world)
        assert (record.messages, record.images, record.voice_s) == (1, 2, 5)


async def test_of_a_video_that_comes_while_a_voice_is_written_down_the_sound_is_heard(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.transcriptions.says("What is it?")
        world.openai.transcriptions.says("A bell rings.")
        world.openai.faults.add(on="POST /audio/transcriptions", reply=slow(4.0))
        ada.sends_voice(SOUND)
        await asyncio.sleep(3.0)
        album = ada.new_album()
        ada.sends_photo(photo("blue"), album=album)
        ada.sends_video(SOUND, album=album)
        await ada.hears(2)
        assert "What is it?\nA bell rings." in said_in(world)


async def test_a_photo_that_comes_while_a_voice_is_written_down_is_with_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.transcriptions.says("What is it?")
        world.openai.faults.add(on="POST /audio/transcriptions", reply=slow(4.0))
        ada.sends_voice(SOUND)
        await asyncio.sleep(3.0)
        ada.sends_photo(photo("blue"))
        await ada.hears(2)
        (asked,) = world.requests
        assert len(asked.file_ids) == 1


async def test_two_photos_a_captioned_one_or_a_later_voice_are_questions_of_their_own(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_photo(photo("blue"))
        ada.sends_photo(photo("red"))
        await ada.hears(2)
        ada.sends_photo(photo("green"), caption="Which?")
        ada.sends_voice(SOUND)
        await ada.hears(3)
        await asyncio.sleep(20.0)
        ada.sends_photo(photo("blue"))
        await asyncio.sleep(20.0)
        ada.sends_voice(SOUND)
        await ada.hears(3)
        assert len(world.requests) == 6


async def test_a_reset_between_a_photo_and_a_voice_keeps_them_apart(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_photo(photo("blue"))
        ada.sends("/reset")
        ada.sends_voice(SOUND)
        await ada.hears(3)
        assert not world.requests[-1].file_ids


# ---------------------------------------------------------------- hints


async def test_names_of_the_conversation_are_hints(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_document(
            made.pdf(1), file_name="Wostok-3.pdf", mime_type="application/pdf", caption="Read"
        )
        await ada.hears()
        ada.sends_voice(SOUND)
        await ada.hears(2)
        (heard,) = world.openai.transcriptions.requests
        assert heard.fields["keywords[]"] == "Wostok-3"


def test_in_a_group_the_names_are_of_people_and_documents() -> None:
    at = datetime(2026, 11, 12, tzinfo=UTC)
    asked = [
        HistoryItem(role="user", text="[photo 1]\nBoris: what is it?", at=at),
        HistoryItem(role="assistant", text="Time: noon", at=at),
    ]
    message = replace(voice_message(), sender_name="Ännchen")
    assert names_of([message], asked, ["Chiara: hello"]) == ("Ännchen", "Boris", "Chiara")
    assert names_of([voice_message()], asked, []) == ()
