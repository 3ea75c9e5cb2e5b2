"""Codecs, which make an image fit for the model."""

from collections.abc import Sequence
from typing import Protocol

from snapthread.vision_tokens import Cut, Sight


class Content(Protocol):
    """Bytes that go up, whatever they are."""

    @property
    def content(self) -> bytes: ...
    @property
    def mime(self) -> str: ...
    @property
    def extension(self) -> str: ...


class Tile(Protocol):
    """One picture that goes up. `cut`: out of what, where it is not all of it."""

    @property
    def content(self) -> bytes: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def cut(self) -> Cut | None: ...


class Image(Protocol):
    """An image that the model can use: upright, without metadata, within the size limits.

    `tiles`: overlapping parts of a long one, in reading order; one where it was not cut. The
    image's own content and size are those of its first tile. `is_dense`: it was looked for small
    text, and there is much.
    """

    @property
    def tiles(self) -> Sequence[Tile]: ...
    @property
    def content(self) -> bytes: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def mime(self) -> str: ...
    @property
    def extension(self) -> str: ...
    @property
    def source_format(self) -> str: ...
    @property
    def is_first_frame(self) -> bool: ...
    @property
    def is_dense(self) -> bool: ...


class Codec(Protocol):
    """Bytes from Telegram into an image that the model can use."""

    async def prepare(
        self,
        content: bytes,
        *,
        suspect: bool = False,
        tiles: bool = False,
        cut: Cut | None = None,
        sight: Sight | None = None,
        looks: bool = False,
    ) -> Image:
        """Raises ImageRefused only. `suspect`: an earlier process may have died of it. `sight`:
        of the model that will look at it; None: the operator's. With `tiles` a picture too long to
        be read in one may become several, or be refused as "too_long"; with `cut` it is made
        exactly this part again, whoever looks at it now. `looks`: for small text, of a photo that
        Telegram has shrunk: a file might be easier to read."""
        ...
