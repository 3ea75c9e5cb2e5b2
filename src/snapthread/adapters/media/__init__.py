"""Turns the bytes of an image or a document from Telegram into bytes that the model can use, and
measures those of a sound file."""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from snapthread.adapters.media.documents.documents import Documents
    from snapthread.adapters.media.images import Images
    from snapthread.adapters.media.preparing import JpegTile, Prepared, prepare
    from snapthread.adapters.media.sounds.sounds import Sounds
    from snapthread.vision_tokens import Sight

__all__ = ["Documents", "Images", "JpegTile", "Prepared", "Sight", "Sounds", "prepare"]

_ROOM: Final = "snapthread.adapters.media"
_WHERE: Final = {
    "Documents": f"{_ROOM}.documents.documents",
    "Images": f"{_ROOM}.images",
    "Prepared": f"{_ROOM}.preparing",
    "Sounds": f"{_ROOM}.sounds.sounds",
    "JpegTile": f"{_ROOM}.preparing",
    "prepare": f"{_ROOM}.preparing",
    "Sight": "snapthread.vision_tokens",
}


def __getattr__(name: str) -> Any:
    """Each when it is asked for: a child, which starts for a single file, opens one kind of it."""
    if name not in _WHERE:
        raise AttributeError(name)
    return getattr(import_module(_WHERE[name]), name)
