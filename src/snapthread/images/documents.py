"""Documents before they go up: which are taken, in what detail they are shown, what that takes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from snapthread.errors import DocumentRefused
from snapthread.model import (
    DocumentDetail,
    DocumentFacts,
    PageRange,
    Part,
    TelegramDocument,
    TelegramFile,
)
from snapthread.ports import DocumentContent, DocumentReader, ImageTransport, PagePicture
from snapthread.vision_tokens import ANYBODY, Sight, image_tokens

PAGED = "pdf"  # of this, OpenAI shows the model the pages as pictures too


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentProfile:
    """The operator's choices about documents, and the tokens of a page's picture."""

    max_bytes: int
    max_pages: int
    detail: Literal["low", "high", "auto"]
    page_tokens: Mapping[DocumentDetail, int]
    context_tokens: int

    def facts(
        self, name: str, read: DocumentContent, chosen: PageRange | None, *, as_text: bool = False
    ) -> DocumentFacts:
        """Facts about what goes up; `auto` is the finest detail that leaves room for a
        conversation."""
        detail = "" if as_text else self._detail(read, chosen)
        return DocumentFacts(
            name=name,
            pages=read.pages,
            chosen=chosen,
            tokens=self._tokens(read, chosen, detail),
            detail=detail,
        )

    def _detail(self, read: DocumentContent, chosen: PageRange | None) -> DocumentDetail:
        if read.format != PAGED:
            return ""
        if self.detail != "auto":
            return self.detail
        # A page without text can only be looked at: it may take more.
        room = self.context_tokens // 2 if read.has_text else self.context_tokens * 3 // 4
        return "high" if self._tokens(read, chosen, "high") <= room else "low"

    def _tokens(
        self, read: DocumentContent, chosen: PageRange | None, detail: DocumentDetail
    ) -> int:
        pages = (len(chosen) if chosen else read.pages) if detail else 0
        return read.text_tokens + pages * self.page_tokens.get(detail, 0)

    def refuse_too_long(self, facts: DocumentFacts, *, is_paged: bool) -> None:
        """With the pages that could be used instead, where it has pages."""
        if facts.tokens <= self.context_tokens:
            return
        pages = len(facts.chosen) if facts.chosen else facts.pages
        each = facts.tokens // pages if pages else 0
        fits = min(pages - 1, self.context_tokens // 2 // each) if each else 0
        has_pages = is_paged and fits > 0
        raise DocumentRefused(
            "too_long",
            f"{facts.tokens} tokens",
            pages=facts.pages if has_pages else 0,
            fits=fits if has_pages else 0,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedDocument:
    """A document that may go up. `text`: where that goes into the question instead of the file."""

    content: bytes
    mime: str
    extension: str
    format: str
    facts: DocumentFacts
    has_text: bool
    text: str = ""
    pictures: tuple[PagePicture, ...] = ()  # of its pages, where those go up instead of the file

    @property
    def is_text(self) -> bool:
        return bool(self.text)


@dataclass(slots=True, kw_only=True, eq=False)
class DocumentOpener:
    """Reads a document and decides. One instance a process."""

    reader: DocumentReader
    profile: DocumentProfile
    transport: ImageTransport
    most_pictures: Callable[[], int]  # of pages in one request; 0: any number
    sees: bool = True  # the model looks at pictures
    sight: Sight = ANYBODY
    max_side: int = 0
    takes_inline: bool = False  # OpenAI's own server reads documents within a request, too

    @property
    def as_text(self) -> bool:
        """A document's text stands in the question where the model's server takes no files."""
        return self.transport.way == "inline" and not self.takes_inline

    async def open(
        self,
        file: TelegramFile,
        content: bytes,
        *,
        restored: bool = False,
        part: Part | None = None,
        sight: Sight | None = None,
    ) -> OpenedDocument:
        """Raises DocumentRefused; of one that is restored, its size was agreed to before. `part`:
        the page of it that is restored, as a picture."""
        name, chosen = "", None
        if isinstance(file, TelegramDocument):
            name, chosen = file.file_name, file.chosen
        read = await self._read(content, name, chosen, restored=restored)
        if chosen is not None:
            chosen = PageRange(min(chosen.first, read.pages), min(chosen.last, read.pages))
        if part is not None:
            return await self._page_again(name, read, chosen, part)
        is_drawn = self.as_text and self.sees and self.reader.draws and not restored
        if is_drawn and read.format == PAGED and not read.has_text:
            return await self._as_pictures(name, read, chosen, sight or self.sight)
        if self.as_text and not read.text.strip():
            raise DocumentRefused("no_text" if read.format == PAGED else "unsent", read.format)
        facts = self.profile.facts(_readable_name(name, read), read, chosen, as_text=self.as_text)
        if not restored:
            self.profile.refuse_too_long(facts, is_paged=read.format == PAGED)
        return _document_of(read, facts, text=read.text if self.as_text else "")

    async def _as_pictures(
        self, name: str, read: DocumentContent, chosen: PageRange | None, sight: Sight
    ) -> OpenedDocument:
        asked, most = len(chosen) if chosen else read.pages, self.most_pictures()
        if 0 < most < asked:
            raise DocumentRefused("too_many_pages", pages=read.pages, fits=most)
        pictures = await self.reader.draw(read.content, sight=sight, max_side=self.max_side)
        tokens = sum(image_tokens(sight.model, p.width, p.height, sight.detail) for p in pictures)
        facts = _facts_of_pictures(name, read, chosen, tokens)
        self.profile.refuse_too_long(facts, is_paged=True)
        return _document_of_pages(read, facts, pictures)

    async def _page_again(
        self, name: str, read: DocumentContent, chosen: PageRange | None, part: Part
    ) -> OpenedDocument:
        """Exactly this page again, in the size that it had."""
        if read.format != PAGED or not self.reader.draws:
            raise DocumentRefused("no_text", read.format)
        left, top, right, bottom = part.cut.box
        size = right - left, bottom - top
        pictures = await self.reader.draw(
            read.content,
            sight=self.sight,
            max_side=self.max_side,
            page=part.number,
            size=size,
        )
        tokens = image_tokens(self.sight.model, *size, self.sight.detail)
        return _document_of_pages(read, _facts_of_pictures(name, read, chosen, tokens), pictures)

    async def _read(
        self, content: bytes, name: str, chosen: PageRange | None, *, restored: bool
    ) -> DocumentContent:
        most = 0 if restored else self.profile.max_pages
        try:
            return await self.reader.read(
                content, name=name, pages=chosen, max_pages=most, with_text=self.as_text
            )
        except DocumentRefused as refused:
            if refused.fault == "too_many_pages":
                raise DocumentRefused("too_many_pages", pages=refused.pages, fits=most) from None
            raise


def _document_of(read: DocumentContent, facts: DocumentFacts, *, text: str) -> OpenedDocument:
    return OpenedDocument(
        content=read.content,
        mime=read.mime,
        extension=read.extension,
        format=read.format,
        facts=facts,
        has_text=read.has_text,
        text=text,
    )


def _facts_of_pictures(
    name: str, read: DocumentContent, chosen: PageRange | None, tokens: int
) -> DocumentFacts:
    return DocumentFacts(
        name=_readable_name(name, read),
        pages=read.pages,
        chosen=chosen,
        tokens=tokens,
        as_pictures=True,
    )


def _document_of_pages(
    read: DocumentContent, facts: DocumentFacts, pictures: tuple[PagePicture, ...]
) -> OpenedDocument:
    return OpenedDocument(
        content=b"",
        mime="image/jpeg",
        extension="jpg",
        format=read.format,
        facts=facts,
        has_text=False,
        pictures=pictures,
    )


def _readable_name(name: str, read: DocumentContent) -> str:
    """The name as the model and the person read it: one line, and not without end."""
    line = " ".join(name.split())
    return line[-80:] or f"document.{read.extension}"
