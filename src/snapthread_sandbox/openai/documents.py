"""Documents in a question: their bytes, their pages, and what they cost in tokens."""

import re
from base64 import b64decode
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from snapthread_sandbox.openai.errors import ApiError

PDF_PAGE: Final = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")
LOCK: Final = re.compile(rb"/Encrypt\s+\d+\s+\d+\s+R|/Encrypt\s*<<")
FILE_MAX_BYTES: Final = 50 * 1024 * 1024  # each, and all of a request together
PAGE_TOKENS: Final = {"low": 300, "high": 1_500, "auto": 1_500}  # text and picture of a page
BYTES_PER_TOKEN: Final = 4
TEXT_SUFFIXES: Final = frozenset(
    ".txt .md .csv .json .html .xml .yaml .toml .py .js .ts .c .cpp .java .go .rs .sh .log".split()
)
OFFICE_SUFFIXES: Final = frozenset(".docx .pptx .xlsx .odt .rtf .doc .ppt .xls".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document in a question. `label`: the text just before it in the same message."""

    number: int
    label: str
    name: str
    detail: str
    file_id: str | None
    content: bytes

    @property
    def is_pdf(self) -> bool:
        return self.content.startswith(b"%PDF-")

    @property
    def is_whole_pdf(self) -> bool:
        """One that was cut off has no end."""
        return self.is_pdf and b"%%EOF" in self.content

    @property
    def pages(self) -> int:
        """Of a PDF whose objects lie open; 0 of anything else."""
        return len(PDF_PAGE.findall(self.content)) if self.is_pdf else 0

    @property
    def tokens(self) -> int:
        if self.is_pdf:
            return max(1, self.pages) * PAGE_TOKENS[self.detail]
        return -(-len(self.content) // BYTES_PER_TOKEN)


def check(document: Document) -> None:
    """Raises ApiError where OpenAI cannot read it. Its words for that are unknown."""
    suffix = PurePath(document.name).suffix.lower()
    if suffix == ".pdf" and not document.is_whole_pdf:
        raise ApiError(400, f"The file {document.name} is not a valid PDF.", param="input")
    if suffix == ".pdf" and LOCK.search(document.content):
        message = f"The file {document.name} is an encrypted PDF, which is not supported."
        raise ApiError(400, message, param="input")
    if suffix not in {".pdf"} | TEXT_SUFFIXES | OFFICE_SUFFIXES:
        message = f"Invalid input: files of type {suffix or 'unknown'} are not supported."
        raise ApiError(400, message, param="input", code="unsupported_file")


def check_sizes(sizes: list[int]) -> None:
    if sum(sizes) >= FILE_MAX_BYTES:
        message = "The files of this request exceed the maximum of 50 MB."
        raise ApiError(400, message, param="input", code="file_too_large")


def inline(data: str) -> bytes:
    """The bytes of `file_data`: a data URL, or bare base64."""
    return b64decode(data.partition(";base64,")[2] or data)
