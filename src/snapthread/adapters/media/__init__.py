"""Turns the bytes of an image or a document from Telegram into bytes that the model can use, and
measures those of a sound file.

__main__.py   the child process that prepares an image
boxes.py      the boxes of a HEIC or AVIF: sizes, and what the sender cut away
child.py      an image in a child process: what kills its decoder, or fills its memory
colours.py    every mode of pixels to plain 8-bit grey or RGB in sRGB, transparency on white
confine.py    the limits of a child that opens other people's bytes, set by itself before it does
density.py    much small text in a picture, measured by its edges
ending.py     a JPEG that lacks only its last two bytes, told from one that breaks off
failures.py   a decoder's exception in our own words
headers.py    the size and the kind of an image, read from its header in plain Python
heap.py       give freed memory back to the system: glibc keeps it, a heap for each thread
heif.py       HEIC, as phones take it, read straight from the decoder's memory
images.py     the async face of `prepare`: in threads or in a child
jpeg.py       reads the segments of a JPEG without decoding it
png.py        a PNG's chunks: all that its picture needs, and nothing else
preparing.py  the main line: bytes in; upright, small, anonymous bytes out
shape.py      size and orientation of an image
sniff.py      says what bytes are, by the bytes alone
source.py     one opened image: its header, and its pixels in bands of rows
tiles.py      a very tall or wide picture in overlapping tiles, so that its text stays readable
weight.py     memory that preparing an image takes, by its header: measured, and told a little high
wire.py       the child's answer: a line of JSON (the fields of `Prepared`, or the fault)
"""

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
