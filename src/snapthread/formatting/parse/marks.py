"""Signs of our own inside a text on its way through the parser.

They are Unicode noncharacters, which `clean` keeps out of every text, so none is ever ambiguous.
"""

import re
from typing import Final

ESCAPED: Final = "\ufdd2"  # before a character that the author escaped
LESS_THAN: Final = "\ufdd3"  # a "<" that begins no tag for the parser
PIPE: Final = "\ufdd4"  # a "|" that ends no table cell
CODE: Final = "\0"  # stands for each character of code where only the rest is looked at

_TAKEN_OPEN: Final = "\ufdd0"
_TAKEN_CLOSE: Final = "\ufdd1"
# Beside a delimiter run the parser takes this for punctuation, and we take it out again.
GUARD_BEFORE: Final = "\ufdd5."
GUARD_AFTER: Final = ".\ufdd5"

TAKEN_OUT: Final = re.compile(f"{_TAKEN_OPEN}([0-9]+){_TAKEN_CLOSE}")
_GUARD: Final = re.compile("\ufdd5\\.|\\.\ufdd5|\ufdd5")
_PLAIN: Final = str.maketrans({LESS_THAN: "<", PIPE: "|", ESCAPED: None})


def placeholder(number: int) -> str:
    """Stands for a formula or a tag of the text, so that the parser cannot read it as Markdown."""
    return f"{_TAKEN_OPEN}{number}{_TAKEN_CLOSE}"


def plain(text: str) -> str:
    """The text without our signs, except for what was taken out."""
    return _GUARD.sub("", text.translate(_PLAIN))
