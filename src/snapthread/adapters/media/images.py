"""The async face of `prepare`: in threads or in a child, within a budget of pixels."""

import asyncio
from typing import Final

from snapthread import limits
from snapthread.adapters.media.budget import Budget
from snapthread.adapters.media.child import prepare_in_child
from snapthread.adapters.media.prepare import Prepared, prepare, weigh
from snapthread.adapters.media.shape import ANYBODY, Sight

# At most four are decoded at once, however small: asyncio's own pool has five threads or more, and
# others of this process wait for one too.
_SHARE_LEAST: Final = limits.PIXELS_AT_ONCE // 4


class Images:
    """Prepares images for the model. Raises ImageRefused and nothing else of its own."""

    def __init__(
        self, *, max_side: int, sight: Sight = ANYBODY, budget: Budget | None = None
    ) -> None:
        self._max_side = max_side
        self._sight = sight
        self._budget = budget or Budget(limits.PIXELS_AT_ONCE)

    async def prepare(self, content: bytes, *, suspect: bool = False) -> Prepared:
        """`suspect`: an earlier process died over it, so this one only looks at it from outside."""
        if suspect:
            return await self._outside(content, limits.PIXELS_MAX)
        form, weight = await asyncio.to_thread(weigh, content)
        if form == "HEIF":
            return await self._outside(content, weight)
        return await self._in_thread(content, weight)

    async def _in_thread(self, content: bytes, weight: int) -> Prepared:
        share = await self._budget.take(max(weight, _SHARE_LEAST))
        decoding = asyncio.ensure_future(
            asyncio.to_thread(prepare, content, max_side=self._max_side, sight=self._sight)
        )
        # A thread cannot be stopped: a cancelled caller leaves, the share stays until it ends.
        decoding.add_done_callback(lambda _: self._budget.give_back(share))
        return await asyncio.shield(decoding)

    async def _outside(self, content: bytes, weight: int) -> Prepared:
        share = await self._budget.take(max(weight, _SHARE_LEAST))
        try:
            return await prepare_in_child(content, max_side=self._max_side, sight=self._sight)
        finally:
            self._budget.give_back(share)
