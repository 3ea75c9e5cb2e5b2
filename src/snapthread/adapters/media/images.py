"""The async face of `prepare`: in threads or in a child, within a budget of memory."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import partial
from typing import Any, Final, TypeVar

from snapthread import limits
from snapthread.adapters.media import heap, weight
from snapthread.adapters.media.child import prepare_in_child
from snapthread.adapters.media.headers import Header, read_header
from snapthread.adapters.media.preparing import Prepared, is_dense, prepare
from snapthread.adapters.media.sniff import recognise
from snapthread.adapters.media.tiles import planned
from snapthread.concurrency.budget import Budget
from snapthread.vision_tokens import ANYBODY, Cut, Sight

T = TypeVar("T")

# At most four are decoded at once, however small: asyncio's own pool has five threads or more, and
# others of this process wait for one too.
_SHARE_LEAST: Final = limits.DECODED_BYTES_AT_ONCE // 4
_CHILD_BYTES: Final = 24 * 1024 * 1024  # of a child that has decoded nothing yet


class Images:
    """Prepares images for the model. Raises ImageRefused and nothing else of its own.

    In this process only a plain JPEG or PNG of modest weight is opened.
    """

    def __init__(
        self, *, max_side: int = 0, sight: Sight = ANYBODY, budget: Budget | None = None
    ) -> None:
        self._max_side = max_side
        self._sight = sight
        self._budget = budget or Budget(limits.DECODED_BYTES_AT_ONCE)

    async def prepare(
        self,
        content: bytes,
        *,
        suspect: bool = False,
        tiles: bool = False,
        cut: Cut | None = None,
        sight: Sight | None = None,
    ) -> Prepared:
        """`suspect`: an earlier process died over it, so this one only looks at it from outside.

        `tiles`: a long picture may become several, so that its text stays readable. `cut`: only
        this part of it, as it was made before. `sight`: of the model that will look at it, where
        it is not everybody's.
        """
        how = How(self._max_side, sight or self._sight, tiles=tiles, cut=cut)
        header, heavy = await asyncio.to_thread(_weighed, content, how)
        is_light = header is not None and header.is_plain and heavy <= limits.DECODES_HERE_BYTES
        if is_light and not suspect:
            return await self._in_thread(content, heavy, how)
        return await self._outside(content, heavy + _CHILD_BYTES, how)

    async def is_dense(self, content: bytes) -> bool:
        """Of a prepared tile: much small text, which more pixels would make easier to read."""
        return await self._while_held(_SHARE_LEAST, is_dense, content)

    async def _in_thread(self, content: bytes, heavy: int, how: "How") -> Prepared:
        return await self._while_held(heavy, partial(prepare, **how.told()), content)

    async def _while_held(self, heavy: int, work: Callable[[bytes], T], content: bytes) -> T:
        share = await self._budget.take(max(heavy, _SHARE_LEAST))
        working = asyncio.ensure_future(asyncio.to_thread(_trimmed, work, content))
        # A thread cannot be stopped: a cancelled caller leaves, the share stays until it ends.
        working.add_done_callback(lambda _: self._budget.give_back(share))
        return await asyncio.shield(working)

    async def _outside(self, content: bytes, heavy: int, how: "How") -> Prepared:
        share = await self._budget.take(max(heavy, _SHARE_LEAST))
        try:
            return await prepare_in_child(content, **how.told())
        finally:
            self._budget.give_back(share)


@dataclass(frozen=True, slots=True)
class How:
    """The parameters of `prepare`: how large a picture becomes, and in which parts."""

    max_side: int
    sight: Sight
    tiles: bool = False
    cut: Cut | None = None

    def told(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in fields(self)}


def _weighed(content: bytes, how: How) -> tuple[Header | None, int]:
    """Unknown is as much as a child may take. Safe for any bytes."""
    header = read_header(content, recognise(content))
    if header is None:
        return None, limits.CHILD_DECODES_BYTES
    size = header.width, header.height
    plan = planned(size, how.sight, how.max_side, tiles=how.tiles, cut=how.cut)
    heavy = weight.weigh(header, size if plan.is_too_long else plan.size)
    weight.refuse_too_heavy(header, heavy)
    return header, heavy


def _trimmed(work: Callable[[bytes], T], content: bytes) -> T:
    try:
        return work(content)
    finally:
        heap.trim()
