"""Sounds and documents at the double, and servers that are not OpenAI's."""

import struct
import wave
from base64 import b64encode
from io import BytesIO
from typing import Any

import pytest

from snapthread_sandbox.openai.api import KEY, OpenAI
from snapthread_sandbox.openai.over_http import collect
from snapthread_sandbox.openai.servers import Pictures
from snapthread_sandbox.wire import Json, Request, Response
from tests.sandbox.worlds import an_openai, picture, question, send, told

PDF = b"%PDF-1.7\n" + b"<< /Type /Page >>\n" * 3 + b"<< /Type /Pages /Count 3 >>\n%%EOF"


def silence(seconds: float) -> bytes:
    out = BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"\0\0" * int(8000 * seconds))
    return out.getvalue()


def opus(seconds: int) -> bytes:
    """The last page of an OGG file, which tells its length."""
    return b"OggS\0\4" + struct.pack("<q", seconds * 48_000) + b"\0" * 13


async def transcribe(openai: OpenAI, content: bytes, name: str, **fields: str) -> Response:
    parts = {"model": "gpt-transcribe"} | fields
    lines = [
        f'--b\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in parts.items()
    ]
    head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = b"".join([*lines, head.encode(), content, b"\r\n--b--\r\n"])
    headers = {
        "authorization": f"Bearer {KEY}",
        "content-type": "multipart/form-data; boundary=b",
    }
    path = "/v1/audio/transcriptions"
    return await openai.handle(Request(method="POST", path=path, headers=headers, body=body))


def document(**part: Any) -> Json:
    content = [{"type": "input_text", "text": "document 1"}, {"type": "input_file", **part}]
    return question(input=[{"role": "user", "content": content}], stream=False)


async def test_a_sound_says_what_a_test_wants_or_how_long_it_is() -> None:
    openai, _ = an_openai()
    openai.transcriptions.says("Hello there.", languages=("en",))
    first = await transcribe(openai, opus(3), "voice.ogg", language="en")
    second = await transcribe(openai, silence(2), "a.wav", response_format="text")
    assert first.body == (
        b'{"text": "Hello there.", "languages": [{"code": "en"}], '
        b'"usage": {"type": "duration", "seconds": 3.0}}'
    )
    assert second.body == b"A sound of 2 seconds.\n"
    assert openai.transcriptions.requests[0].fields == {"language": "en"}


SOUNDS: dict[str, tuple[bytes, str, dict[str, str], int, str]] = {
    "a type that it does not take": (opus(3), "voice.opus", {}, 400, "Unrecognized file format"),
    "an instant": (silence(0.05), "a.wav", {}, 400, "too short"),
    "half a WAV": (b"RIFF0000", "a.wav", {}, 400, "could not be decoded"),
    "too much": (b"x" * (25 * 1024 * 1024 + 1), "a.mp3", {}, 413, "Maximum content size"),
    "an unknown model": (opus(3), "a.ogg", {"model": "ear-1"}, 404, "does not exist"),
}


@pytest.mark.parametrize("name", SOUNDS)
async def test_a_sound_that_openai_does_not_take(name: str) -> None:
    content, file_name, fields, status, words = SOUNDS[name]

    openai, _ = an_openai()
    refused = await transcribe(openai, content, file_name, **fields)
    assert refused.status == status
    assert words in str(refused.body)


async def test_a_document_is_read_with_its_pages() -> None:
    openai, model = an_openai()
    file_id = openai.upload("a.pdf", PDF, purpose="user_data")
    answer = await told(openai, "POST", "/responses", document(file_id=file_id, detail="low"))
    text = answer["output"][0]["content"][0]["text"]
    assert "Document 1 (document 1): a.pdf, 3 pages." in text
    assert model.questions[0].documents[0].tokens == 900
    assert openai.requests[0].file_ids == (file_id,)
    inline = "data:text/plain;base64," + b64encode(b"hello").decode()
    by_data = document(file_data=inline, filename="a.txt")
    assert (await told(openai, "POST", "/responses", by_data))["http"] == 200


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (PDF.removesuffix(b"%%EOF"), "not a valid PDF"),
        (PDF + b"\ntrailer << /Encrypt 4 0 R >>", "encrypted"),
    ],
)
async def test_a_damaged_or_a_locked_pdf_is_refused(content: bytes, words: str) -> None:
    openai, _ = an_openai()
    file_id = openai.upload("a.pdf", content, purpose="user_data")
    refused = await told(openai, "POST", "/responses", document(file_id=file_id))
    assert refused["http"] == 400
    assert words in str(refused)


