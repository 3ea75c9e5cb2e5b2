"""The newest text of an answer, and the loop that shows it: at a pace, and never two at once."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from snapthread.clock import now_s
from snapthread.errors import ChatBusy
from snapthread.limits import FORMATTED_AT_ONCE
from snapthread.model import OutgoingMessage

BUSY_S = 2.0  # a pause where Telegram does not say how long
FIRST_WORDS_S = 0.5  # an answer that is whole by then is never edited
THINKING_AFTER_S = 2.0

PreviewMessages = tuple[OutgoingMessage, ...]
Render = Callable[[], PreviewMessages]
Show = Callable[[PreviewMessages], Awaitable[bool]]


@dataclass(slots=True, kw_only=True, eq=False)
class Preview:
    """One answer as far as it is there. `rendering`: one of them at a time in a process."""

    rendering: asyncio.Lock
    text: str = field(default="", init=False)
    is_thinking: bool = field(default=False, init=False)
    _news: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _calling: asyncio.Lock = field(
        default_factory=asyncio.Lock, init=False
    )  # held while something is on its way to Telegram

    def set(self, text: str, *, is_thinking: bool) -> None:
        self.text, self.is_thinking = text, is_thinking
        self._news.set()

    async def wait_for_words(self) -> None:
        """Thoughts are shown where they last: a Stop button needs a message."""
        await self._news.wait()
        await asyncio.sleep(FIRST_WORDS_S)
        with suppress(TimeoutError):
            async with asyncio.timeout(THINKING_AFTER_S):
                while not self.text:
                    self._news.clear()
                    await self._news.wait()

    async def keep_showing(
        self,
        render: Render,
        show: Show,
        pace_s: Callable[[], float],
        *,
        alive_s: float | None = None,
    ) -> None:
        """The newest text each time, at this pace, and again before it would vanish. `show` does
        one step of it, and says whether that was all."""
        shown, shown_at_s = None, now_s()
        while True:
            self._news.clear()
            outgoing = await self._render(render)
            if outgoing != shown:
                is_all = await self._step(show, outgoing)
                if is_all is None:
                    continue
                shown, shown_at_s = outgoing if is_all else None, now_s()
            await asyncio.sleep(pace_s())
            if shown is not None:
                is_new = await self._news_within(alive_s and shown_at_s + alive_s - now_s())
                shown = shown if is_new else None

    async def stop(self, *, within_s: float) -> None:
        """Nothing more goes out; what is on its way is waited for so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._calling.acquire()

    async def _render(self, render: Render) -> PreviewMessages:
        """A long one takes tens of milliseconds of the processor: one at a time in a process, with
        as long a rest, so that a hundred previews do not slow down the answers themselves."""
        if len(self.text) <= FORMATTED_AT_ONCE:
            return render()
        async with self.rendering:
            began_s = now_s()
            outgoing = await asyncio.to_thread(render)
            await asyncio.sleep(now_s() - began_s)
        return outgoing

    async def _step(self, show: Show, outgoing: PreviewMessages) -> bool | None:
        """None after a pause that Telegram asked for."""
        try:
            async with self._calling:
                return await show(outgoing)
        except ChatBusy as busy:
            await asyncio.sleep(busy.retry_after_s or BUSY_S)
            return None

    async def _news_within(self, wait_s: float | None) -> bool:
        try:
            async with asyncio.timeout(wait_s):
                await self._news.wait()
        except TimeoutError:
            return False
        return True
