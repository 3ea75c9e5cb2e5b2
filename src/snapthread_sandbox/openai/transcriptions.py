"""POST /audio/transcriptions: what a test told it was said, else how long the sound is."""

import wave
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath
from typing import Final

from snapthread_sandbox.openai.errors import ApiError, invalid_value, missing, unknown_model
from snapthread_sandbox.wire import Form, Json, Response, Upload, json_response

MODELS: Final = ("gpt-transcribe", "gpt-4o-transcribe", "gpt-4o-mini-transcribe", "whisper-1")
FORMATS: Final = ("flac", "m4a", "mp3", "mp4", "mpeg", "mpga", "oga", "ogg", "wav", "webm")
ANSWERS: Final = ("json", "text")
SIZE_MAX_BYTES: Final = 25 * 1024 * 1024
SHORTEST_S: Final = 0.1
OPUS_HZ: Final = 48_000
GUESSED_BYTES_S: Final = 4_000  # of sound that is neither OGG nor WAV


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcribed:
    """One request that was answered."""

    at: float
    model: str
    file_name: str
    content: bytes
    fields: Json  # language, prompt and whatever else came with it


class Transcriptions:
    """`says` queues what the next sounds say, `otherwise` tells of any other, by its content, its
    seconds and the language; `requests` is what was asked."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.queue: deque[Json] = deque()
        self.otherwise: Callable[[bytes, float, str], str] = _length
        self.requests: list[Transcribed] = []

    def says(
        self, text: str, *, languages: tuple[str, ...] = (), seconds: float | None = None
    ) -> None:
        """Adds a transcript; without `seconds` the sound is measured."""
        self.queue.append({"text": text, "languages": languages, "seconds": seconds})

    def create(self, form: Form) -> Response:
        upload, model = _parse_form(form)
        measured = seconds_of(upload.content)
        if measured < SHORTEST_S:
            message = "Audio file is too short. Minimum audio length is 0.1 seconds."
            raise ApiError(400, message, param="file", code="audio_too_short")
        fields = {k: v for k, v in form.items() if k not in ("file", "model")}
        self.requests.append(
            Transcribed(
                at=self._now(),
                model=model,
                file_name=upload.file_name,
                content=upload.content,
                fields=fields,
            )
        )
        return self._answer(form, upload.content, measured)

    def _answer(self, form: Form, content: bytes, measured: float) -> Response:
        language = str(form.get("languages[]", form.get("language", "")))
        heard = {"text": self.otherwise(content, measured, language)}
        said = self.queue.popleft() if self.queue else heard
        seconds = said.get("seconds")
        told = {
            "text": said["text"],
            "languages": [{"code": code} for code in said.get("languages", ())],
            "usage": {"type": "duration", "seconds": measured if seconds is None else seconds},
        }
        if form.get("response_format") == "text":
            plain = {"content-type": "text/plain; charset=utf-8"}
            return Response(headers=plain, body=f"{said['text']}\n".encode())
        return json_response(told)


def _length(_content: bytes, seconds: float, _language: str) -> str:
    return f"A sound of {seconds:g} seconds."


def _parse_form(form: Form) -> tuple[Upload, str]:
    upload, model = form.get("file"), form.get("model")
    if not isinstance(upload, Upload):
        raise missing("file")
    if not isinstance(model, str):
        raise missing("model")
    if model not in MODELS:
        raise unknown_model(model)
    if PurePath(upload.file_name).suffix.lower().lstrip(".") not in FORMATS:
        message = f"Unrecognized file format. Supported formats: {list(FORMATS)}"
        raise ApiError(400, message, param="file", code="unsupported_format")
    if len(upload.content) > SIZE_MAX_BYTES:
        size = f"{SIZE_MAX_BYTES}) exceeded ({len(upload.content)} bytes read)"
        raise ApiError(413, f"Maximum content size limit ({size}")
    wanted = form.get("response_format", "json")
    if wanted not in ANSWERS:
        raise invalid_value("response_format", wanted, ANSWERS)
    return upload, model


def seconds_of(content: bytes) -> float:
    """The length of OGG with Opus, or of WAV, as measured; of anything else, guessed by size."""
    if content.startswith(b"OggS"):
        page = content.rfind(b"OggS")
        played = int.from_bytes(content[page + 6 : page + 14], "little", signed=True)
        return max(0.0, played / OPUS_HZ) if len(content) >= page + 14 else SHORTEST_S
    if content.startswith(b"RIFF"):
        try:
            with wave.open(BytesIO(content)) as sound:
                return float(sound.getnframes() / sound.getframerate())
        except (wave.Error, EOFError):
            raise ApiError(400, "The audio file could not be decoded.", param="file") from None
    return len(content) / GUESSED_BYTES_S
