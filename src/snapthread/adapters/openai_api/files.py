"""Files at OpenAI: upload, delete, look, list. Implements `ports.Files`."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

from snapthread.adapters.openai_api.client import OpenAIClient
from snapthread.adapters.openai_api.failures import files_failure, is_gone, upload_failure
from snapthread.adapters.openai_api.faults import Fault, call, json_in
from snapthread.errors import FilesBusy
from snapthread.limits import DELETION_S, UPLOAD_S
from snapthread.ports import RemoteFile

REQUEST_S: Final = 60.0  # a request without content; its answer comes within seconds
PAGE_FILES: Final = 1000  # of at most 10,000: a page stays below half a megabyte
# For `input_image` (images-vision guide) and for `input_file` (file-inputs guide). The list is
# filtered by them.
PURPOSE: Final = "vision"
DOCUMENT_PURPOSE: Final = "user_data"


class OpenAIFiles:
    """The Files API, one attempt per call."""

    def __init__(self, client: OpenAIClient) -> None:
        self._client = client

    async def upload(self, filename: str, content: bytes, mime: str, *, life_s: int) -> str:
        form = {
            "purpose": PURPOSE if mime.startswith("image/") else DOCUMENT_PURPOSE,
            "expires_after[anchor]": "created_at",
            "expires_after[seconds]": str(life_s),
        }
        file = {"file": (filename, content, mime)}
        created = await self._call("create", "POST", "", UPLOAD_S, data=form, files=file)
        if isinstance(created, Fault):
            raise upload_failure(created)
        return _id(created)

    async def delete(self, openai_id: str) -> bool:
        deleted = await self._call("delete", "DELETE", _path(openai_id), DELETION_S)
        match deleted:
            case Fault():
                return _gone_or_raise(deleted)
            case {"deleted": True}:
                return True
        raise FilesBusy("files.delete: an answer that says nothing", unknown=True)

    async def exists(self, openai_id: str) -> bool:
        found = await self._call("retrieve", "GET", _path(openai_id))
        if isinstance(found, Fault):
            return _gone_or_raise(found)
        return bool(_id(found))

    async def list(self) -> AsyncGenerator[RemoteFile]:
        """Both purposes, newest first over both."""
        async with (
            aclosing(self._list(PURPOSE)) as images,
            aclosing(self._list(DOCUMENT_PURPOSE)) as documents,
        ):
            image, document = await anext(images, None), await anext(documents, None)
            while image or document:
                if image and document and image.openai_id == document.openai_id:
                    document = await anext(documents, None)  # a server that knows no purposes
                elif image and (document is None or image.created_at >= document.created_at):
                    yield image
                    image = await anext(images, None)
                elif document:
                    yield document
                    document = await anext(documents, None)

    async def _list(self, purpose: str) -> AsyncGenerator[RemoteFile]:
        after = ""
        while True:
            files, has_more = await self._page(purpose, after)
            for file in files:
                yield file
            if not has_more or not files or files[-1].openai_id == after:
                return
            after = files[-1].openai_id

    async def _page(self, purpose: str, after: str) -> tuple[Sequence[RemoteFile], bool]:
        params = {"limit": PAGE_FILES, "order": "desc", "purpose": purpose}
        if after:
            params["after"] = after
        page = await self._call("list", "GET", "", params=params)
        match page:
            case Fault():
                raise files_failure(page)
            case {"data": [*files], "has_more": bool(has_more)}:
                return [_remote(file) for file in files], has_more
            case {"data": [*files]}:
                return [_remote(file) for file in files], False
        raise FilesBusy("files.list: not a list")

    async def _call(
        self, route: str, method: str, path: str, within_s: float = REQUEST_S, **sent: Any
    ) -> object:
        """The JSON of the answer, whatever it holds; None where it is a proxy's page."""
        by = asyncio.get_running_loop().time() + within_s
        send = self._client.send
        answer = await call(f"files.{route}", lambda: send(method, f"/files{path}", **sent), by)
        return answer if isinstance(answer, Fault) else json_in(answer.content)


def _path(openai_id: str) -> str:
    return f"/{quote(openai_id, safe='')}"


def _gone_or_raise(fault: Fault) -> bool:
    if is_gone(fault):
        return False
    raise files_failure(fault)


def _id(file: object) -> str:
    match file:
        case {"id": str(openai_id)} if openai_id:
            return openai_id
    raise FilesBusy("an answer that names no file", unknown=True)


def _remote(file: object) -> RemoteFile:
    """Others' files may lack what ours have: a name, and when they were made. One whose time
    nobody can read is taken for new, so that it is not deleted by it."""
    match file:
        case {"id": str(openai_id), **fields} if openai_id:
            name, at = fields.get("filename"), _moment(fields.get("created_at"))
            filename = name if isinstance(name, str) else ""
            return RemoteFile(openai_id=openai_id, filename=filename, created_at=at)
    raise FilesBusy("files.list: a file without id")


def _moment(at: object) -> datetime:
    with suppress(ValueError, OverflowError, OSError):
        if isinstance(at, int | float):
            return datetime.fromtimestamp(at, UTC)
    return datetime.now(UTC)
