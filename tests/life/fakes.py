"""Telegram, OpenAI and the decoder at our ports: as small as the laws need, and unforgiving.

`OpenAI` holds the promises against the bot: it notes each request that names a dead file, and why
the file is dead.
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from snapthread.errors import (
    ChatBusy,
    ChatRefused,
    DocumentRefused,
    FilesBusy,
    FilesGone,
    ImageRefused,
    SnapthreadError,
    StoreBusy,
)
from snapthread.model import (
    Destination,
    Message,
    OutboxMessage,
    OutgoingMessage,
    PageRange,
    Usage,
)
from snapthread.ports import (
    BLOB,
    AnswerCompleted,
    AssistantRequest,
    DocumentContent,
    ImageTransport,
    InputFile,
    InputImage,
    InputPart,
    PagePicture,
    RemoteFile,
    StoredBlob,
    TextDelta,
    Update,
)
from snapthread.vision_tokens import Cut, Sight
from tests import virtual

ASK_S = 0.5
CALL_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    tiles: "tuple[Tile, ...]"
    mime: str = "image/jpeg"
    extension: str = "jpg"
    width: int = 640
    height: int = 480
    source_format: str = "JPEG"
    is_first_frame: bool = False
    is_dense: bool = False

    @property
    def content(self) -> bytes:
        return self.tiles[0].content


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    content: bytes
    width: int = 640
    height: int = 480
    cut: Cut | None = None


TALL = b"tall"
TALL_PARTS = 3
TALL_SIZE = (640, 480 * TALL_PARTS)


class Codec:
    """Cuts into three whatever begins as a tall picture does."""

    async def prepare(
        self,
        content: bytes,
        *,
        suspect: bool = False,
        tiles: bool = False,
        cut: Cut | None = None,
        sight: Sight | None = None,
        looks: bool = False,
    ) -> Image:
        if cut is not None:
            return Image(tiles=(_part(content, cut),))
        if not tiles or not content.startswith(TALL):
            return Image(tiles=(Tile(content=content),))
        boxes = [(0, 480 * n, 640, 480 * (n + 1)) for n in range(TALL_PARTS)]
        return Image(tiles=tuple(_part(content, Cut(TALL_SIZE, box)) for box in boxes))


def _part(content: bytes, cut: Cut) -> Tile:
    return Tile(content=b"%b, part %d" % (content, cut.box[1] // 480 + 1), cut=cut)


class Reader:
    """Takes whatever begins like one for a document of three pages, which nobody draws."""

    draws = False

    async def draw(self, content: bytes, **how: Any) -> tuple[PagePicture, ...]:
        raise NotImplementedError

    async def read(
        self,
        content: bytes,
        *,
        name: str,
        pages: PageRange | None = None,
        max_pages: int = 0,
        with_text: bool = False,
    ) -> DocumentContent:
        if not content.startswith(b"%PDF-"):
            raise DocumentRefused("unsupported_type")
        return DocumentContent(
            format="pdf", extension="pdf", mime="application/pdf", content=content, pages=3
        )


@dataclass(slots=True)
class Faults:
    """Faults to come, by call."""

    queued: dict[str, deque[SnapthreadError]] = field(default_factory=dict)

    def order(self, call: str, *errors: SnapthreadError) -> None:
        self.queued.setdefault(call, deque()).extend(errors)

    def strike(self, call: str) -> None:
        if errors := self.queued.get(call):
            raise errors.popleft()

    def clear(self) -> None:
        self.queued.clear()


class Telegram:
    """Implements `ports.Chat`; keeps each photo for ever, unless it is told to forget."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._ids = count(1)
        self._news = asyncio.Event()
        self.waiting: list[Update] = []
        self.sent: list[OutboxMessage] = []
        self.shown: dict[int, tuple[Destination, OutgoingMessage]] = {}
        self.lost: set[str] = set()
        self.gone_topics: set[tuple[int, int | None]] = set()
        self.is_away = False

    def push(self, message: Message | None) -> None:
        update_id = next(self._ids) if message is None else message.update_id
        self.tell(Update(update_id=update_id, message=message))

    def tell(self, update: Update) -> None:
        self.waiting.append(update)
        self._news.set()

    def next_id(self) -> int:
        return next(self._ids)

    async def start(self) -> str:
        return "bot"

    async def updates(self, offset: int | None, *, timeout_s: int) -> tuple[Update, ...]:
        self._faults.strike("updates")
        if offset is not None:
            self.waiting = [update for update in self.waiting if update.update_id >= offset]
        if not self.waiting:
            self._news.clear()
            try:
                async with asyncio.timeout(timeout_s):
                    await self._news.wait()
            except TimeoutError:
                return ()
        return tuple(self.waiting)

    async def reconnect(self) -> None:
        return None

    async def send(self, part: OutboxMessage) -> int:
        await asyncio.sleep(CALL_S)
        self._faults.strike("send")
        self.sent.append(part)
        message_id = self.next_id()
        self.shown[message_id] = part.to, part.outgoing
        return message_id

    async def draft(self, to: Destination, draft_id: int, outgoing: OutgoingMessage) -> None: ...

    async def edit(self, to: Destination, message_id: int, outgoing: OutgoingMessage) -> None:
        await asyncio.sleep(CALL_S)
        if message_id not in self.shown:
            raise ChatRefused("message to edit not found")
        self.shown[message_id] = to, outgoing

    async def delete(self, to: Destination, message_id: int) -> None:
        await asyncio.sleep(CALL_S)
        self.shown.pop(message_id, None)

    async def remove_buttons(self, to: Destination, message_id: int) -> None:
        if message_id in self.shown:
            self.shown[message_id] = to, replace(self.shown[message_id][1], buttons=())

    async def answer_press(self, press_id: str, text: str = "") -> None: ...

    async def typing(self, to: Destination) -> None: ...

    async def has_topic(self, to: Destination) -> bool:
        return (to.chat_id, to.thread_id) not in self.gone_topics

    async def name_topic(self, to: Destination, name: str) -> None: ...

    async def answer_guest(self, query_id: str, text: str) -> str:
        return query_id

    async def edit_guest(self, inline_id: str, outgoing: OutgoingMessage) -> None: ...

    async def leave(self, chat_id: int) -> None: ...

    async def is_admin(self, chat_id: int, user_id: int) -> bool:
        return False

    async def download(self, telegram_id: str, *, max_bytes: int) -> bytes:
        await asyncio.sleep(CALL_S)
        self._faults.strike("download")
        if self.is_away:
            raise ChatBusy("away")
        if telegram_id in self.lost:
            raise ImageRefused("gone")
        return telegram_id.encode()

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Stored:
    filename: str
    created_at: datetime
    expires_at: datetime
    content: bytes = b""


