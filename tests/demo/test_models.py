"""The demo's models: the stand-in tells only what is so; the model hears of no picture."""

import asyncio
import json
import math
import wave
from array import array
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Any

import pytest
from aiohttp import web

from snapthread_sandbox.models import stand_in
from snapthread_sandbox.models.measures import as_photo, measure
from snapthread_sandbox.models.offline_model import OfflineModel
from snapthread_sandbox.models.sounds import describe_sound
from snapthread_sandbox.models.stand_in import answer
from snapthread_sandbox.openai.dead_files import Failed
from snapthread_sandbox.openai.documents import Document
from snapthread_sandbox.openai.pieces import Incomplete, Piece
from snapthread_sandbox.openai.question import Question, Said, Seen
from snapthread_sandbox.pictures import look
from tests.media import documents as made
from tests.sandbox.worlds import animation, picture


def seen(label: int, colour: str = "red", width: int = 64, height: int = 48) -> Seen:
    content = picture(colour, width, height)
    looked = look(content)
    assert looked is not None
    return Seen(
        number=label,
        label=f"[photo {label}]",
        detail="auto",
        file_id=f"file-{label}",
        content=content,
        picture=looked,
    )


def asked(*said: Said) -> Question:
    return Question(body={}, messages=said)


def user(text: str, *images: Seen) -> Said:
    labels = "".join(f"{image.label}\n" for image in images)
    return Said(role="user", text=labels + text, images=images)


RED, BLUE = seen(1, "red"), seen(2, "blue", 40, 90)


def test_of_a_photo_it_tells_what_can_be_measured() -> None:
    said = answer(asked(user("What is this?", RED)), "absent")

    assert "**Photo 1**: 64 × 48 pixels, wider than tall. Colours: red 100\u00a0%." in said
    assert "I cannot see what a photo shows" in said


def paper(content: bytes, label: str) -> Document:
    return Document(
        number=1, label=label, name="a.pdf", detail="low", file_id="file-9", content=content
    )


def test_of_a_document_it_tells_its_real_words_and_pages() -> None:
    document = paper(made.pdf(3), "[document 2: Report.pdf, 3 pages]")
    own = Said(role="user", text="[document 2: Report.pdf, 3 pages]", documents=(document,))
    said = answer(asked(own), "absent")

    assert said.startswith("**Document 2**: Report.pdf, 3 pages. 21 words; it begins: “Page 1")
    again = asked(own, Said(role="assistant", text=said), user("[in reply to document 2]\nAnd?"))
    assert "**Document 2**" in answer(again, "absent")
    spoken_of = asked(own, Said(role="assistant", text=said), user("How long is the file?"))
    assert "21 words" in answer(spoken_of, "absent")


def test_of_a_document_that_it_cannot_read_it_invents_nothing() -> None:
    own = Said(role="user", text="", documents=(paper(b"%PDF-1.7", "[document 1: a.pdf]"),))

    assert "I find no words in it." in answer(asked(own), "absent")


def test_a_document_beside_a_photo_is_told_too() -> None:
    own = Said(
        role="user", text="", images=(RED,), documents=(paper(b"Hello there", "[document 2: a]"),)
    )
    said = answer(asked(own), "absent")

    assert "Photo 1" in said
    assert "2 words; it begins: “Hello there”" in said


def test_every_photo_of_an_album_is_told() -> None:
    said = answer(asked(user("", RED, BLUE)), "absent")

    assert "Photo 1" in said
    assert "Photo 2**: 40 × 90 pixels, taller than wide. Colours: blue 100\u00a0%." in said


def test_a_reply_is_about_the_photo_replied_to() -> None:
    talk = asked(user("", RED), user("", BLUE), user("[in reply to photo 1]\nAnd this?"))

    said = answer(talk, "ready")

    assert "Photo 1" in said
    assert "Photo 2" not in said


@pytest.mark.parametrize(
    ("words", "label"),
    [("What about photo 2?", 2), ("The first picture?", 1), ("Which colour has the last one?", 2)],
)
def test_a_photo_can_be_named(words: str, label: int) -> None:
    said = answer(asked(user("", RED), user("", BLUE), user(words)), "ready")

    assert f"Photo {label}" in said
    assert f"Photo {3 - label}" not in said


