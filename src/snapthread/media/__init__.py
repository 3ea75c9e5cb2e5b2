"""Turns the bytes of an image from Telegram into bytes that the model can use."""

from snapthread.media.images import Images
from snapthread.media.prepare import Prepared, prepare
from snapthread.media.shape import Sight

__all__ = ["Images", "Prepared", "Sight", "prepare"]
