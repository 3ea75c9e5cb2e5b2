"""Files at Telegram: a file_id for each sending, one unique id for each upload."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from typing import Final, Literal

from snapthread_sandbox.pictures import look, smaller
from snapthread_sandbox.telegram.params import bad_request
from snapthread_sandbox.wire import Json

DOWNLOAD_MAX_BYTES: Final = 20 * 1024 * 1024
PATH_LIFE_S: Final = 3600
THUMBNAIL_SIDES: Final = (90, 320, 800, 1280)
UNREADABLE_SIZE: Final = (1280, 960)  # what a message claims where the bytes say nothing
# How an id begins tells of what kind a file is.
PREFIXES: Final = {
    "photos": "AgACAgIAAxkBAA",
    "documents": "BQACAgIAAxkBAA",
    "videos": "BAACAgIAAxkBAA",
    "animations": "CgACAgIAAxkBAA",
    "voice": "AwACAgIAAxkBAA",
    "music": "CQACAgIAAxkBAA",
    "video_notes": "DQACAgIAAxkBAA",
    "stickers": "CAACAgIAAxkBAA",
}
GONE: Final = "wrong file_id or the file is temporarily unavailable"

Size = int | Literal["true", "absent"]  # what a message says of a file's size; a number is a lie


@dataclass(slots=True, kw_only=True)
class ChatFile:
    """One upload as Telegram keeps it."""

    unique_id: str
    folder: str
    suffix: str
    content: bytes
    is_gone: bool = False


class ChatFiles:
    """All files that the bot can know of."""

    def __init__(self, now: Callable[[], float], bot_id: int) -> None:
        self._now = now
        self._bot_id = bot_id
        self._files: dict[str, ChatFile] = {}  # by unique id
        self._unique_ids: dict[str, str] = {}  # by file id
        self._paths: dict[str, tuple[str, float]] = {}  # unique id, valid until
        self._numbers = count(1)

    def keep(self, content: bytes, owner_id: int, folder: str, suffix: str) -> str:
        """A file that a person uploads; gives a new file id for it."""
        kind = "AQAD" if folder == "photos" else "AgAD"
        unique_id = kind + _digest(owner_id, folder, sha256(content).hexdigest())[:12]
        if unique_id not in self._files:
            self._files[unique_id] = ChatFile(
                unique_id=unique_id, folder=folder, suffix=suffix, content=content
            )
        return self._new_id(unique_id)

    def again(self, file_id: str) -> str:
        """Another id of the same file, as a forward or a reply carries it."""
        return self._new_id(self._unique_ids[file_id])

    def describe(self, file_id: str, size: Size = "true") -> Json:
        """The fields that every file object of a message has."""
        file = self.of(file_id)
        known: Json = {"file_id": file_id, "file_unique_id": file.unique_id}
        if size == "absent":
            return known
        return known | {"file_size": len(file.content) if size == "true" else size}

    def knows(self, file_id: str) -> bool:
        return file_id in self._unique_ids

    def of(self, file_id: str) -> ChatFile:
        """The file behind an id, whether Telegram still gives it or not."""
        unique_id = self._unique_ids.get(file_id)
        if unique_id is None:
            raise bad_request(GONE)
        return self._files[unique_id]

    def forget(self, file_id: str) -> None:
        """From now on Telegram does not give this file any more."""
        self.of(file_id).is_gone = True

    def get_file(self, params: Json) -> Json:
        file_id = params.get("file_id", "")
        file = self.of(file_id)
        if file.is_gone:
            raise bad_request(GONE)
        if len(file.content) > DOWNLOAD_MAX_BYTES:
            raise bad_request("file is too big")
        path = f"{file.folder}/file_{next(self._numbers)}{file.suffix}"
        self._paths[path] = (file.unique_id, self._now() + PATH_LIFE_S)
        return self.describe(file_id) | {"file_path": path}

    def download(self, path: str) -> bytes | None:
        """The bytes behind a path that getFile gave; None where it ended or never was."""
        unique_id, until = self._paths.get(path, ("", 0.0))
        file = self._files.get(unique_id)
        if file is None or file.is_gone or self._now() >= until:
            return None
        return file.content

    def _new_id(self, unique_id: str) -> str:
        number = next(self._numbers)
        prefix = PREFIXES.get(self._files[unique_id].folder, PREFIXES["documents"])
        file_id = f"{prefix}{_digest(self._bot_id, unique_id, number)}"
        self._unique_ids[file_id] = unique_id
        return file_id


def photo_sizes(files: ChatFiles, content: bytes, owner_id: int, size: Size) -> list[Json]:
    """A photo's sizes, ascending; the largest is exactly these bytes."""
    picture = look(content)
    full = (picture.width, picture.height) if picture else UNREADABLE_SIZE
    sides = [side for side in THUMBNAIL_SIDES if picture and side < max(full)]
    small = [smaller(content, side) for side in sides]
    return [
        _photo_size(files, one, owner_id, width, height, size)
        for one, width, height in [*small, (content, *full)]
    ]


def _photo_size(
    files: ChatFiles, content: bytes, owner_id: int, width: int, height: int, size: Size
) -> Json:
    file_id = files.keep(content, owner_id, "photos", ".jpg")
    return files.describe(file_id, size) | {"width": width, "height": height}


def _digest(*parts: object) -> str:
    return sha256(json.dumps(parts).encode()).hexdigest()[:40]