class OpenAI:
    """Implements `ports.Files` and `ports.Assistant`."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._ids = count(1)
        self._stored: dict[str, Stored] = {}
        self.deleted: set[str] = set()
        self.vanished: set[str] = set()
        self.violations: list[str] = []
        self.failed_for: Counter[str] = Counter()
        self.profile = 0
        self.transport = ImageTransport()
        self.cuts = 0  # of the next answers
        self.retired: Callable[[], Awaitable[set[str]]] | None = None  # as the ledger knows

    @property
    def files(self) -> set[str]:
        now = virtual.now()
        return {id for id, file in self._stored.items() if now < file.expires_at}

    @property
    def tall(self) -> list[tuple[str, str]]:
        """The parts of tall pictures, each with what Telegram calls the picture."""
        found = [(id, self._stored[id].content.partition(b",")[0]) for id in sorted(self.files)]
        return [(id, name.decode()) for id, name in found if name.startswith(TALL)]

    def blobs(self) -> list[tuple[str, datetime]]:
        present = self.files
        blobs = [id for id in self._stored if id.startswith(BLOB) and id in present]
        return sorted(
            ((id, self._stored[id].created_at) for id in blobs),
            key=lambda blob: blob[1],
            reverse=True,
        )

    def vanish(self, openai_id: str) -> None:
        del self._stored[openai_id]
        self.vanished.add(openai_id)

    def pretend(self, filenames: Mapping[str, str]) -> None:
        """Files that are there already, by id."""
        now = virtual.now()
        for openai_id, filename in filenames.items():
            self._stored[openai_id] = Stored(filename, now, now + timedelta(days=30))

    async def upload(self, filename: str, content: bytes, mime: str, *, life_s: int) -> str:
        await asyncio.sleep(CALL_S)
        self._faults.strike("upload before")
        openai_id = f"file-{next(self._ids)}"
        now = virtual.now()
        self._stored[openai_id] = Stored(filename, now, now + timedelta(seconds=life_s), content)
        self._faults.strike("upload after")
        await asyncio.sleep(CALL_S)
        return openai_id

    async def put(self, name: str, content: bytes, *, expires_at: datetime) -> None:
        """Our own store, whose images a request carries."""
        await asyncio.sleep(CALL_S)
        self._strike_store("upload before")
        self._stored[f"{BLOB}{name}"] = Stored(name, virtual.now(), expires_at, content)
        self._strike_store("upload after")
        await asyncio.sleep(CALL_S)

    def _strike_store(self, call: str) -> None:
        try:
            self._faults.strike(call)
        except FilesBusy as busy:
            raise StoreBusy(str(busy)) from busy

    async def delete(self, openai_id: str) -> bool:
        assert not openai_id.startswith(BLOB), "that lies in our own store"
        return await self.remove(openai_id)

    async def remove(self, openai_id: str) -> bool:
        await asyncio.sleep(CALL_S)
        self._faults.strike("delete before")
        existed = openai_id in self.files
        self._stored.pop(openai_id, None)
        self.deleted.add(openai_id)
        self._faults.strike("delete after")
        return existed

    async def exists(self, openai_id: str) -> bool:
        self._faults.strike("exists")
        return openai_id in self.files

    async def list(self) -> AsyncGenerator[RemoteFile, None]:
        self._faults.strike("list")
        present = self.files
        for openai_id, file in sorted(
            self._stored.items(), key=lambda item: item[1].created_at, reverse=True
        ):
            if openai_id in present and not openai_id.startswith(BLOB):
                await asyncio.sleep(0)
                yield RemoteFile(
                    openai_id=openai_id, filename=file.filename, created_at=file.created_at
                )

    async def ask(self, ask: AssistantRequest) -> AsyncGenerator[TextDelta | AnswerCompleted, None]:
        self.profile += 1
        parts = [part for line in ask.items for part in line.content]
        ids = [part.openai_id for part in parts if isinstance(part, InputImage | InputFile)]
        if uncarried := [id for id in ids if not self.transport.carries(id)]:
            raise FilesGone("of the other transport", openai_ids=tuple(uncarried))
        self._note_dead(ids)
        self._note_kinds(parts)
        self._note_halves(parts)
        await self._note_retired(ids)
        self._faults.strike("ask")
        if dead := set(ids) - self.files:
            self.failed_for.update(dead)
            raise FilesGone("image_file_not_found")
        await asyncio.sleep(ASK_S)
        yield TextDelta(text=f"answer {self.profile}")
        is_cut, self.cuts = self.cuts > 0, max(self.cuts - 1, 0)
        cut = "max_output_tokens" if is_cut else None
        yield AnswerCompleted(usage=Usage(), model="fake", cut=cut)

    async def _note_retired(self, ids: Sequence[str]) -> None:
        """Promise 1: no request names a file that is about to be deleted."""
        retired = await self.retired() if self.retired else set()
        for openai_id in retired & set(ids):
            self.violations.append(f"{openai_id} has left the conversation")

    def _note_kinds(self, parts: Sequence[InputPart]) -> None:
        """An image is named as an image, and a document as a document, also once it was healed."""
        for part in parts:
            if isinstance(part, InputImage | InputFile) and part.openai_id in self._stored:
                is_pdf = self._stored[part.openai_id].filename.endswith(".pdf")
                if is_pdf != isinstance(part, InputFile):
                    self.violations.append(f"{part.openai_id} is of the other kind")

    def _note_halves(self, parts: Sequence[InputPart]) -> None:
        """A tall picture is shown whole and in its order, or not at all."""
        images = [part.openai_id for part in parts if isinstance(part, InputImage)]
        shown = [self._stored[id].content for id in images if id in self._stored]
        tall = [content for content in shown if content.startswith(TALL)]
        whole = [b"%b, part %d" % (name, n + 1) for name in _names(tall) for n in range(TALL_PARTS)]
        if tall != whole and len(shown) == len(images):
            self.violations.append(f"halves of tall pictures: {tall}")

    def _note_dead(self, ids: Sequence[str]) -> None:
        """Promise 1: no request names a file that the bot deleted, or knows to be expired."""
        for openai_id in ids:
            if openai_id in self.deleted:
                self.violations.append(f"{openai_id} was deleted by the bot")
            elif openai_id not in self.files | self.vanished:
                self.violations.append(f"{openai_id} is expired")


def _names(tall: Sequence[bytes]) -> list[bytes]:
    """Each as often as its first part is shown."""
    return [name for name, _, part in (each.partition(b", part ") for each in tall) if part == b"1"]


class Blobs:
    """Implements `ports.Blobs`: what lies in our own store, in the same book as OpenAI's files."""

    def __init__(self, openai: OpenAI) -> None:
        self._openai = openai
        self.put = openai.put

    async def get(self, name: str) -> bytes | None:
        raise NotImplementedError("the fake of the assistant needs no bytes")

    async def size(self, name: str) -> int | None:
        return 1 if await self._openai.exists(f"{BLOB}{name}") else None

    async def delete(self, name: str) -> bool:
        assert not name.startswith("file-"), "that lies at OpenAI"
        return await self._openai.remove(f"{BLOB}{name}")

    async def list(self) -> AsyncGenerator[StoredBlob, None]:
        for openai_id, created_at in self._openai.blobs():
            await asyncio.sleep(0)
            yield StoredBlob(name=openai_id.removeprefix(BLOB), created_at=created_at)


def unknown_upload() -> FilesBusy:
    return FilesBusy("reply lost", unknown=True)
