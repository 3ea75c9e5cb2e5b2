"""Voices of people, and the documents that they send: over HTTP, by a real process."""

import asyncio

from snapthread_sandbox.faults import slow
from tests.line.photos import photo
from tests.media import documents as made
from tests.media import sounds
from tests.process.town import Town, hears

TEN_MINUTES = b"ID3" + bytes(2_399_997)  # as much as Telegram makes of it
PDF = "application/pdf"


def named(town: Town) -> tuple[str, ...]:
    """The files of the last request."""
    return town.last_request.file_ids


def test_ten_minutes_are_heard_and_a_sound_as_a_file_is_measured_before(town: Town) -> None:
    async def story() -> None:
        await town.bot()
        ada = town.newcomer()
        said = " ".join(["Once upon a time there was a cat."] * 300)
        town.openai.transcriptions.says(said, seconds=600)
        town.model.says("A long story.")
        ada.sends_voice(TEN_MINUTES, duration=600)
        quote, answer = await hears(ada, 2)
        assert said.startswith(quote.removesuffix("…"))
        assert answer == "A long story."
        assert said in str(town.last_request.body)
        ada.sends_voice(TEN_MINUTES, duration=601)
        assert (await hears(ada))[0].startswith("I listen for 10 minutes at most.")
        wav = "audio/x-wav"
        ada.sends_document(sounds.wav(601), file_name="long.wav", mime_type=wav)
        assert (await hears(ada))[0].startswith("I listen for 10 minutes at most.")
        town.openai.transcriptions.says("From a file", seconds=3)
        ada.sends_document(sounds.wav(3), file_name="short.wav", mime_type=wav)
        assert (await hears(ada, 2))[0] == "From a file"
        ada.sends("/usage")
        assert "11 minutes of voice" in (await hears(ada))[0]

    town.play(story)


def test_twenty_people_speak_at_once(town: Town) -> None:
    async def story() -> None:
        await town.bot()
        people = [town.newcomer() for _ in range(20)]
        for _ in people:
            town.openai.transcriptions.says("Can you hear me?")
        town.openai.faults.add(on="POST /audio/transcriptions", reply=slow(0.3), times=20)
        for person in people:
            person.sends_voice(b"ID3" + bytes(8_000))
        for told in await asyncio.gather(*[hears(person, 2) for person in people]):
            assert told[1].startswith("You said:")

    town.play(story)


def test_one_document_is_asked_about_three_times_and_healed_behind_our_back(town: Town) -> None:
    async def story() -> None:
        await town.bot()
        of_others = set(town.openai.files)
        ada, label = town.newcomer(), "[document 1: Report.pdf, 14 pages]"
        ada.sends_document(made.pdf(14), file_name="Report.pdf", mime_type=PDF, caption="What?")
        await hears(ada)
        (first,) = named(town)
        ada.sends("Who wrote it?")
        await hears(ada)
        assert named(town) == (first,)
        town.openai.vanish(first)
        ada.sends("And when?")
        await hears(ada)
        (second,) = named(town)
        assert second != first
        assert label in str(town.last_request.body)
        album = ada.new_album()
        ada.sends_document(made.pdf(2), file_name="a.pdf", mime_type=PDF, album=album)
        ada.sends_photo(photo("blue"), album=album)
        ada.sends_photo(photo("red"), album=album, caption="Together?")
        await hears(ada)
        assert len(named(town)) == 4
        ada.sends("/reset")
        await hears(ada)
        await town.until(lambda: set(town.openai.files) <= of_others)

    town.play(story)