def test_a_photo_out_of_view_is_not_told_of() -> None:
    gone = "[photo 1, sent 12 Nov 14:02 UTC: no longer in view; the user can bring it back]"

    said = answer(asked(Said(role="user", text=gone), user("Which colour has photo 1?")), "ready")

    assert said.startswith("**Photo 1** is no longer in view")


def test_it_answers_in_russian_where_it_is_asked_in_russian() -> None:
    said = answer(asked(user("Что на снимке?", RED)), "absent")

    assert "**Фото 1**: 64 × 48 пикселей, в ширину больше. Цвета: красный 100\u00a0%." in said


def test_without_words_it_goes_on_in_the_language_of_the_talk() -> None:
    said = answer(asked(user("Привет"), user("", RED)), "absent")

    assert "Фото 1" in said


@pytest.mark.parametrize(
    ("standing", "words"),
    [("installing", "being installed"), ("loading", "being loaded"), ("absent", "not installed")],
)
def test_it_says_that_it_stands_in(standing: stand_in.Standing, words: str) -> None:
    said = answer(asked(user("Hello")), standing)

    assert words in said
    assert "“Hello”" in said


def test_it_says_once_what_it_cannot_do() -> None:
    first = answer(asked(user("", RED)), "ready")
    again = answer(
        asked(user("", RED), Said(role="assistant", text=first), user("Photo?")), "ready"
    )

    assert "I cannot see" not in again


@pytest.mark.parametrize(
    "colour", ["red", "green", "blue", "yellow", "white", "black", "grey", "orange", "purple"]
)
def test_a_plain_colour_has_its_name(colour: str) -> None:
    assert measure(picture(colour)).colours == ((colour, 100),)


def test_a_picked_image_becomes_a_jpeg_as_telegram_makes_it() -> None:
    photo = as_photo(picture("blue", 4000, 1000, "PNG"))

    assert photo is not None
    looked = look(photo)
    assert looked is not None
    assert (looked.format, looked.width, looked.height) == ("JPEG", 2560, 640)


def test_what_is_no_image_becomes_no_photo() -> None:
    assert as_photo(b"%PDF-1.7") is None
    assert as_photo(animation()[:20]) is None


MEASURED = Said(role="assistant", text="**Photo 1**: 64 × 48 pixels. Colours: red 100\u00a0%.")


@pytest.mark.parametrize(
    "words",
    [
        "How much white?",
        "Is it wide?",
        "And its height?",
        "Are you sure?",
        "What do you see there?",
    ],
)
def test_a_follow_up_about_a_measured_photo_is_measured(words: str) -> None:
    said = answer(asked(user("", RED), user("", BLUE), user("1?"), MEASURED, user(words)), "ready")

    assert "**Photo 1**: 64 × 48 pixels" in said
    assert "Photo 2" not in said


def test_a_follow_up_may_name_another_photo() -> None:
    said = answer(asked(user("", RED, BLUE), MEASURED, user("And the second one?")), "ready")

    assert "Photo 2" in said
    assert "Photo 1" not in said


def test_a_follow_up_in_russian_is_measured() -> None:
    measured_ru = Said(role="assistant", text="**Фото 1**: 64 × 48 пикселей.")
    talk = asked(user("Что это?", RED), measured_ru, user("Сколько там белого?"))

    assert "**Фото 1**: 64 × 48 пикселей" in answer(talk, "ready")


def test_what_do_you_see_is_about_the_photos_in_view() -> None:
    talk = asked(user("", RED), Said(role="assistant", text="Hello."), user("What do you see?"))

    assert "Photo 1" in answer(talk, "ready")


# ---------------------------------------------------------------- the real model


@asynccontextmanager
async def a_model_server(
    status: int = 200, ending: str | None = None
) -> AsyncIterator[tuple[str, list[Any]]]:
    """Speaks as llama.cpp's server does; gives its address and what it was asked.

    `ending`: a reason, or "dies" in the middle.
    """
    asked_for: list[Any] = []

    async def complete(request: web.Request) -> web.StreamResponse:
        asked_for.append(await request.json())
        stream = web.StreamResponse(status=status)
        await stream.prepare(request)
        for word in ("Good", " day"):
            chunk = json.dumps({"choices": [{"delta": {"content": word}}]})
            await stream.write(f"data: {chunk}\n\n".encode())
        if ending == "dies":
            assert request.transport is not None
            request.transport.abort()
        elif ending:
            chunk = json.dumps({"choices": [{"delta": {}, "finish_reason": ending}]})
            await stream.write(f"data: {chunk}\n\n".encode())
        await stream.write(b"data: [DONE]\n\n")
        return stream

    app = web.Application()
    app.router.add_post("/v1/chat/completions", complete)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", asked_for
    finally:
        await runner.cleanup()


