"""OpenAI's Files API: what is uploaded stays until it is deleted or expires."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import PurePath
from typing import Final

from snapthread_sandbox.openai.errors import (
    ApiError,
    above_maximum,
    below_minimum,
    invalid_type,
    invalid_value,
    missing,
    unknown_parameter,
)
from snapthread_sandbox.wire import Form, Json, Upload

PURPOSES: Final = ("assistants", "batch", "fine-tune", "vision", "user_data", "evals")
FOR_INPUT: Final = ("vision", "user_data")
FOR_DOCUMENTS: Final = ("user_data", "assistants")
SUFFIXES: Final = (".gif", ".jpeg", ".jpg", ".png", ".webp")
LIFE_S: Final = (3_600, 2_592_000)  # expires_after[seconds]
SIZE_MAX_BYTES: Final = 512 * 1024 * 1024
PAGE_MAX: Final = 10_000
FIELDS: Final = {"file", "purpose", "expires_after[anchor]", "expires_after[seconds]"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file as OpenAI holds it."""

    id: str
    name: str
    purpose: str
    content: bytes
    created_at: int
    expires_at: int | None

    def as_json(self) -> Json:
        known: Json = {
            "id": self.id,
            "object": "file",
            "bytes": len(self.content),
            "created_at": self.created_at,
            "filename": self.name,
            "purpose": self.purpose,
            "status": "processed",
        }
        return known if self.expires_at is None else known | {"expires_at": self.expires_at}


class Files:
    """The files of one project."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._files: dict[str, StoredFile] = {}
        self._order: list[str] = []  # of every file there ever was, so cursors survive deletion
        self.deleted: list[str] = []  # ids, as the bot deleted them

    @property
    def live(self) -> dict[str, StoredFile]:
        """Files that are neither deleted nor expired."""
        now = self._now()
        return {
            id: file
            for id, file in self._files.items()
            if file.expires_at is None or now < file.expires_at
        }

    def vanish(self, file_id: str) -> None:
        """Deletes a file behind the bot's back."""
        del self._files[file_id]

    def expire(self, file_id: str) -> None:
        """Makes a file expire now."""
        self._files[file_id] = replace(self._files[file_id], expires_at=int(self._now()))

    def create(self, form: Form) -> Json:
        upload = _parse_file(form)
        file = StoredFile(
            id=self._next_id(),
            name=upload.file_name,
            purpose=_parse_purpose(form, upload),
            content=upload.content,
            created_at=int(self._now()),
            expires_at=self._parse_expiry(form),
        )
        self._files[file.id] = file
        self._order.append(file.id)
        return file.as_json()

    def retrieve(self, file_id: str) -> Json:
        return self.existing(file_id).as_json()

    def delete(self, file_id: str) -> Json:
        del self._files[self.existing(file_id).id]
        self.deleted.append(file_id)
        return {"id": file_id, "object": "file", "deleted": True}

    def content(self, file_id: str) -> bytes:
        """Unknown of the real service: for which purposes it refuses; here, for model inputs."""
        file = self.existing(file_id)
        if file.purpose in FOR_INPUT:
            raise ApiError(400, f"Not allowed to download files of purpose: {file.purpose}")
        return file.content

    def page(self, query: Mapping[str, str]) -> Json:
        limit = _parse_limit(query.get("limit"))
        found = self._find(query)
        page = [file.as_json() for file in found[:limit]]
        return {
            "object": "list",
            "data": page,
            "first_id": page[0]["id"] if page else "",
            "last_id": page[-1]["id"] if page else "",
            "has_more": len(found) > limit,
        }

    def existing(self, file_id: str) -> StoredFile:
        file = self.live.get(file_id)
        if file is None:
            raise ApiError(404, f"No such File object: {file_id}", param="id")
        return file

    def _find(self, query: Mapping[str, str]) -> list[StoredFile]:
        order = query.get("order", "desc")
        if order not in ("asc", "desc"):
            raise invalid_value("order", order, ("asc", "desc"))
        ids = _after(self._order if order == "asc" else self._order[::-1], query.get("after"))
        live = self.live
        files = [live[id] for id in ids if id in live]
        return [file for file in files if query.get("purpose") in (None, file.purpose)]

    def _parse_expiry(self, form: Form) -> int | None:
        anchor, seconds = (form.get(f"expires_after[{key}]") for key in ("anchor", "seconds"))
        if anchor is None and seconds is None:
            return None
        if anchor is None or seconds is None:
            raise missing(f"expires_after[{'anchor' if anchor is None else 'seconds'}]")
        if anchor != "created_at":
            raise invalid_value("expires_after.anchor", anchor, ("created_at",))
        return int(self._now()) + _parse_integer("expires_after.seconds", seconds, *LIFE_S)

    def _next_id(self) -> str:
        return "file-" + sha256(f"file {len(self._order)}".encode()).hexdigest()[:22]


def _after(ids: list[str], cursor: str | None) -> list[str]:
    if cursor is None:
        return ids
    if cursor not in ids:
        raise ApiError(404, f"No such File object: {cursor}", param="after")
    return ids[ids.index(cursor) + 1 :]


def _parse_file(form: Form) -> Upload:
    for name in form.keys() - FIELDS:
        raise unknown_parameter(name)
    upload = form.get("file")
    if upload is None:
        raise missing("file")
    if not isinstance(upload, Upload) or not upload.file_name:
        raise invalid_type("file", "a file with a name", upload)
    if not upload.content:
        raise ApiError(400, "File is empty.", param="file")
    if len(upload.content) > SIZE_MAX_BYTES:
        raise ApiError(413, "Maximum file size exceeded.", param="file")
    return upload


def _parse_purpose(form: Form, upload: Upload) -> str:
    purpose = form.get("purpose")
    if not isinstance(purpose, str):
        raise missing("purpose")
    if purpose not in PURPOSES:
        raise invalid_value("purpose", purpose, PURPOSES)
    suffix = PurePath(upload.file_name).suffix.lower()
    if purpose == "vision" and suffix not in SUFFIXES:
        raise ApiError(400, f"Invalid extension {suffix}. Supported formats: {SUFFIXES}")
    return purpose


def _parse_limit(limit: str | None) -> int:
    return PAGE_MAX if limit is None else _parse_integer("limit", limit, 1, PAGE_MAX)


def _parse_integer(param: str, text: str | Upload, minimum: int, maximum: int) -> int:
    if not isinstance(text, str) or not text.removeprefix("-").isdecimal():
        raise invalid_type(param, "an integer", text)
    if int(text) < minimum:
        raise below_minimum(param, minimum, int(text))
    if int(text) > maximum:
        raise above_maximum(param, maximum, int(text))
    return int(text)
