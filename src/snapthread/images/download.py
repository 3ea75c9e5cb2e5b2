"""A file of Telegram's, asked for again where it is away for a moment."""

import asyncio
from typing import Final

from snapthread.concurrency.retry import Backoff, Retry
from snapthread.errors import ChatBusy
from snapthread.limits import ASK_RETRY_WITHIN_S, DOWNLOAD_S, DOWNLOAD_TRIES
from snapthread.ports import Chat

# Whoever has to wait for longer is told so: what is reserved for the file, others wait for.
DOWNLOADING: Final = Retry(
    tries=DOWNLOAD_TRIES,
    backoff=Backoff(first_s=1.0, factor=1.0),
    patience_s=ASK_RETRY_WITHIN_S,
)


async def download_with_patience(chat: Chat, telegram_id: str, *, max_bytes: int) -> bytes:
    """As `ports.Chat.download`, within a time and a few tries."""

    async def download() -> bytes:
        async with asyncio.timeout(DOWNLOAD_S):
            return await chat.download(telegram_id, max_bytes=max_bytes)

    try:
        return await DOWNLOADING.run(download, on=ChatBusy)
    except TimeoutError as error:
        raise ChatBusy("the download took too long") from error
