"""Transcription over the wire: what goes out, what comes back, what may fail."""

import asyncio
import logging
from dataclasses import replace

import httpx2
import pytest

from snapthread.adapters.openai_api.transcriptions import OpenAITranscriber, ending_of
from snapthread.errors import (
    AssistantDenied,
    AssistantMisused,
    OutOfCredit,
    SnapthreadError,
    SoundRefused,
    TranscriberBusy,
)
from snapthread.model import SoundKind, TelegramSound
from snapthread.ports import SpeechHints, SpokenText
from tests.openai_api.wire import Answer, Wire, error, page

VOICE = TelegramSound(kind="voice", telegram_id="v", duration_s=3, mime_type="audio/ogg")


def transcribe(
    wire: Wire, *, language: str = "ru", model: str = "gpt-transcribe", sound: TelegramSound = VOICE
) -> SpokenText:
    transcriber = OpenAITranscriber(wire.client, model=model)
    return asyncio.run(
        transcriber.transcribe(sound, b"OggS-sound", hints=SpeechHints(language=language))
    )


def said(text: str = "Hello", **fields: object) -> httpx2.Response:
    return httpx2.Response(200, json={"text": text, **fields})


def test_the_bytes_go_out_as_they_came_with_name_type_model_and_hint() -> None:
    wire = Wire(said())
    assert transcribe(wire).text == "Hello"
    (request,) = wire.requests
    assert (request.method, request.url.path) == ("POST", "/v1/audio/transcriptions")
    form = request.content.decode()
    assert 'name="model"\r\n\r\ngpt-transcribe\r\n' in form
    assert 'name="languages[]"\r\n\r\nru\r\n' in form
    assert 'name="response_format"\r\n\r\njson\r\n' in form
    assert 'name="file"; filename="sound.ogg"\r\nContent-Type: audio/ogg\r\n\r\nOggS-sound' in form


def test_names_of_the_conversation_go_along_each_for_itself() -> None:
    wire = Wire(said(), error(400, "Too many keywords.", param="keywords"), said())
    transcriber = OpenAITranscriber(wire.client, model="gpt-transcribe")
    hints = SpeechHints(names=("Ännchen", "Wostok-3"))
    asyncio.run(transcriber.transcribe(VOICE, b"OggS-sound", hints=hints))
    form = wire.requests[0].content.decode()
    assert [f'name="keywords[]"\r\n\r\n{name}\r\n' in form for name in hints.names] == [True] * 2
    asyncio.run(transcriber.transcribe(VOICE, b"OggS-sound", hints=hints))
    assert b"keywords" not in wire.requests[2].content


@pytest.mark.parametrize(("language", "model"), [("", "gpt-transcribe"), ("ru", "whisper-1")])
def test_no_hint_where_nobody_knows_the_language_or_it_would_be_an_order(
    language: str, model: str
) -> None:
    wire = Wire(said())
    transcribe(wire, language=language, model=model)
    assert b"language" not in wire.requests[0].content


def test_half_a_character_in_what_was_heard_was_paid_three_times_and_put_aside() -> None:
    wire = Wire(httpx2.Response(200, content=b'{"text": "a \\ud83d b \\ud83d\\ude00"}'))
    assert transcribe(wire).text == "a \ufffd b \U0001f600"


def test_a_language_that_the_service_does_not_know_costs_no_question() -> None:
    wire = Wire(error(400, "Invalid language 'tlh'.", param="languages"), said("nuqneH"))
    assert transcribe(wire, language="tlh").text == "nuqneH"
    assert b"language" not in wire.requests[1].content


@pytest.mark.parametrize(
    ("usage", "billed_s"),
    [
        ({"type": "duration", "seconds": 3}, 3),
        ({"type": "duration", "seconds": 3.2}, 4),
        ({"type": "duration", "seconds": -1}, None),
        ({"type": "duration", "seconds": 1e300}, None),
        ({"type": "duration", "seconds": "3"}, None),
        ({"type": "tokens", "input_tokens": 9}, None),
        (None, None),
    ],
)
def test_whole_seconds_are_billed_where_the_service_tells(
    usage: object, billed_s: int | None
) -> None:
    assert transcribe(Wire(said(usage=usage))).billed_s == billed_s


@pytest.mark.parametrize(
    ("kind", "mime_type", "file_name", "ending"),
    [
        ("voice", "", "", "ogg"),
        ("voice", "audio/ogg; codecs=opus", "", "ogg"),
        ("audio", "audio/x-m4a", "a.bin", "m4a"),
        ("audio", "application/octet-stream", "a.WAV", "wav"),
        ("audio", "", "note.oga", "ogg"),
        ("audio", "", "", "mp3"),
        ("video_note", "", "", "mp4"),
        ("video", "video/quicktime", "", "mp4"),
        ("video", "video/x-matroska", "", "mp4"),
    ],
)
def test_the_name_ends_as_the_service_wants_it(
    kind: SoundKind, mime_type: str, file_name: str, ending: str
) -> None:
    sound = replace(VOICE, kind=kind, mime_type=mime_type, file_name=file_name)
    assert ending_of(sound) == ending


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (error(400, "The audio file could not be decoded.", param="file"), "unreadable"),
        (error(400, "Unrecognized file format.", code="unsupported_format"), "unreadable"),
        (error(400, "Too short.", code="audio_too_short", param="file"), "too_short"),
        (error(413, "Maximum content size limit exceeded"), "too_large"),
    ],
)
def test_a_sound_that_is_not_taken_is_refused_by_its_reason(answer: Answer, fault: str) -> None:
    with pytest.raises(SoundRefused) as refused:
        transcribe(Wire(answer))
    assert refused.value.fault == fault


@pytest.mark.parametrize(
    ("answer", "is_unknown"),
    [
        (error(429, "slow down", code="rate_limit_exceeded"), False),
        (error(500, "oops"), False),
        (page(502), False),
        (page(504), True),
        (httpx2.ConnectError("no"), False),
        (httpx2.ReadTimeout("slow"), True),
        (httpx2.Response(200, html="<html>hello</html>"), True),
    ],
)
def test_a_busy_service_says_whether_it_may_have_been_done(
    answer: Answer, is_unknown: bool
) -> None:
    with pytest.raises(TranscriberBusy) as busy:
        transcribe(Wire(answer))
    assert busy.value.unknown == is_unknown


@pytest.mark.parametrize(
    ("answer", "kind", "advice"),
    [
        (error(401, "no", code="invalid_api_key"), AssistantDenied, "OPENAI_API_KEY"),
        (error(404, "no", code="model_not_found"), AssistantDenied, "TRANSCRIPTION_MODEL"),
        (page(404), AssistantDenied, "OPENAI_BASE_URL"),
        (error(429, "no", code="insufficient_quota"), OutOfCredit, "top up"),
        (error(400, "no", param="response_format"), AssistantMisused, "OPENAI_ settings"),
    ],
)
def test_what_the_operator_must_mend_says_how(
    answer: Answer, kind: type[SnapthreadError], advice: str
) -> None:
    with pytest.raises(kind, match=advice):
        transcribe(Wire(answer))


def test_no_line_of_the_log_holds_what_was_said(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        transcribe(Wire(said("a private word")))
    assert "a private word" not in caplog.text
