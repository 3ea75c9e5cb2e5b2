"""Speech in the sounds of a question: downloaded, transcribed, and forgotten at once.

The transcript is the question. It is stored with the answer, not before: an attempt that was
killed transcribes again.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Final

import structlog

from snapthread.clock import ms_since, now_s
from snapthread.concurrency.retry import Backoff, Retry
from snapthread.errors import (
    ChatBusy,
    Denied,
    ImageRefused,
    SnapthreadError,
    SoundRefused,
    TranscriberBusy,
)
from snapthread.faults import SoundFault
from snapthread.images.download import download_with_patience
from snapthread.limits import ASK_RETRY_WITHIN_S, SOUNDS_AT_ONCE, TRANSCRIPTION_TRIES
from snapthread.meter import Meter
from snapthread.model import HistoryItem, Message, TelegramSound
from snapthread.ports import Chat, SoundMeter, SpeechHints, SpokenText, Transcriber

log = structlog.get_logger()

TRANSCRIBING = Retry(
    tries=TRANSCRIPTION_TRIES,
    backoff=Backoff(first_s=1.0, factor=1.0),
    patience_s=ASK_RETRY_WITHIN_S,
)

# May a sound be transcribed whose seconds are known only now that it is here?
AdmitSound = Callable[[Message], Awaitable[bool]]

ITEMS_WITH_NAMES: Final = 40  # of the conversation, where names are looked for
NAMES_MAX: Final = 20
NAME_MAX: Final = 64  # characters
SAID_BY: Final = re.compile(r"([^\[:\n]{1,64}): ")


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechProfile:
    """Settings of transcription. Without a model, sounds are not transcribed."""

    model: str = ""
    max_s: int = 0  # of one sound; 0: no limit
    max_bytes: int = 0

    def mark_unsupported(self, message: Message) -> Message:
        """The message itself; where sounds are not transcribed, a sound alone is unsupported."""
        if message.sound is None or self.model or message.images:
            return message
        return replace(message, kind="unsupported", word=message.sound.kind)

    def fault(self, sound: TelegramSound) -> SoundFault | None:
        """Why it is not even downloaded."""
        if sound.is_measured and sound.duration_s < 1:
            return "too_short"
        if 0 < self.max_s < sound.duration_s:
            return "too_long"
        is_large = sound.size_bytes is not None and sound.size_bytes > self.max_bytes
        return "too_large" if is_large else None

    def seconds(self, messages: Sequence[Message]) -> int:
        """That will be transcribed, as far as they are known."""
        sounds = [message.sound for message in messages if message.sound and self.model]
        return sum(sound.duration_s for sound in sounds if self.fault(sound) is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechResult:
    """The end of listening to a message: its words, or why there are none."""

    message: Message
    text: str = ""
    fault: SoundFault | None = None

    @property
    def is_told(self) -> bool:
        """A silent video still has a picture to speak of; a limit has a sentence of its own."""
        if self.fault == "over_limit":
            return False
        return self.fault in {"too_long", "too_large", "unheard"} or not self.message.images


def with_speech(messages: Sequence[Message], heard: Sequence[SpeechResult]) -> tuple[Message, ...]:
    """The messages as if they had been written: what was said follows a caption."""
    said = {one.message.update_id: one.text for one in heard if one.text}
    return tuple(
        replace(message, text="\n".join(filter(None, [message.text, words])))
        if (words := said.get(message.update_id))
        else message
        for message in messages
    )


def names_of(
    messages: Sequence[Message], items: Sequence[HistoryItem], overheard: Sequence[str]
) -> tuple[str, ...]:
    """People who speak in a group, and documents; the newest first, and not without end."""
    people = [message.sender_name for message in messages]
    if any(people):  # in a group each item begins with who said it
        asked = [item for item in reversed(items) if item.role == "user"]
        said = [line for item in asked for line in item.text.splitlines()]
        lines = (*said, *reversed(overheard))
        people += [found.group(1) for line in lines if (found := SAID_BY.match(line))]
    told = [message.document.file_name for message in messages if message.document]
    told += [
        image.document.name for item in reversed(items) for image in item.images if image.document
    ]
    names = (*people, *(PurePath(name).stem for name in told))
    return tuple(dict.fromkeys(name for name in names if 0 < len(name) <= NAME_MAX))[:NAMES_MAX]


@dataclass(slots=True, kw_only=True, eq=False)
class SpeechReader:
    """One instance a process: it bounds what is in memory."""

    chat: Chat
    transcriber: Transcriber
    sounds: SoundMeter
    profile: SpeechProfile
    _of_process: asyncio.Semaphore = field(
        default_factory=lambda: asyncio.Semaphore(SOUNDS_AT_ONCE), init=False
    )

    async def read(
        self,
        messages: Sequence[Message],
        meter: Meter,
        *,
        admit: AdmitSound,
        names: Sequence[str] = (),
    ) -> tuple[SpeechResult, ...]:
        """Read every sound, one after the other; raises what is no sound's own fault, unless there
        is a picture to answer. `names`: hints of what may be said."""
        if not self.profile.model:
            return ()
        spoken = [(message, message.sound) for message in messages if message.sound]
        return tuple([await self._read_or_explain(*each, meter, admit, names) for each in spoken])

    async def _read_or_explain(
        self,
        message: Message,
        sound: TelegramSound,
        meter: Meter,
        admit: AdmitSound,
        names: Sequence[str],
    ) -> SpeechResult:
        try:
            language = (message.language_code or "").partition("-")[0]
            hints = SpeechHints(language=language, names=tuple(names))
            text = await self._read(message, sound, hints, meter, admit)
        except SoundRefused as refused:
            log.info("sound.refused", fault=refused.fault, kind=sound.kind)
            return SpeechResult(message=message, fault=refused.fault)
        except (ChatBusy, Denied, TranscriberBusy) as error:
            if not message.images:
                raise
            log.warning("trouble", kind=type(error).__name__, why=str(error))
            return SpeechResult(message=message, fault="unheard")
        return SpeechResult(message=message, text=text)

    async def _read(
        self,
        message: Message,
        sound: TelegramSound,
        hints: SpeechHints,
        meter: Meter,
        admit: AdmitSound,
    ) -> str:
        if fault := self.profile.fault(sound):
            raise SoundRefused(fault)
        async with self._of_process:
            content = await self._download(sound)
            if not sound.is_measured:
                sound = await self._measure(sound, content)
                if not await admit(replace(message, sound=sound)):
                    raise SoundRefused("over_limit")
            began = now_s()
            spoken = await TRANSCRIBING.run(lambda: self._transcribe(sound, content, hints, meter))
            log.info(
                "sound.transcribed",
                ms=ms_since(began),
                bytes=len(content),
                seconds=sound.duration_s,
                kind=sound.kind,
            )
        if not any(map(str.isalnum, spoken.text)):
            raise SoundRefused("silent")
        return spoken.text

    async def _measure(self, sound: TelegramSound, content: bytes) -> TelegramSound:
        """The same, as its file says; raises SoundRefused where it is not taken."""
        facts = await self.sounds.measure(content)
        measured = replace(
            sound,
            duration_s=facts.duration_s,
            mime_type="",
            file_name=f"sound.{facts.ending}",
        )
        fault = self.profile.fault(measured) if facts.duration_s else "too_short"
        if fault is not None:
            raise SoundRefused(fault)
        return measured

    async def _download(self, sound: TelegramSound) -> bytes:
        try:
            return await download_with_patience(
                self.chat, sound.telegram_id, max_bytes=self.profile.max_bytes
            )
        except ImageRefused as refused:
            failure = _failure_of(refused)
        raise failure

    async def _transcribe(
        self, sound: TelegramSound, content: bytes, hints: SpeechHints, meter: Meter
    ) -> SpokenText:
        """Transcribe once; nothing is counted where surely nothing was billed."""
        meter.record_sound(sound.duration_s)
        try:
            spoken = await self.transcriber.transcribe(sound, content, hints=hints)
        except SnapthreadError as error:
            is_unknown = isinstance(error, TranscriberBusy) and error.unknown
            meter.record_speech(sound.duration_s if is_unknown else 0)
            raise
        meter.record_speech(sound.duration_s if spoken.billed_s is None else spoken.billed_s)
        return spoken


def _failure_of(refused: ImageRefused) -> SnapthreadError:
    """A download's, in the words of sounds."""
    if refused.fault == "unavailable":
        return ChatBusy(str(refused))
    return SoundRefused("too_large" if refused.fault == "too_large" else "gone")