def pieces_of_model(question: Question, **server: Any) -> tuple[list[Piece], list[Any]]:
    async def story() -> tuple[list[Piece], list[Any]]:
        async with a_model_server(**server) as (address, asked_for):
            model = OfflineModel()
            model.is_ready_at(address)
            return [piece async for piece in model.answer(question)], asked_for

    return asyncio.run(story())


def said_by_model(question: Question, status: int = 200) -> tuple[str, list[Any]]:
    pieces, asked_for = pieces_of_model(question, status=status)
    return "".join(map(str, pieces)), asked_for


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stand_in, "FIRST_S", 0.0)
    monkeypatch.setattr(stand_in, "BETWEEN_S", 0.0)


def test_the_model_answers_a_text() -> None:
    talk = asked(user("Hi"), Said(role="assistant", text="Hello"), user("[a note]\nAnd now?"))

    said, (body,) = said_by_model(talk)

    assert said == "Good day"
    assert [one["content"] for one in body["messages"][1:]] == ["Hi", "Hello", "And now?"]


def test_the_model_is_never_asked_about_a_photo() -> None:
    said, asked_for = said_by_model(asked(user("Describe the picture", RED)))

    assert "64 × 48" in said
    assert asked_for == []


def test_measured_answers_stay_out_of_the_models_memory() -> None:
    talk = asked(
        user("Hi"),
        Said(role="assistant", text="Hello"),
        user("What do you see?", RED),
        MEASURED,
        user("Tell me a story"),
    )

    _, (body,) = said_by_model(talk)

    assert [one["content"] for one in body["messages"][1:]] == ["Hi", "Hello", "Tell me a story"]


def test_an_answer_that_the_model_breaks_off_says_so() -> None:
    pieces, _ = pieces_of_model(asked(user("Hi")), ending="length")

    assert pieces == ["Good", " day", Incomplete(reason="max_output_tokens")]


def test_a_model_that_dies_in_the_middle_does_not_seem_to_be_done() -> None:
    pieces, _ = pieces_of_model(asked(user("Hi")), ending="dies")

    assert isinstance(pieces[-1], Failed)


def test_the_model_is_never_asked_in_russian() -> None:
    said, asked_for = said_by_model(asked(user("Привет")))

    assert "понимает только английский" in said
    assert asked_for == []


def test_where_the_model_is_silent_the_stand_in_says_so() -> None:
    said, _ = said_by_model(asked(user("Hi")), status=500)

    assert said.startswith("I am only a stand-in: the offline model does not answer.")


# ---------------------------------------------------------------- sounds


def wav(seconds: float, level: float, *, rate: int = 16_000) -> bytes:
    """A tone: full scale at level 1."""
    written = BytesIO()
    with wave.open(written, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        waves = (math.sin(number / 5) * level * 32_767 for number in range(int(rate * seconds)))
        sound.writeframes(array("h", map(int, waves)).tobytes())
    return written.getvalue()


@pytest.mark.parametrize(
    ("level", "language", "words"),
    [
        (0.5, "en", "2.5 s of sound, loud, -9 dB"),
        (0.05, "en", "2.5 s of sound, quiet, -29 dB"),
        (0.5, "ru", "2.5 с звука, громко, -9 дБ"),
    ],
)
def test_of_a_sound_it_tells_seconds_and_loudness_and_that_it_stands_in(
    level: float, language: str, words: str
) -> None:
    said = describe_sound(wav(2.5, level), 2.5, language)
    assert words in said
    assert ("stand-in" in said) == (language == "en")


def test_of_silence_it_hears_nothing_and_of_other_files_only_a_length() -> None:
    assert describe_sound(wav(1.0, 0.0), 1.0, "en") == ""
    assert "about 7.2 s of sound, judged by its size" in describe_sound(
        b"ID3" + bytes(99), 7.2, "en"
    )
