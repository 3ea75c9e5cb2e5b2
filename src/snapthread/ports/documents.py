"""Readers of documents, which say what a file is before it is uploaded."""

from dataclasses import dataclass
from typing import Protocol

from snapthread.model import PageRange
from snapthread.vision_tokens import Sight, Size


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentContent:
    """A document as its bytes show it. `content` goes up: the whole, or the pages asked for.

    `pages`: of the whole; 0 where it has none. `text_tokens`: our estimate, of what goes up.
    """

    format: str  # pdf, docx, text, …
    extension: str
    mime: str
    content: bytes
    pages: int = 0
    text_tokens: int = 0
    has_text: bool = True
    text: str = ""  # where it was asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePicture:
    """A page as a JPEG."""

    content: bytes
    width: int
    height: int


class DocumentReader(Protocol):
    """Bytes from Telegram into a document that the model can use."""

    @property
    def draws(self) -> bool:
        """Can pages be drawn here?"""
        ...

    async def read(
        self,
        content: bytes,
        *,
        name: str,
        pages: PageRange | None = None,
        max_pages: int = 0,
        with_text: bool = False,
    ) -> DocumentContent:
        """Raises DocumentRefused only: "too_many_pages" where more would go up than `max_pages`
        (0: no limit). `name`: the sender's claim, for kinds of text that bytes do not tell.
        `with_text`: its text, for a server that takes no files."""
        ...

    async def draw(
        self,
        content: bytes,
        *,
        sight: Sight,
        max_side: int,
        page: int = 0,
        size: Size | None = None,
    ) -> tuple[PagePicture, ...]:
        """The pages of a PDF as pictures, as large as the model will use. Raises DocumentRefused
        only. `page`: only this one, counted from 1, in the `size` that it had."""
        ...
