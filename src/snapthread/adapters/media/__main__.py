"""The child process of `child`: an image on its stdin, the answer of `wire` on its stdout."""

import importlib
import json
import sys

from PIL import Image

from snapthread.adapters.media import wire
from snapthread.adapters.media.confine import confine
from snapthread.adapters.media.preparing import prepare
from snapthread.adapters.media.sniff import ImageFormat, recognise
from snapthread.errors import ImageRefused
from snapthread.vision_tokens import Sight

# After `confine` no module can be read any more. Exif is read by the plugin of TIFF.
_ALWAYS = ("JpegImagePlugin", "MpoImagePlugin", "TiffImagePlugin", "ImageCms")
_DECODERS = {"WEBP": "PIL.WebPImagePlugin", "AVIF": "PIL.AvifImagePlugin", "HEIF": "pi_heif"}


def _answer(
    content: bytes, side: str, model: str, detail: str, tiles: str, cut: str, look: str
) -> bytes:
    try:
        _import_for(recognise(content))
        confine()
        sight = Sight(model=model, detail=detail)
        return wire.pack(
            prepare(
                content,
                max_side=int(side),
                sight=sight,
                tiles=tiles == "tiles",
                cut=wire.as_cut(json.loads(cut)),
                looks=look == "looks",
            )
        )
    except ImageRefused as refusal:
        return wire.pack_refusal(refusal)


def _import_for(form: ImageFormat) -> None:
    Image.preinit()
    for plugin in _ALWAYS:
        importlib.import_module(f"PIL.{plugin}")
    if form in _DECODERS:
        importlib.import_module(_DECODERS[form])


if __name__ == "__main__":
    sys.stdout.buffer.write(_answer(sys.stdin.buffer.read(), *sys.argv[1:]))
