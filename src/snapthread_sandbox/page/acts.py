"""Acts of a person on the page: text and files become messages, as a Telegram client sends them.

A wrong act raises ValueError with a word that the page has a sentence for.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from snapthread_sandbox.models.measures import as_photo
from snapthread_sandbox.openai.errors import ApiError
from snapthread_sandbox.openai.transcriptions import seconds_of
from snapthread_sandbox.telegram.chats import GENERAL, Chat, Message
from snapthread_sandbox.telegram.entities import units
from snapthread_sandbox.telegram.groups import Group
from snapthread_sandbox.telegram.people import Person
from snapthread_sandbox.wire import Json

ALBUM_MAX: Final = 10
NOTE_S: Final = 3.0  # a note for a pressed button is waited for so long
FILES_MAX: Final = 30  # in one go: three albums
CAPTION_UNITS: Final = 1024
FILE_BYTES: Final = 50 * 1024 * 1024
TEXT_UNITS: Final = 4096 * 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """A file that a person chose."""

    name: str
    mime: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The place where a person writes: in private, or in a topic of a group."""

    to: Group | None = None
    thread: int | None = None

    def chat(self, person: Person) -> Chat:
        return self.to.chat if self.to else person.chat

    @property
    def where(self) -> Json:
        """Nobody names the general topic."""
        return {"to": self.to, "thread": None if self.thread == GENERAL else self.thread}


PRIVATE: Final = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """Files on their way, with what belongs to them."""

    files: tuple[Picked, ...]
    caption: str | None = None
    as_files: bool = False
    as_voice: bool = False  # recorded on the page
    reply_to: Message | None = None
    place: Place = PRIVATE

    @property
    def where(self) -> Json:
        return {"reply_to": self.reply_to, **self.place.where}


def say(person: Person, text: str, reply_to: int | None, place: Place = PRIVATE) -> None:
    if not text.strip():
        raise ValueError("empty")
    if units(text) > TEXT_UNITS:
        raise ValueError("text_too_long")
    person.sends(text.strip(), reply_to=find_replied(person, reply_to, place), **place.where)


def edit(person: Person, message_id: int, text: str, place: Place = PRIVATE) -> None:
    """Changes an own text or caption."""
    message = place.chat(person).find(message_id)
    if message is None or message.json["from"]["id"] != person.id:
        raise ValueError("gone")
    is_text = "text" in message.json
    if is_text and not text.strip():
        raise ValueError("empty")
    if units(text) > (TEXT_UNITS // 4 if is_text else CAPTION_UNITS):
        raise ValueError("text_too_long" if is_text else "caption_too_long")
    person.edits(message, text.strip())


async def swap(person: Person, message_id: int, sending: Sending, place: Place = PRIVATE) -> None:
    """Puts another photo into an own message, with the caption as it is now."""
    message = place.chat(person).find(message_id)
    if message is None or message.json["from"]["id"] != person.id:
        raise ValueError("gone")
    _check(sending)
    photo = await _photo(sending.files[0])
    if photo is None or "photo" not in message.json:
        raise ValueError("no_photo")
    person.swaps_photo(message, photo, caption=sending.caption)


def find_replied(person: Person, message_id: int | None, place: Place = PRIVATE) -> Message | None:
    return None if message_id is None else place.chat(person).find(message_id)


async def press(
    person: Person, message_id: int, row: int, column: int, place: Place = PRIVATE
) -> str:
    """Presses an inline button of a message; the note that is soon shown for it, if any."""
    message = place.chat(person).find(message_id)
    buttons = message.json.get("reply_markup", {}).get("inline_keyboard", []) if message else []
    if message is None or row >= len(buttons) or column >= len(buttons[row]):
        raise ValueError("gone")
    button: Json = buttons[row][column]
    if "callback_data" not in button:
        return ""
    return await _note(place.chat(person), person.presses(button, on=message))


async def _note(chat: Chat, query_id: str) -> str:
    def told() -> list[str]:
        return [
            answer.get("text", "")
            for answer in chat.answers
            if answer["callback_query_id"] == query_id
        ]

    with suppress(AssertionError):
        await chat.until(lambda: bool(told()), timeout_s=NOTE_S)
    return next(iter(told()), "")


def stop(person: Person) -> None:
    draft = person.chat.draft
    if draft is None or not draft.can_stop:
        raise ValueError("gone")
    person.presses_stop(draft)


async def send(person: Person, sending: Sending) -> None:
    """Photos in albums of ten; what is no photo, or must not become one, as files."""
    _check(sending)
    if sending.as_voice:
        for file in sending.files:
            person.sends_voice(
                file.content, duration=_seconds(file), mime_type=file.mime, **sending.where
            )
        return
    if sending.as_files:
        _send_files(person, sending, sending.files)
        return
    photos = [await _photo(file) for file in sending.files]
    good = [photo for photo in photos if photo is not None]
    other = [file for file, photo in zip(sending.files, photos, strict=True) if photo is None]
    for start in range(0, len(good), ALBUM_MAX):
        _send_photos(person, sending, good[start : start + ALBUM_MAX], has_caption=start == 0)
    _send_files(person, sending, tuple(other), has_caption=not good)


def _send_photos(
    person: Person, sending: Sending, photos: list[bytes], *, has_caption: bool
) -> None:
    caption = sending.caption if has_caption else None
    if len(photos) == 1:
        person.sends_photo(photos[0], caption=caption, **sending.where)
    else:
        person.sends_album(photos, caption=caption, **sending.where)


def _check(sending: Sending) -> None:
    if not sending.files:
        raise ValueError("empty")
    if len(sending.files) > FILES_MAX:
        raise ValueError("too_many")
    if units(sending.caption or "") > CAPTION_UNITS:
        raise ValueError("caption_too_long")
    if any(len(file.content) > FILE_BYTES for file in sending.files):
        raise ValueError("file_too_large")


def _seconds(file: Picked) -> int:
    """As a client tells: whole, and at least one."""
    try:
        return max(1, round(seconds_of(file.content)))
    except ApiError:
        return 1


async def _photo(file: Picked) -> bytes | None:
    """As a JPEG; a GIF stays what it is, as in Telegram."""
    if file.mime == "image/gif":
        return None
    return await asyncio.to_thread(as_photo, file.content)


def _send_files(
    person: Person, sending: Sending, files: tuple[Picked, ...], *, has_caption: bool = True
) -> None:
    album: str | None = None
    for number, file in enumerate(files):
        if number % ALBUM_MAX == 0:
            album = person.new_album() if len(files) - number > 1 else None
        caption = sending.caption if has_caption and number == 0 else None
        if file.mime == "image/gif" and not sending.as_files:
            person.sends_animation(file.content, caption=caption, **sending.where)
            continue
        if file.mime.startswith("audio/") and not sending.as_files:
            person.sends_audio(
                file.content,
                duration=_seconds(file),
                file_name=file.name or None,
                mime_type=file.mime,
                caption=caption,
                **sending.where,
            )
            continue
        person.sends_document(
            file.content,
            file_name=file.name or None,
            mime_type=file.mime or None,
            caption=caption,
            album=album,
            **sending.where,
        )
