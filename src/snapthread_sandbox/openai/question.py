"""The request as the model sees it: messages, pictures, and what they cost in tokens."""

import json
import math
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from snapthread_sandbox.openai.documents import Document, check, check_sizes, inline
from snapthread_sandbox.openai.errors import ApiError
from snapthread_sandbox.openai.files import FOR_DOCUMENTS, FOR_INPUT, StoredFile
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
    documents: tuple[Document, ...] = ()
    phase: str | None = None

    @property
    def tokens(self) -> int:
        images = sum(image.tokens for image in self.images)
        return text_tokens(self.text) + images + sum(one.tokens for one in self.documents)


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
    def documents(self) -> tuple[Document, ...]:
        return tuple(one for message in self.messages for one in message.documents)

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
            named += [document.file_id for document in message.documents]
            yield json.dumps([message.role, message.text, named]), message.tokens


def text_tokens(text: str) -> int:
    return math.ceil(len(text.encode("utf-8", "surrogatepass")) / BYTES_PER_TOKEN)


def patches(picture: Picture) -> int:
    return math.ceil(picture.width / PATCH_SIDE) * math.ceil(picture.height / PATCH_SIDE)


def file_ids(body: Json) -> tuple[str, ...]:
    """The files that a request names, each once, in their order."""
    named = (part.get("file_id") for item in items_of(body) for part in _parts(item))
    return tuple(dict.fromkeys(id for id in named if isinstance(id, str)))


def question(
    body: Json, files: Mapping[str, StoredFile], items: list[Json] | None = None
) -> Question:
    """Opens a checked request, or all items of its context. Raises DeadFile or BadImage."""
    items = items_of(body) if items is None else items
    kinds = [part.get("type") for item in items for part in _parts(item)]
    if kinds.count("input_image") > IMAGES_MAX:
        raise ApiError(400, f"Too many images: at most {IMAGES_MAX}.", param="input")
    messages: list[Said] = []
    for item in items:
        images = sum(len(message.images) for message in messages)
        documents = sum(len(message.documents) for message in messages)
        messages.append(_parse_item(item, files, images, documents))
    opened = Question(body=body, messages=tuple(messages))
    check_sizes([len(one.content) for one in opened.documents])
    return opened


def items_of(body: Json) -> list[Json]:
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


def _parse_item(item: Json, files: Mapping[str, StoredFile], images: int, documents: int) -> Said:
    """`images` and `documents`: how many came before."""
    texts: list[str] = []
    seen: list[Seen] = []
    read: list[Document] = []
    for part in _parts(item):
        label = texts[-1] if texts else ""
        if part.get("type") == "input_image":
            seen.append(_parse_image(part, files, images + len(seen) + 1, label))
        elif part.get("type") == "input_file":
            read.append(_parse_document(part, files, documents + len(read) + 1, label))
        elif isinstance(text := part.get("text") or part.get("refusal"), str):
            texts.append(text)
    return Said(
        role=item.get("role", ""),
        text="\n".join(texts),
        images=tuple(seen),
        documents=tuple(read),
        phase=item.get("phase"),
    )


def _parse_document(
    part: Json, files: Mapping[str, StoredFile], number: int, label: str
) -> Document:
    file_id, name = part.get("file_id"), part.get("filename")
    if file_id is not None:
        file = files.get(file_id)
        if file is None or file.purpose not in FOR_DOCUMENTS:
            raise DeadFile(file_id)
        name, content = name or file.name, file.content
    else:
        content = inline(part["file_data"])
    document = Document(
        number=number,
        label=label,
        name=name or "",
        detail=part.get("detail") or "auto",
        file_id=file_id,
        content=content,
    )
    check(document)
    return document


def _parse_image(part: Json, files: Mapping[str, StoredFile], number: int, label: str) -> Seen:
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
