"""The bytes of one file, never more than allowed and never fewer than told."""

import asyncio
from contextlib import aclosing
from typing import Final

from snapthread.adapters.bot_api.client import BotClient
from snapthread.adapters.bot_api.failures import failure_of_transport
from snapthread.adapters.bot_api.transport import BadStatus
from snapthread.adapters.bot_api.types import File
from snapthread.concurrency.retry import Backoff, Retry
from snapthread.errors import Busy, ChatBusy, ChatRefused, ImageRefused, SnapthreadError
from snapthread.limits import DOWNLOAD_IDLE_S, DOWNLOAD_S

# An address ends after an hour and getFile gives another; what passes needs a moment for it.
ASKING: Final = Retry(tries=3, backoff=Backoff(first_s=1.0, factor=4.0))
# What Telegram says of an id that it does not know. The last one it also says of what passes: who
# hears it each time knows that the file is not to be had now, and no more.
NEVER: Final = ("invalid file_id", "wrong file identifier", "wrong remote file", "file_id_invalid")
PERHAPS: Final = ("wrong file_id", "temporarily unavailable")


class _Passing(Busy):
    """Asked again soon; what it is where it does not pass."""

    def __init__(self, failure: SnapthreadError) -> None:
        super().__init__(str(failure))
        self.failure = failure


async def download(client: BotClient, telegram_id: str, max_bytes: int) -> bytes:
    """As `ports.Chat.download` promises."""
    try:
        return await ASKING.run(lambda: _download(client, telegram_id, max_bytes), on=_Passing)
    except _Passing as passing:
        failure = passing.failure
    raise failure


async def _download(client: BotClient, telegram_id: str, max_bytes: int) -> bytes:
    file = await _file(client, telegram_id)
    if file.file_size is not None and file.file_size > max_bytes:
        raise ImageRefused("too_large", "as Telegram says")
    if not file.file_path:
        raise _Passing(ChatBusy("getFile gives no path"))
    content = await _content(client, file.file_path, max_bytes)
    if file.file_size is not None and len(content) < file.file_size:
        raise ChatBusy("a download was cut off")
    return content


async def _file(client: BotClient, telegram_id: str) -> File:
    try:
        return await client.get_file(telegram_id)
    except ChatRefused as refused:
        failure = _refusal(str(refused))
    raise failure


def _refusal(told: str) -> Exception:
    lowered = told.lower()
    if "too big" in lowered:
        return ImageRefused("too_large", told)
    if any(words in lowered for words in NEVER):
        return ImageRefused("gone", told)
    is_perhaps = any(words in lowered for words in PERHAPS)
    return _Passing(ImageRefused("unavailable", told) if is_perhaps else ChatBusy(told))


async def _content(client: BotClient, file_path: str, max_bytes: int) -> bytes:
    try:
        async with asyncio.timeout(DOWNLOAD_S):
            content = await _read(client, file_path, max_bytes)
    except Exception as error:  # noqa: BLE001  # as in `client`: the outside's failure
        failure = _failure_of(error, client.address)
    else:
        if len(content) <= max_bytes:
            return content
        failure = ImageRefused("too_large", "more than Telegram said")
    raise failure


async def _read(client: BotClient, file_path: str, max_bytes: int) -> bytes:
    """Stops in the first chunk past `max_bytes`."""
    content = bytearray()
    async with aclosing(client.content(file_path)) as chunks:
        while len(content) <= max_bytes:
            async with asyncio.timeout(DOWNLOAD_IDLE_S):
                chunk = await anext(chunks, b"")
            if not chunk:
                break
            content += chunk
    return bytes(content)


def _failure_of(error: Exception, address: str) -> Exception:
    """The text of such an error holds the URL with the token: only its name is kept."""
    if isinstance(error, BadStatus):
        busy = ChatBusy(f"{error.status} from {address}")
        return _Passing(busy) if error.status in {404, 410} else busy
    return failure_of_transport(error, address)
