"""OpenAI's files, as the ledger sees them."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """A file as OpenAI lists it."""

    openai_id: str
    filename: str
    created_at: datetime


class Files(Protocol):
    """OpenAI's Files API. Raises FilesBusy, ImageRefused("refused") and the Denied family."""

    async def upload(self, filename: str, content: bytes, mime: str, *, life_s: int) -> str:
        """Upload one file; its id. One attempt: FilesBusy says whether it may have happened."""
        ...

    async def delete(self, openai_id: str) -> bool:
        """Delete; False where it was gone already."""
        ...

    async def exists(self, openai_id: str) -> bool: ...

    def list(self) -> AsyncGenerator[RemoteFile, None]:
        """All files of the project for questions, newest first, page by page."""
        ...
