"""Two ways to carry an image, one ledger: `ports.Files` over our own store, and over both.

What the ledger holds of the other way, since the operator changed it, is missing for a request, so
healing brings it anew from Telegram; and it is deleted where it lies.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta

from snapthread.errors import FilesBusy, StoreBusy
from snapthread.ports import BLOB, Blobs, Clock, Files, ImageTransport, RemoteFile


@dataclass(frozen=True, slots=True, kw_only=True)
class InlineFiles:
    """`ports.Files`: an image is uploaded once its bytes lie in our own store."""

    blobs: Blobs
    clock: Clock

    async def upload(
        self,
        filename: str,
        content: bytes,
        mime: str,  # noqa: ARG002 - the name's ending tells
        *,
        life_s: int,
    ) -> str:
        expires_at = self.clock() + timedelta(seconds=life_s)
        try:
            await self.blobs.put(filename, content, expires_at=expires_at)
        except StoreBusy as busy:
            raise FilesBusy(str(busy), unknown=True) from busy
        return f"{BLOB}{filename}"

    async def delete(self, openai_id: str) -> bool:
        return await self.blobs.delete(openai_id.removeprefix(BLOB))

    async def exists(self, openai_id: str) -> bool:
        return await self.blobs.size(openai_id.removeprefix(BLOB)) is not None

    async def list(self) -> AsyncGenerator[RemoteFile, None]:
        async with aclosing(self.blobs.list()) as blobs:
            async for blob in blobs:
                yield RemoteFile(
                    openai_id=f"{BLOB}{blob.name}", filename=blob.name, created_at=blob.created_at
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesOfBothWays:
    """`ports.Files`: uploads go the way in use; each id leads to where its file lies."""

    transport: ImageTransport
    remote: Files
    inline: Files
    has_remote: bool  # the server has files, though images may travel within the request

    async def upload(self, filename: str, content: bytes, mime: str, *, life_s: int) -> str:
        files = self.inline if self.transport.way == "inline" else self.remote
        return await files.upload(filename, content, mime, life_s=life_s)

    async def delete(self, openai_id: str) -> bool:
        return await self._of(openai_id).delete(openai_id)

    async def exists(self, openai_id: str) -> bool:
        """Can a request show it?"""
        if not self.transport.carries(openai_id):
            return False
        return await self._of(openai_id).exists(openai_id)

    async def list(self) -> AsyncGenerator[RemoteFile, None]:
        lists = [self.inline.list()]
        if self.has_remote or self.transport.way == "files":
            lists.append(self.remote.list())
        async with aclosing(_newest_first(lists)) as files:
            async for file in files:
                yield file

    def _of(self, openai_id: str) -> Files:
        return self.inline if openai_id.startswith(BLOB) else self.remote


async def _newest_first(
    lists: list[AsyncGenerator[RemoteFile, None]],
) -> AsyncGenerator[RemoteFile, None]:
    """Lists in this order as one."""
    try:
        heads = {files: head for files in lists if (head := await _next(files))}
        while heads:
            files = max(heads, key=lambda each: heads[each].created_at)
            yield heads[files]
            if head := await _next(files):
                heads[files] = head
            else:
                del heads[files]
    finally:
        for files in lists:
            await files.aclose()


async def _next(files: AsyncIterator[RemoteFile]) -> RemoteFile | None:
    return await anext(files, None)
