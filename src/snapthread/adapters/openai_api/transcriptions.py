"""Transcripts of sounds: POST /audio/transcriptions. Implements `ports.Transcriber`."""

import asyncio
import math
from collections.abc import Mapping
from functools import partial
from pathlib import PurePath
from typing import Final

import httpx2

from snapthread.adapters.openai_api.client import OpenAIClient
from snapthread.adapters.openai_api.failures import transcription_failure
from snapthread.adapters.openai_api.faults import Fault, call, json_in
from snapthread.characters import whole_characters
from snapthread.errors import TranscriberBusy
from snapthread.limits import TRANSCRIPTION_S
from snapthread.model import SoundKind, TelegramSound
from snapthread.ports import SpeechHints, SpokenText

PATH: Final = "/audio/transcriptions"
TIMEOUT: Final = httpx2.Timeout(TRANSCRIPTION_S, connect=10.0)  # no byte comes before all is heard
# The service goes by the name's ending, and takes these (speech-to-text guide). Telegram's own
# voice is OGG with Opus, its video messages are MP4; M4A and MOV are MP4 by another name.
ENDINGS: Final[Mapping[str, str]] = {
    "audio/ogg": "ogg",
    "audio/opus": "ogg",
    "application/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
    "audio/mp4": "m4a",
    "audio/m4a": "m4a",
    "audio/x-m4a": "m4a",
    "audio/flac": "flac",
    "audio/x-flac": "flac",
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/vnd.wave": "wav",
    "audio/webm": "webm",
    "video/webm": "webm",
    "video/mp4": "mp4",
    "video/quicktime": "mp4",
}
OF_NAMES: Final[Mapping[str, str]] = {"oga": "ogg", "opus": "ogg", "mov": "mp4"}
OF_KINDS: Final[Mapping[SoundKind, str]] = {
    "voice": "ogg",
    "audio": "mp3",
    "video_note": "mp4",
    "video": "mp4",
    "file": "mp3",
}
TYPES: Final[Mapping[str, str]] = {
    "ogg": "audio/ogg",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "webm": "video/webm",
    "mp4": "video/mp4",
}
# The models whose hints are no orders: others take one language and hear nothing else.
HINTED: Final = "gpt-transcribe"
LANGUAGES: Final = "languages[]"
KEYWORDS: Final = "keywords[]"
SECONDS_MAX: Final = 86_400  # of one sound; more is no count, and too much for a store
Form = dict[str, str | list[str]]


class OpenAITranscriber:
    """Sends the bytes as Telegram gave them: no codec of ours."""

    def __init__(self, client: OpenAIClient, *, model: str) -> None:
        self._client = client
        self._model = model

    async def transcribe(
        self, sound: TelegramSound, content: bytes, *, hints: SpeechHints
    ) -> SpokenText:
        form: Form = {"model": self._model, "response_format": "json"}
        if (told := _hint_fields(hints)) and self._model.startswith(HINTED):
            hinted = await self._send(sound, content, {**form, **told})
            if not _is_about_a_hint(hinted):
                return _spoken_text(hinted)
        return _spoken_text(await self._send(sound, content, form))

    async def _send(
        self, sound: TelegramSound, content: bytes, form: Form
    ) -> httpx2.Response | Fault:
        ending = ending_of(sound)
        file = {"file": (f"sound.{ending}", content, TYPES[ending])}
        by = asyncio.get_running_loop().time() + TRANSCRIPTION_S
        send = partial(self._client.send, "POST", PATH, data=form, files=file, timeout=TIMEOUT)
        return await call("transcriptions", send, by)


def ending_of(sound: TelegramSound) -> str:
    """By its type, else by its name, else by what it is to Telegram."""
    ending = ENDINGS.get(sound.mime_type.lower().partition(";")[0].strip())
    if ending:
        return ending
    suffix = PurePath(sound.file_name.lower()).suffix.lstrip(".")
    suffix = OF_NAMES.get(suffix, suffix)
    return suffix if suffix in TYPES else OF_KINDS[sound.kind]


def _hint_fields(hints: SpeechHints) -> Form:
    form: Form = {}
    if hints.language:
        form[LANGUAGES] = hints.language
    if hints.names:
        form[KEYWORDS] = list(hints.names)
    return form


def _is_about_a_hint(answer: httpx2.Response | Fault) -> bool:
    """A language or a name that it does not take costs no question."""
    if not isinstance(answer, Fault) or answer.status not in {400, 422}:
        return False
    told = f"{answer.param} {answer.message}".lower()
    return "language" in told or "keyword" in told


def _spoken_text(answer: httpx2.Response | Fault) -> SpokenText:
    if isinstance(answer, Fault):
        raise transcription_failure(answer)
    match json_in(answer.content):
        case {"text": str(text), **rest}:
            return SpokenText(
                text=whole_characters(text).strip(), billed_s=_billed_s(rest.get("usage"))
            )
    raise TranscriberBusy("transcriptions: an answer without a text", unknown=True)


def _billed_s(usage: object) -> int | None:
    """Whole seconds, rounded up; None of a model that counts tokens, or nothing."""
    match usage:
        case {"type": "duration", "seconds": int() | float() as seconds} if (
            math.isfinite(seconds) and 0 <= seconds <= SECONDS_MAX
        ):
            return math.ceil(seconds)
    return None
