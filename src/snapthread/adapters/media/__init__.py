"""Turns the bytes of an image from Telegram into bytes that the model can use."""

from typing import TYPE_CHECKING, Any

from snapthread.adapters.media.prepare import Prepared, Tile, prepare
from snapthread.vision_tokens import Sight

if TYPE_CHECKING:
    from snapthread.adapters.media.images import Images

__all__ = ["Images", "Prepared", "Sight", "Tile", "prepare"]


def __getattr__(name: str) -> Any:
    """`Images` when it is asked for: the child, which starts for a single picture, has no loop."""
    if name != "Images":
        raise AttributeError(name)
    from snapthread.adapters.media.images import Images

    return Images
