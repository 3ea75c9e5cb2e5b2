"""Images at OpenAI: upload, delete, look, list. Implements `ports.Files`."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final

from openai import AsyncOpenAI, omit
from openai.pagination import AsyncCursorPage
from openai.types import FileDeleted, FileObject

from snapthread.adapters.openai_api.failures import files_failure, is_gone, upload_failure
from snapthread.adapters.openai_api.faults import Fault, call
from snapthread.errors import FilesBusy
from snapthread.limits import UPLOAD_S
from snapthread.ports import RemoteFile

REQUEST_S: Final = 60.0  # a request without content; its answer comes within seconds
PAGE_FILES: Final = 1000  # of at most 10,000: a page stays below half a megabyte
# Uploaded for `input_image` (images-vision guide); the list is filtered by it.
PURPOSE: Final = "vision"


class OpenAIFiles:
    """The Files API, one attempt per call."""

    def __init__(self, client: AsyncOpenAI) -> None:
        self._files = client.files

    async def upload(self, filename: str, content: bytes, mime: str, *, life_s: int) -> str:
        request = partial(
            self._files.create,
            file=(filename, content, mime),
            purpose=PURPOSE,
            expires_after={"anchor": "created_at", "seconds": life_s},
        )
        created = await _call("files.create", request, UPLOAD_S)
        if isinstance(created, Fault):
            raise upload_failure(created)
        return _id(created)

    async def delete(self, openai_id: str) -> bool:
        deleted = await _call("files.delete", lambda: self._files.delete(openai_id))
        if isinstance(deleted, Fault):
            return _gone_or_raise(deleted)
        if not isinstance(deleted, FileDeleted) or deleted.deleted is not True:
            raise FilesBusy("files.delete: an answer that says nothing", unknown=True)
        return True

    async def exists(self, openai_id: str) -> bool:
        found = await _call("files.retrieve", lambda: self._files.retrieve(openai_id))
        if isinstance(found, Fault):
            return _gone_or_raise(found)
        return bool(_id(found))

    async def list(self) -> AsyncGenerator[RemoteFile]:
        after = ""
        while True:
            files, has_more = await self._page(after)
            for file in files:
                yield file
            if not has_more or not files or files[-1].openai_id == after:
                return
            after = files[-1].openai_id

    async def _page(self, after: str) -> tuple[Sequence[RemoteFile], bool]:
        page = await _call("files.list", lambda: self._ask_for_page(after))
        if isinstance(page, Fault):
            raise files_failure(page)
        match page:
            case AsyncCursorPage(data=[*files], has_more=has_more):
                return [_remote(file) for file in files], bool(has_more)
        raise FilesBusy("files.list: not a list")

    async def _ask_for_page(self, after: str) -> object:
        return await self._files.list(
            after=after or omit, limit=PAGE_FILES, order="desc", purpose=PURPOSE
        )


async def _call(
    route: str, request: Callable[[], Awaitable[object]], within_s: float = REQUEST_S
) -> object:
    """The SDK does not check what it reads: a proxy's page is a string here."""
    return await call(route, request, asyncio.get_running_loop().time() + within_s)


def _gone_or_raise(fault: Fault) -> bool:
    if is_gone(fault):
        return False
    raise files_failure(fault)


def _id(file: object) -> str:
    match file:
        case FileObject(id=str(openai_id)) if openai_id:
            return openai_id
    raise FilesBusy("an answer that names no file", unknown=True)


def _remote(file: object) -> RemoteFile:
    match file:
        case FileObject(id=str(openai_id), filename=str(name), created_at=int(at)):
            created_at = datetime.fromtimestamp(at, UTC)
            return RemoteFile(openai_id=openai_id, filename=name, created_at=created_at)
    raise FilesBusy("files.list: a file without id, name or time")
