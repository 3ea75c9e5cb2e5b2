"""Readers of documents, which say what a file is before it is uploaded."""

from typing import Protocol

from snapthread.contents import DocumentContent, PagePicture, PageRange
from snapthread.vision_tokens import Sight, Size


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
