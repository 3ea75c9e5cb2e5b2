"""Parts of an answer that are not for the reader: a model's thoughts, comments; raw code blocks."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import Final

from snapthread.formatting.parse.regions import find_regions

_NAME: Final = r"(?:think|thinking|thought|reasoning|scratchpad)"
# Most servers that show thoughts begin the answer with them; some leave the first tag out.
_FIRST: Final = re.compile(rf"\s*<({_NAME})>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_UNOPENED: Final = re.compile(rf"(?m)^[ \t]*</{_NAME}>[ \t]*$", re.IGNORECASE)
_CODE_TAG: Final = re.compile(r"\s*<code(?:\s[^<>]{0,200})?>|</code>\s*\Z", re.IGNORECASE)
_TICKS: Final = re.compile(r"`{3,}")


@dataclass(frozen=True, slots=True)
class _Kind:
    """An element by its two tags; `may_lack_end`: then it goes on to the end of the text."""

    begin: re.Pattern[str]
    end: re.Pattern[str]
    may_lack_end: bool = False

    def places(self, masked: str) -> Iterator[tuple[int, int, int, int]]:
        """The places of each and of its content, up to the first that has no end."""
        done = 0
        while begin := self.begin.search(masked, done):
            end = self.end.search(masked, begin.end())
            if end is None:
                if self.may_lack_end:
                    yield begin.start(), begin.end(), len(masked), len(masked)
                return
            yield begin.start(), begin.end(), end.start(), end.end()
            done = end.end()


_THOUGHTS: Final = _Kind(
    re.compile(rf"<{_NAME}>", re.IGNORECASE), re.compile(rf"</{_NAME}>", re.IGNORECASE), True
)
_COMMENT: Final = _Kind(re.compile(r"(?<!\\)<!--"), re.compile("-->"))
_COMMENT_SO_FAR: Final = _Kind(_COMMENT.begin, _COMMENT.end, may_lack_end=True)
_RAW_CODE: Final = _Kind(
    re.compile(r"(?m)^[ \t]*<pre(?:\s[^<>]{0,200})?>", re.IGNORECASE),
    re.compile("</pre>", re.IGNORECASE),
)


def without_hidden(text: str, *, is_draft: bool = False) -> str:
    """Thoughts and comments leave the text; a `<pre>` becomes a block of code.

    Thoughts that do not end are thoughts; a comment that does not end is one only in a draft.
    """
    if "<" not in text:
        return text
    text = _FIRST.sub("", text, count=1) if _FIRST.match(text) else text
    text = _replace(text, _THOUGHTS, _nothing)
    text = _replace(text, _COMMENT_SO_FAR if is_draft else _COMMENT, _nothing)
    return _replace(_without_unopened(text), _RAW_CODE, _fence)


def is_hidden(text: str) -> bool:
    """There is something, and none of it is for the reader."""
    return bool(text.strip()) and not without_hidden(text).strip()


def _replace(text: str, kind: _Kind, made: Callable[[str], str]) -> str:
    """Outside code."""
    if not kind.begin.search(text):
        return text
    parts: list[str] = []
    done = 0
    for start, inside, outside, end in kind.places(find_regions(text).mask_code(text)):
        parts += [text[done:start], made(text[inside:outside])]
        done = end
    return "".join([*parts, text[done:]])


def _nothing(_content: str) -> str:
    return ""


def _fence(code: str) -> str:
    code = unescape(_CODE_TAG.sub("", code)).strip("\n")
    longest = max((len(ticks) for ticks in _TICKS.findall(code)), default=2)
    fence = "`" * (longest + 1)
    return f"\n\n{fence}\n{code}\n{fence}\n\n"


def _without_unopened(text: str) -> str:
    """A line that ends thoughts which nothing began: all before it was thought."""
    if not _UNOPENED.search(text):
        return text
    ends = list(_UNOPENED.finditer(find_regions(text).mask_code(text)))
    return text[ends[-1].end() :] if ends else text
