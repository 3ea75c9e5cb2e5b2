"""Turns the bytes of an image from Telegram into bytes that the model can use."""

from snapthread.adapters.media.images import Images
from snapthread.adapters.media.prepare import Prepared, prepare
from snapthread.adapters.media.shape import Sight

__all__ = ["Images", "Prepared", "Sight", "prepare"]
