"""Documents and sounds as their bytes show them: told by a child, which imports no more of ours."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageRange:
    """Pages of a document, from the first to the last, both counted from 1."""

    first: int
    last: int

    def __len__(self) -> int:
        return self.last - self.first + 1

    def __str__(self) -> str:
        return f"{self.first}–{self.last}" if self.last > self.first else str(self.first)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundFacts:
    """A sound file as its container describes it. `ending`: of the name that the service goes
    by."""

    duration_s: int  # rounded up; 0: it is empty
    ending: str
