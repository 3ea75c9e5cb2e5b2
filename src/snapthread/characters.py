"""Characters as the Bot API counts and sends them: in units of UTF-16."""

import re
from typing import Final

HALF: Final = re.compile("[\ud800-\udfff]")


def utf16_len(text: str) -> int:
    """The length in UTF-16 units, as the Bot API counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def whole_characters(text: str) -> str:
    """Pairs in two halves become one character; a half alone, which no store can keep, becomes
    U+FFFD."""
    if text.isascii() or not HALF.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
