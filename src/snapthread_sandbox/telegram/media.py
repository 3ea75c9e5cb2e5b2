"""Methods that send files: uploads in a form, files that Telegram has already, albums."""

from typing import Final, NamedTuple

from snapthread_sandbox.pictures import look
from snapthread_sandbox.telegram.files import photo_sizes
from snapthread_sandbox.telegram.params import BotError, bad_request, need
from snapthread_sandbox.telegram.posting import Posting
from snapthread_sandbox.wire import Json, Upload

CAPTION_UNITS: Final = 1024
ALBUM_MAX: Final = 10
DOCUMENT_MAX_BYTES: Final = 50 * 1024 * 1024
PHOTO_MAX_BYTES: Final = 10 * 1024 * 1024
SIDES_MAX: Final = 10_000  # width and height together
RATIO_MAX: Final = 20
WRONG_FILE: Final = "wrong file identifier/HTTP URL specified"
IN_ALBUMS: Final = ("photo", "document")


class Given(NamedTuple):
    """A file as a call brings it: new bytes, or the id of one that is there."""

    content: bytes
    name: str
    file_id: str | None = None


class Media:
    """The methods, over one world."""

    def __init__(self, posting: Posting) -> None:
        self._posting = posting
        self._files = posting.world.files

    def send_photo(self, params: Json) -> Json:
        return self._send("sendPhoto", "photo", params)

    def send_document(self, params: Json) -> Json:
        return self._send("sendDocument", "document", params)

    def send_group(self, params: Json) -> list[Json]:
        """sendMediaGroup: all of it is checked before any of it is sent."""
        chat, media = self._posting.chat(params), need(params, "media")
        _check_group(media)
        album = {"media_group_id": f"{14_000_000_000 + self._posting.world.number()}"}
        contents = [
            self._content("sendMediaGroup", one["type"], params | one, one["media"], chat.id)
            for one in media
        ]
        extras = self._posting.extras(chat, params)
        return [self._posting.say(chat, params, extras | content | album) for content in contents]

    def _send(self, method: str, kind: str, params: Json) -> Json:
        chat = self._posting.chat(params)
        content = self._content(method, kind, params, need(params, kind), chat.id)
        return self._posting.say(chat, params, self._posting.extras(chat, params) | content)

    def _content(self, method: str, kind: str, params: Json, given: object, owner: int) -> Json:
        file = self._resolve(kind, given, params)
        caption = self._posting.caption(method, params, CAPTION_UNITS)
        if kind == "photo":
            return {"photo": self._photo(file, owner)} | caption
        file_id = file.file_id or self._files.keep(file.content, owner, "documents", "")
        name = {"file_name": file.name} if file.name else {}
        return {"document": self._files.describe(file_id) | name} | caption

    def _photo(self, file: Given, owner: int) -> list[Json]:
        if len(file.content) > PHOTO_MAX_BYTES:
            raise BotError(413, "Request Entity Too Large")
        picture = look(file.content)
        if picture is None:
            raise bad_request("IMAGE_PROCESS_FAILED")
        sides = (picture.width, picture.height)
        if sum(sides) > SIDES_MAX or max(sides) > RATIO_MAX * min(sides):
            raise bad_request("PHOTO_INVALID_DIMENSIONS")
        return photo_sizes(self._files, file.content, owner, "true")

    def _resolve(self, kind: str, given: object, params: Json) -> Given:
        name = given.removeprefix("attach://") if isinstance(given, str) else ""
        upload = params.get(name) if name else given
        if isinstance(upload, Upload):
            return _check(upload)
        if isinstance(given, str) and given.startswith("attach://"):
            raise bad_request(f"there is no {kind} in the request")
        if not isinstance(given, str) or not self._files.knows(given):
            raise bad_request(WRONG_FILE if isinstance(given, str) else f"there is no {kind}")
        return Given(self._files.of(given).content, "", given)


def _check(upload: Upload) -> Given:
    if not upload.content:
        raise bad_request("file must be non-empty")
    if len(upload.content) > DOCUMENT_MAX_BYTES:
        raise BotError(413, "Request Entity Too Large")
    return Given(upload.content, upload.file_name)


def _check_group(media: list[Json]) -> None:
    if not media:
        raise bad_request("there are no messages to send")
    if len(media) > ALBUM_MAX:
        raise bad_request("there are too many messages to send as an album")
    for one in media:
        if one.get("type") not in IN_ALBUMS or "media" not in one:
            raise bad_request("can't parse InputMedia")
    if len({one["type"] for one in media}) > 1:
        raise bad_request("document can't be mixed with other media types")
