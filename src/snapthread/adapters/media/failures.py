"""A decoder's exception in our own words."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from PIL import Image

from snapthread.errors import ImageRefused
from snapthread.faults import ImageFault

_UNSUPPORTED: Final = re.compile(
    r"unsupported|unknown pixel mode|not (available|implemented|supported|recognized)"
    r"|unrecogni[sz]ed (?!data stream)|no codec",
    re.IGNORECASE,
)
_MEMORY: Final = re.compile(r"memory|security limit", re.IGNORECASE)


@contextmanager
def in_our_words() -> Iterator[None]:
    try:
        yield
    except ImageRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise ImageRefused("too_many_pixels") from bomb
    except Exception as failure:  # decoders answer hostile bytes with almost any exception
        raise ImageRefused(_fault(failure), type(failure).__name__) from failure


def _fault(failure: Exception) -> ImageFault:
    if isinstance(failure, MemoryError) or _MEMORY.search(str(failure)):
        return "too_heavy"
    if isinstance(failure, NotImplementedError) or _UNSUPPORTED.search(str(failure)):
        return "unsupported_variant"
    return "unreadable"
