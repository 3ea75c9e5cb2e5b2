"""A tiny picture of two colours, and whether an answer names them: has anybody looked at it?"""

import random
import re
import struct
import zlib
from dataclasses import dataclass
from typing import Final

SIDE: Final = 64  # small, and no server that looks calls it too small
COLOURS: Final = {
    "red": (220, 30, 30),
    "green": (30, 160, 50),
    "blue": (40, 60, 210),
    "yellow": (250, 220, 40),
    "black": (0, 0, 0),
    "white": (255, 255, 255),
}
QUESTION: Final = (
    "The picture has a left half and a right half, each of one colour. Answer with two words:"
    f" the colour on the left, then the colour on the right. Colours: {', '.join(COLOURS)}."
)
# Of an answer to that question, whether or not anybody has looked.
ANSWERING: Final = re.compile(
    r"\b(?:pictur|imag|photo|see\b|seen\b|look|view|visual|attach|colou?r|left\b|right\b|hal(?:f|ves)\b"
    rf"|{'|'.join(COLOURS)})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoColours:
    """Two of six colours, so that who guesses is right once in fifteen times."""

    left: str
    right: str

    @classmethod
    def any(cls) -> "TwoColours":
        left, right = random.sample(sorted(COLOURS), 2)
        return cls(left=left, right=right)

    @property
    def png(self) -> bytes:
        row = bytes(COLOURS[self.left]) * (SIDE // 2) + bytes(COLOURS[self.right]) * (SIDE // 2)
        header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)  # 8 bits, RGB
        pixels = zlib.compress((b"\0" + row) * SIDE)
        chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)

    def is_named_in(self, answer: str) -> bool:
        """Both and no other; who mixes up left and right has seen it all the same."""
        words = set(re.findall(r"[a-z]+", answer.lower()))
        return words & COLOURS.keys() == {self.left, self.right}


def is_beside_the_question(answer: str) -> bool:
    """It speaks of no picture and of no colour: a script, or a model that follows no question."""
    return ANSWERING.search(answer) is None


def _chunk(kind: bytes, content: bytes) -> bytes:
    checked = kind + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))
