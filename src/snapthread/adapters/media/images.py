"""The async face of `prepare`: in threads or in a child, within a budget of memory."""

import asyncio
from dataclasses import dataclass, fields
from typing import Any, Final

from snapthread import limits
from snapthread.adapters.media import heap, weight
from snapthread.adapters.media.child import prepare_in_child
from snapthread.adapters.media.headers import Header, read_header
from snapthread.adapters.media.preparing import Prepared, prepare
from snapthread.adapters.media.sniff import recognise
from snapthread.adapters.media.tiles import plan_tiles
from snapthread.concurrency.budget import Budget
from snapthread.vision_tokens import ANYBODY, Cut, Sight

# At most four are decoded at once, however small: asyncio's own pool has five threads or more, and
# others of this process wait for one too.
_SHARE_LEAST: Final = limits.DECODED_BYTES_AT_ONCE // 4
_WEIGHED_HERE_BYTES: Final = 512 * 1024  # a photo as Telegram makes it
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
        looks: bool = False,
    ) -> Prepared:
        """`suspect`: an earlier process died over it, so this one only looks at it from outside.

        `tiles`: a long picture may become several, so that its text stays readable. `cut`: only
        this part of it, as it was made before. `sight`: of the model that will look at it, where
        it is not everybody's. `looks`: for small text.
        """
        how = Preparation(self._max_side, sight or self._sight, tiles=tiles, cut=cut, looks=looks)
        header, heavy = await self._weigh(content, how)
        is_light = header is not None and header.is_plain and heavy <= limits.DECODES_HERE_BYTES
        if is_light and not suspect:
            return await self._in_thread(content, heavy, how)
        return await self._outside(content, heavy + _CHILD_BYTES, how)

    async def _weigh(self, content: bytes, how: "Preparation") -> tuple[Header | None, int]:
        """Plain Python over all bytes; over few it takes less than a hand-over."""
        if len(content) <= _WEIGHED_HERE_BYTES:
            return _weigh(content, how)
        return await asyncio.to_thread(_weigh, content, how)

    async def _in_thread(self, content: bytes, heavy: int, how: "Preparation") -> Prepared:
        share = await self._budget.take(max(heavy, _SHARE_LEAST))
        working = asyncio.ensure_future(asyncio.to_thread(_prepare_and_trim, content, how))
        # A thread cannot be stopped: a cancelled caller leaves, the share stays until it ends.
        working.add_done_callback(lambda _: self._budget.give_back(share))
        return await asyncio.shield(working)

    async def _outside(self, content: bytes, heavy: int, how: "Preparation") -> Prepared:
        share = await self._budget.take(max(heavy, _SHARE_LEAST))
        try:
            return await prepare_in_child(content, **how.as_kwargs())
        finally:
            self._budget.give_back(share)


@dataclass(frozen=True, slots=True)
class Preparation:
    """The parameters of `prepare`: how large a picture becomes, in which parts, and what it is
    looked at for."""

    max_side: int
    sight: Sight
    tiles: bool = False
    cut: Cut | None = None
    looks: bool = False

    def as_kwargs(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in fields(self)}


def _weigh(content: bytes, how: Preparation) -> tuple[Header | None, int]:
    """Unknown is as much as a child may take. Safe for any bytes."""
    header = read_header(content, recognise(content))
    if header is None:
        return None, limits.CHILD_DECODES_BYTES
    size = header.width, header.height
    plan = plan_tiles(size, how.sight, how.max_side, tiles=how.tiles, cut=how.cut)
    heavy = weight.weigh(header, size if plan.is_too_long else plan.size)
    weight.refuse_too_heavy(header, heavy)
    return header, heavy


def _prepare_and_trim(content: bytes, how: Preparation) -> Prepared:
    try:
        return prepare(content, **how.as_kwargs())
    finally:
        heap.trim()
