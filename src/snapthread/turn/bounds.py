"""Bounds of what one request holds of the conversation, and of its images. Pure."""

from dataclasses import dataclass

from snapthread.limits import MEGABYTE
from snapthread.ports import ImageTransport


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextBounds:
    """The operator's choices. `inline_…`: where images travel within the request."""

    tokens: int
    transport: ImageTransport
    window: int = 0  # images; 0: all
    inline_images: int = 12
    inline_bytes: int = 15 * MEGABYTE
    has_sight: bool = True  # else photos are told in words only

    @property
    def images(self) -> int:
        """0: any number."""
        if not self._is_inline:
            return self.window
        return min(self.window or self.inline_images, self.inline_images)

    @property
    def image_bytes(self) -> int:
        """0: any number."""
        return self.inline_bytes if self._is_inline else 0

    @property
    def _is_inline(self) -> bool:
        return self.transport.way == "inline"
