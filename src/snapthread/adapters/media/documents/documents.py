"""The async face of `read`: each document in a child of its own, a few at a time."""

import asyncio
from pathlib import PurePath
from typing import Final

from snapthread.adapters.media.child import PYTHON, ChildDied, Command, answer_of
from snapthread.adapters.media.documents import draw, wire
from snapthread.contents import DocumentContent, PagePicture, PageRange
from snapthread.errors import DocumentRefused
from snapthread.limits import DOCUMENTS_READ_AT_ONCE
from snapthread.vision_tokens import Sight, Size

READ_S: Final = 30.0  # its own limit of text is 8 s; a slow core and a large file need some more
COMMAND: Final[Command] = (*PYTHON, "-m", "snapthread.adapters.media.documents")
DRAWING: Final[Command] = (*PYTHON, "-m", "snapthread.adapters.media.documents.draw")


class Documents:
    """Reads documents. Raises DocumentRefused and nothing else of its own."""

    def __init__(self, *, command: Command = COMMAND, time_limit_s: float = READ_S) -> None:
        self._command = command
        self._time_limit_s = time_limit_s
        self._reading = asyncio.Semaphore(DOCUMENTS_READ_AT_ONCE)

    async def read(
        self,
        content: bytes,
        *,
        name: str,
        pages: PageRange | None = None,
        max_pages: int = 0,
        with_text: bool = False,
    ) -> DocumentContent:
        asked = pages or PageRange(0, 0)
        text = "text" if with_text else "no"
        # Of the name only what tells a kind of text: the rest is nobody's business there.
        suffix = PurePath(name).suffix[:19]
        told = f"a{suffix}" if suffix.isascii() and suffix.isprintable() else ""
        how = (told, str(asked.first), str(asked.last), str(max_pages), text)
        return wire.unpack(await self._answer((*self._command, *how), content), content)

    @property
    def draws(self) -> bool:
        return draw.is_installed()

    async def draw(
        self,
        content: bytes,
        *,
        sight: Sight,
        max_side: int,
        page: int = 0,
        size: Size | None = None,
    ) -> tuple[PagePicture, ...]:
        how = (*sight, *map(str, (max_side, page, *(size or (0, 0)))))
        return draw.unpack_pages(await self._answer((*DRAWING, *how), content))

    async def _answer(self, command: Command, content: bytes) -> bytes:
        async with self._reading:
            try:
                return await answer_of(command, content, time_limit_s=self._time_limit_s)
            except ChildDied as died:
                raise DocumentRefused("crashed", str(died)) from None
