"""The sound of a message: a voice message, an audio file, or that of what moves."""

from typing import Final

from snapthread.adapters.bot_api.document import is_sound
from snapthread.adapters.bot_api.types import Audio, Document, Message, Video, VideoNote, Voice
from snapthread.model import SoundKind, TelegramSound

# Where the sound is; the first two are nothing else.
AUDIBLE: Final[tuple[SoundKind, ...]] = ("voice", "audio")


def sound_in(message: Message) -> TelegramSound | None:
    """None where there is none, or no file to hear it from."""
    if message.voice:
        return _sound(message.voice, "voice", mime_type=message.voice.mime_type)
    if audio := message.audio:
        return _sound(audio, "audio", mime_type=audio.mime_type, file_name=audio.file_name)
    if message.video:
        return _sound(message.video, "video", mime_type=message.video.mime_type)
    if message.video_note:
        return _sound(message.video_note, "video_note")
    document = message.document
    is_file = document is not None and message.animation is None and is_sound(document)
    return _file(document) if document is not None and is_file else None


def _file(document: Document) -> TelegramSound:
    """Sent as a file: Telegram does not tell how long it is."""
    return TelegramSound(
        kind="file",
        telegram_id=document.file_id,
        duration_s=0,
        size_bytes=document.file_size,
        mime_type=document.mime_type or "",
        file_name=document.file_name or "",
    )


def _sound(
    media: Audio | Video | VideoNote | Voice,
    kind: SoundKind,
    *,
    mime_type: str | None = None,
    file_name: str | None = None,
) -> TelegramSound | None:
    if media.file_id is None:
        return None
    return TelegramSound(
        kind=kind,
        telegram_id=media.file_id,
        duration_s=max(0, media.duration),
        size_bytes=media.file_size,
        mime_type=mime_type or "",
        file_name=file_name or "",
    )