DOCUMENTS: dict[str, tuple[dict[str, str], str]] = {
    "nothing": ({"filename": "a.pdf"}, "Missing one of the parameters"),
    "two ways at once": ({"file_id": "file-1", "file_data": "eA=="}, "Mutually exclusive"),
    "data without a name": ({"file_data": "eA=="}, "filename"),
    "no PDF": ({"file_data": "eA==", "filename": "a.pdf"}, "not a valid PDF"),
    "a program": ({"file_data": "eA==", "filename": "a.exe"}, "files of type .exe"),
    "a dead file": ({"file_id": "file-gone"}, "file-gone"),
}


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_a_document_that_openai_does_not_take(name: str) -> None:
    part, words = DOCUMENTS[name]

    openai, _ = an_openai()
    refused = await told(openai, "POST", "/responses", document(**part))
    assert refused["http"] == 400
    assert words in refused["error"]["message"]


async def test_a_model_may_have_an_end() -> None:
    openai, _ = an_openai()
    page = await told(openai, "GET", "/models")
    ends = {model["id"]: model["shutdown_date"] for model in page["data"]}
    assert (ends["gpt-4o"], ends["gpt-6-luna"]) == ("2027-01-14", None)


# ---------------------------------------------------------------- other servers


async def test_a_server_may_have_no_files() -> None:
    openai, _ = an_openai()
    openai.has_files = False
    listed = await told(openai, "GET", "/files")
    assert (listed["http"], listed["error"]["message"]) == (404, "Invalid URL (GET /v1/files)")


def inline_and_by_id(file_id: str) -> Json:
    url = "data:image/jpeg;base64," + b64encode(picture("blue")).decode()
    images = [
        {"type": "input_image", "file_id": file_id, "detail": "auto"},
        {"type": "input_image", "image_url": url, "detail": "auto"},
    ]
    return question(input=[{"role": "user", "content": images}], stream=False)


FATES = {
    Pictures.SEEN: ["red", "blue"],
    Pictures.DROPPED: [],
    Pictures.FILE_IDS_DROPPED: ["blue"],
}


@pytest.mark.parametrize("pictures", FATES)
async def test_a_server_may_drop_pictures_in_silence(pictures: Pictures) -> None:
    openai, model = an_openai()
    openai.pictures = pictures
    body = inline_and_by_id(openai.upload("a.jpg", picture("red")))
    assert (await told(openai, "POST", "/responses", body))["http"] == 200
    seen = [image.picture.colour for image in model.questions[0].images]
    assert seen == FATES[pictures]


@pytest.mark.parametrize(
    ("pictures", "words"),
    [(Pictures.FILE_IDS_REFUSED, "'image_url' is required"), (Pictures.REFUSED, "image input")],
)
async def test_a_server_may_refuse_pictures_and_say_so(pictures: Pictures, words: str) -> None:
    openai, model = an_openai()
    openai.pictures = pictures
    body = inline_and_by_id(openai.upload("a.jpg", picture("red")))
    refused = await told(openai, "POST", "/responses", body)
    assert refused["http"] == 400
    assert words in refused["error"]["message"]
    assert model.questions == []


async def test_a_server_may_not_know_a_parameter() -> None:
    openai, _ = an_openai()
    openai.refused_parameters.add("safety_identifier")
    body = question(safety_identifier="u")
    refused = await told(openai, "POST", "/responses", body)
    assert (refused["http"], refused["error"]["param"]) == (400, "safety_identifier")
    assert (await send(openai, "POST", "/responses", question())).status == 200


async def test_an_answer_keeps_the_phase_that_was_sent_back() -> None:
    openai, model = an_openai()
    said = {"role": "assistant", "content": "Let me look.", "phase": "commentary"}
    items = [{"role": "user", "content": "Hi"}, said, {"role": "user", "content": "And?"}]
    await collect(await send(openai, "POST", "/responses", question(input=items)))
    assert [one.phase for one in model.questions[0].messages] == [None, "commentary", None]
