"""What the model gets to see of a request: messages, pictures, and what they cost in tokens."""

import json
import math
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from snapthread_sandbox.openai.errors import ApiError
from snapthread_sandbox.openai.files import FOR_INPUT, StoredFile
from snapthread_sandbox.pictures import VISION_FORMATS, Picture, look
from snapthread_sandbox.wire import Json

BYTES_PER_TOKEN: Final = 4
PATCH_SIDE: Final = 32
PATCH_TOKENS: Final = 1.2
PATCHES_MAX: Final = 30_000
IMAGES_MAX: Final = 1_500
DOWNLOAD_FAILED: Final = "Error while downloading file. Upstream status code: 404."


class DeadFile(Exception):
    """A request names a file that is not there. How OpenAI says so is a switch."""

    def __init__(self, file_id: str) -> None:
        super().__init__(file_id)
        self.file_id = file_id


class BadImage(Exception):
    """A file is there, but is no picture that OpenAI takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A picture in a question. `label`: the text just before it in the same message."""

    number: int
    label: str
    detail: str
    file_id: str | None
    content: bytes
    picture: Picture

    @property
    def tokens(self) -> int:
        return math.ceil(patches(self.picture) * PATCH_TOKENS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message of a question."""

    role: str
    text: str
    images: tuple[Seen, ...] = ()

    @property
    def tokens(self) -> int:
        return text_tokens(self.text) + sum(image.tokens for image in self.images)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A request as the model sees it."""

    body: Json
    messages: tuple[Said, ...]

    @property
    def model(self) -> str:
        return str(self.body.get("model"))

    @property
    def instructions(self) -> str:
        return self.body.get("instructions") or ""

    @property
    def images(self) -> tuple[Seen, ...]:
        return tuple(image for message in self.messages for image in message.images)

    @property
    def last_text(self) -> str:
        """The text of the last user message."""
        texts = [message.text for message in self.messages if message.role == "user"]
        return texts[-1] if texts else ""

    @property
    def input_tokens(self) -> int:
        return sum(tokens for _, tokens in self.pieces())

    def pieces(self) -> Iterator[tuple[str, int]]:
        """The parts of the prompt in their order, each with its tokens: what a cache compares."""
        yield self.instructions, text_tokens(self.instructions)
        for message in self.messages:
            named = [image.file_id for image in message.images]
            yield json.dumps([message.role, message.text, named]), message.tokens


def text_tokens(text: str) -> int:
    return math.ceil(len(text.encode()) / BYTES_PER_TOKEN)


def patches(picture: Picture) -> int:
    return math.ceil(picture.width / PATCH_SIDE) * math.ceil(picture.height / PATCH_SIDE)


def file_ids(body: Json) -> tuple[str, ...]:
    """The files that a request names, each once, in their order."""
    named = (part.get("file_id") for item in _items(body) for part in _parts(item))
    return tuple(dict.fromkeys(id for id in named if isinstance(id, str)))


def question(body: Json, files: Mapping[str, StoredFile]) -> Question:
    """Opens a checked request. Raises DeadFile or BadImage."""
    if (
        sum(part.get("type") == "input_image" for i in _items(body) for part in _parts(i))
        > IMAGES_MAX
    ):
        raise ApiError(400, f"Too many images: at most {IMAGES_MAX}.", param="input")
    messages: list[Said] = []
    for item in _items(body):
        before = sum(len(message.images) for message in messages)
        messages.append(_said(item, files, before))
    return Question(body=body, messages=tuple(messages))


def _items(body: Json) -> list[Json]:
    given = body.get("input")
    if isinstance(given, str):
        return [{"role": "user", "content": given}]
    items = given if isinstance(given, list) else []
    return [item for item in items if isinstance(item, dict)]


def _parts(item: Json) -> list[Json]:
    content = item.get("content")
    if isinstance(content, str):
        return [{"type": "input_text", "text": content}]
    parts = content if isinstance(content, list) else []
    return [part for part in parts if isinstance(part, dict)]


def _said(item: Json, files: Mapping[str, StoredFile], before: int) -> Said:
    texts: list[str] = []
    images: list[Seen] = []
    for part in _parts(item):
        if part.get("type") == "input_image":
            number, label = before + len(images) + 1, texts[-1] if texts else ""
            images.append(_seen(part, files, number, label))
        elif isinstance(text := part.get("text") or part.get("refusal"), str):
            texts.append(text)
    return Said(role=item.get("role", ""), text="\n".join(texts), images=tuple(images))


def _seen(part: Json, files: Mapping[str, StoredFile], number: int, label: str) -> Seen:
    content = _content(part, files)
    picture = look(content, VISION_FORMATS)
    if picture is None or picture.is_animated or patches(picture) > PATCHES_MAX:
        raise BadImage(part.get("file_id") or "")
    return Seen(
        number=number,
        label=label,
        detail=part.get("detail") or "auto",
        file_id=part.get("file_id"),
        content=content,
        picture=picture,
    )


def _content(part: Json, files: Mapping[str, StoredFile]) -> bytes:
    if (file_id := part.get("file_id")) is None:
        return _inline(part["image_url"])
    file = files.get(file_id)
    if file is None or file.purpose not in FOR_INPUT:
        raise DeadFile(file_id)
    return file.content


def _inline(url: str) -> bytes:
    head, found, content = url.partition(";base64,")
    if not found or not head.startswith("data:image/"):
        raise ApiError(400, DOWNLOAD_FAILED, param="url", code="invalid_value")
    return b64decode(content)
