"""The bytes of one file, never more than allowed and never fewer than told."""

import asyncio
from contextlib import aclosing

from aiogram.methods import GetFile
from aiogram.types import File
from aiohttp import ClientResponseError

from snapthread.adapters.bot_api.api import Api
from snapthread.errors import ChatBusy, ChatRefused, ImageRefused, SnapthreadError
from snapthread.limits import DOWNLOAD_S


async def download(api: Api, telegram_id: str, max_bytes: int) -> bytes:
    """As `ports.Chat.download` promises."""
    file = await _file(api, telegram_id)
    if file.file_size is not None and file.file_size > max_bytes:
        raise ImageRefused("too_large", "as Telegram says")
    if not file.file_path:
        raise ImageRefused("gone", "no path")
    content = await _content(api, file.file_path, max_bytes)
    if file.file_size is not None and len(content) < file.file_size:
        raise ChatBusy("a download was cut off")
    return content


async def _file(api: Api, telegram_id: str) -> File:
    """What Telegram refuses here is too big for it ("file is too big"), or an id it gave up."""
    try:
        return await api.call(GetFile(file_id=telegram_id))
    except ChatRefused as refused:
        is_too_big = "too big" in str(refused)
        raise ImageRefused("too_large" if is_too_big else "gone", str(refused)) from None


async def _content(api: Api, file_path: str, max_bytes: int) -> bytes:
    try:
        async with asyncio.timeout(DOWNLOAD_S):
            content = await _read(api, file_path, max_bytes)
    except Exception as error:  # noqa: BLE001  # as in `api`: the outside's failure
        failure = _failure_of(error)
    else:
        if len(content) <= max_bytes:
            return content
        failure = ImageRefused("too_large", "more than Telegram said")
    raise failure


async def _read(api: Api, file_path: str, max_bytes: int) -> bytes:
    """Stops in the first chunk past `max_bytes`."""
    content = bytearray()
    async with aclosing(api.content(file_path)) as chunks:
        async for chunk in chunks:
            content += chunk
            if len(content) > max_bytes:
                break
    return bytes(content)


def _failure_of(error: Exception) -> SnapthreadError:
    """The text of such an error holds the URL with the token: only its name is kept."""
    if isinstance(error, ClientResponseError) and error.status in {404, 410}:
        return ImageRefused("gone", f"{error.status}")
    return ChatBusy(f"download: {type(error).__name__}")
