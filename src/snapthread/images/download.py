"""A file of Telegram's, asked for again where it is away for a moment."""

import asyncio
from typing import Final

from snapthread.errors import ChatBusy
from snapthread.limits import DOWNLOAD_S, DOWNLOAD_TRIES
from snapthread.ports import Chat

RETRY_S: Final = 1.0


async def download_with_patience(chat: Chat, telegram_id: str, *, max_bytes: int) -> bytes:
    """As `ports.Chat.download`, within a time and a few tries."""
    for tries_left in reversed(range(DOWNLOAD_TRIES)):
        try:
            async with asyncio.timeout(DOWNLOAD_S):
                return await chat.download(telegram_id, max_bytes=max_bytes)
        except TimeoutError as error:
            raise ChatBusy("the download took too long") from error
        except ChatBusy as busy:
            if not tries_left:
                raise
            await asyncio.sleep(busy.retry_after_s or RETRY_S)
    raise AssertionError("the last try returns or raises")
