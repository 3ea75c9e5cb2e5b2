"""What makes an image fit for the model."""

from typing import Protocol


class Image(Protocol):
    """An image that the model can use: upright, without metadata, within the size limits."""

    @property
    def content(self) -> bytes: ...
    @property
    def mime(self) -> str: ...
    @property
    def extension(self) -> str: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def source_format(self) -> str: ...
    @property
    def first_frame_of_animation(self) -> bool: ...


class Codec(Protocol):
    """Bytes from Telegram into an image that the model can use."""

    async def prepare(self, content: bytes, *, suspect: bool = False) -> Image:
        """Raises ImageRefused only. `suspect`: an earlier process may have died of it."""
        ...
