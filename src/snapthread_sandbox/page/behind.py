"""The view behind the chats, as the page shows it: the last requests, and the files at OpenAI.

The doubles forget; this remembers.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from snapthread_sandbox.openai.api import Asked, OpenAI
from snapthread_sandbox.openai.files import StoredFile
from snapthread_sandbox.pictures import look
from snapthread_sandbox.telegram.bot_api import BotApi
from snapthread_sandbox.telegram.chats import Message
from snapthread_sandbox.telegram.people import Person
from snapthread_sandbox.wire import Json

SOMEBODY: Final = 0  # where people talk to the bot elsewhere
GHOSTS_SHOWN: Final = 6  # files that are gone
SHOWABLE: Final = {"JPEG": "jpeg", "PNG": "png", "WEBP": "webp", "GIF": "gif"}


class Requests:
    """Questions by person: the last request of each person.

    OpenAI is not told who a person is; whose hashed id it is shows when only one of them waits.
    """

    def __init__(self, bot_api: BotApi, openai: OpenAI) -> None:
        self._bot_api = bot_api
        self._openai = openai
        self._read = 0
        self._people: dict[str, int] = {}  # by hashed id
        self.photos: dict[str, Json] = {}  # label and person, by file id
        self._last: dict[int, list[Asked]] = {}

    def read(self) -> None:
        """Takes note of what was asked since the last time."""
        for asked in self._openai.requests[self._read :]:
            self._read += 1
            person = self._person_of(asked)
            if person is not None:
                self._last.setdefault(person, []).append(asked)
                self._note_photos(asked, person)

    def forget(self, person: int) -> None:
        """The conversation began anew."""
        self._last.pop(person, None)

    def view(self, person: int) -> Json | None:
        """The last request to the model."""
        told = self._last.get(person)
        if not told:
            return None
        asked = told[-1]
        return {
            "at": asked.at,
            "status": asked.status,
            "number": len(told),
            "model": asked.body.get("model"),
            "instructions": asked.body.get("instructions"),
            "files": len(asked.file_ids),
            "dead": list(asked.dead_ids),
            "lines": [_line(item) for item in _items(asked.body)],
        }

    def _note_photos(self, asked: Asked, person: int) -> None:
        """A photo's label is the text before it."""
        for item in _items(asked.body):
            label = ""
            for part in _parts(item):
                if file_id := part.get("file_id"):
                    self.photos[file_id] = {"label": label, "person": person}
                label = str(part.get("text", "")).strip("[]")

    def _person_of(self, asked: Asked) -> int | None:
        if not self._bot_api.people:
            return SOMEBODY
        hashed = asked.body.get("safety_identifier")
        if not isinstance(hashed, str):
            return None
        if hashed not in self._people:
            candidates = [
                person
                for person in self._bot_api.people.values()
                if person.id not in self._people.values() and _has_asked(person)
            ]
            if not candidates:
                return None
            text = _last_text(asked.body)
            likely = max(candidates, key=lambda person: _likeness(person, text))
            self._people[hashed] = likely.id
        return self._people[hashed]


class SeenFiles:
    """Every file that was at OpenAI: the live ones, and the last that went."""

    def __init__(self, openai: OpenAI) -> None:
        self._openai = openai
        self._seen: dict[str, StoredFile] = {}
        self._gone_at: dict[str, tuple[str, float]] = {}  # how, and when
        self._vanished: set[str] = set()

    def vanish(self, file_id: str) -> None:
        """Deletes a file behind the bot's back."""
        if file_id not in self._openai.files:
            raise ValueError("this file is not there any more")
        self._vanished.add(file_id)
        self._openai.vanish(file_id)
        self.read()

    def read(self) -> None:
        """Takes note of what is there, and of what is not there any more."""
        live = self._openai.files
        self._seen |= live
        for file_id in self._seen.keys() - live.keys() - self._gone_at.keys():
            self._gone_at[file_id] = (self._how(file_id), self._openai.now())

    def content(self, file_id: str) -> bytes | None:
        self.read()
        file = self._seen.get(file_id)
        return file.content if file else None

    def view(self, photos: Mapping[str, Json]) -> list[Json]:
        """The live ones, newest first, then the last that went."""
        live = [self._file(file, photos) for file in self._openai.files.values()]
        gone = sorted(self._gone_at, key=lambda one: self._gone_at[one][1])[-GHOSTS_SHOWN:]
        ghosts = [
            self._file(self._seen[id], photos)
            | {"gone": self._gone_at[id][0], "gone_at": self._gone_at[id][1]}
            for id in gone
        ]
        return [*live[::-1], *ghosts[::-1]]

    def _how(self, file_id: str) -> str:
        if file_id in self._vanished:
            return "vanished"
        return "deleted" if file_id in self._openai.deleted else "expired"

    def _file(self, file: StoredFile, photos: Mapping[str, Json]) -> Json:
        return {
            "id": file.id,
            "name": file.name,
            "size": len(file.content),
            "created_at": file.created_at,
            "expires_at": file.expires_at,
            "url": f"media/openai/{file.id}",
            "is_document": file.purpose == "user_data",
            **photos.get(file.id, {"label": "", "person": None}),
        }


def mime_of(content: bytes) -> str | None:
    """As what a browser may show it; None: not at all."""
    picture = look(content, tuple(SHOWABLE))
    return f"image/{SHOWABLE[picture.format]}" if picture else None


def faults_view(openai: OpenAI) -> list[Json]:
    """The faults that are still to come."""
    rules = [rule for rule in openai.faults.rules if rule.left]
    return [{"on": rule.on, "left": rule.left} for rule in rules]


def _items(body: Json) -> list[Json]:
    given = body.get("input")
    if isinstance(given, str):
        return [{"role": "user", "content": given}]
    items = given if isinstance(given, list) else []
    return [item for item in items if isinstance(item, dict)]


def _line(item: Json) -> Json:
    parts: list[Json] = []
    for part in _parts(item):
        if file_id := part.get("file_id"):
            is_document = part.get("type") == "input_file"
            where = {"file": file_id, "url": f"media/openai/{file_id}"}
            parts.append(where | ({"is_document": True} if is_document else {}))
        elif isinstance(text := part.get("text"), str):
            parts.append({"text": text})
    return {"role": item.get("role", ""), "parts": parts}


def _parts(item: Json) -> list[Json]:
    content = item.get("content")
    if isinstance(content, str):
        return [{"type": "input_text", "text": content}]
    return [part for part in content or [] if isinstance(part, dict)]


def _last_text(body: Json) -> str:
    texts = [text for item in _items(body)[-1:] for text in _texts(item)]
    return "\n".join(texts)


def _texts(item: Json) -> Iterator[str]:
    return (part["text"] for part in _parts(item) if isinstance(part.get("text"), str))


def _questions(person: Person) -> list[Message]:
    """In private and in groups, oldest first."""
    said = [
        message
        for chat in person.world.chats.values()
        for message in chat.messages
        if message.json["from"]["id"] == person.id and not message.text.startswith("/")
    ]
    return sorted(said, key=lambda message: message.id)


def _has_asked(person: Person) -> bool:
    return bool(_questions(person))


def _likeness(person: Person, text: str) -> tuple[bool, int]:
    """Whether a person's last words are in it, and how fresh they are."""
    last = _questions(person)[-1]
    return (bool(last.text) and last.text in text, last.id)
