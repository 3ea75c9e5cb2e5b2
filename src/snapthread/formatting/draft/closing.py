"""Half-written Markdown made whole for a draft: no marker is ever seen that will be gone soon."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from snapthread.formatting.draft.tail import Loose, Tail, find_tail, start_of_recent
from snapthread.formatting.parse.delimiters import (
    FORMULA_CLOSERS,
    find_open_formula,
    guard_strong,
    is_display_maths,
)
from snapthread.formatting.parse.regions import without_tags
from snapthread.formatting.parse.spoilers import find_open_spoiler
from snapthread.formatting.parse.tags import without_half_tag

# A draft shows 4,096 units at most; links and maths are shorter on the screen than in the source.
SOURCE_HUGE: Final = 100_000  # far beyond any answer: even to parse it would take too long
_SOURCE_MAX: Final = 8_000
_SOURCE_KEPT: Final = 5_000

_MARKERS: Final = " \t\n*_~`|\\[<"  # at the very end they may be half of something
_HALF_TASK: Final = re.compile(r"([\s>]*(?:[-*+]|\d+[.)]) +)\[[ xX]?\]?")
_HALF_ADDRESS: Final = re.compile(r"<(?=(?:https?|mailto):[^\s<>]*\Z)")
_HALF_COMMAND: Final = re.compile(r"\\[A-Za-z]*\Z")
_FENCE_LINE: Final = re.compile(r"[\s>]*(`+|~+)")
_DELIMITER_LINE: Final = re.compile(r"[\s>]*\|?[\s:|-]*")
_OPENERS_MAX: Final = 8  # nobody nests so deep; closing thousands would take the parser seconds
_LABEL_MAX: Final = 200  # an open bracket longer ago is a bracket


def recent(markdown: str) -> str:
    """The end of a long one, from the beginning of a block."""
    if len(markdown) > SOURCE_HUGE:
        markdown = markdown[-_SOURCE_MAX:]
    if len(markdown) > _SOURCE_MAX:
        markdown = markdown[start_of_recent(markdown, _SOURCE_KEPT) :]
    return markdown


def close_tail(markdown: str) -> str:
    tail = find_tail(markdown)
    if tail.kind == "CodeBlock":
        return tail.before + (_without_half_fence(tail.text) if "\n" in tail.text else "")
    stripped = _without_half_markers(tail, markdown)
    tail = _as_text(tail if stripped == markdown else find_tail(stripped))
    if tail.kind in {"", "CodeBlock"}:
        return tail.before + tail.text
    return _as_table(_close(_without_half_links(tail)))


def _as_text(tail: Tail) -> Tail:
    """HTML as text, and bold as the answer itself will have it."""
    text = tail.text
    if tail.kind == "HtmlBlock":
        return find_tail(tail.before + without_tags(text))
    guarded = guard_strong(text, tail.masked)
    return tail if guarded == text else find_tail(tail.before + guarded)


def _without_half_markers(tail: Tail, markdown: str) -> str:
    """Nothing stands yet between these markers and those that will come."""
    markdown = markdown.rstrip()
    if not markdown.rpartition("\n")[2].strip(" \t>"):  # a line of a quote that begins
        markdown = markdown.rpartition("\n")[0]
    if tail.kind == "Heading" and not tail.text.startswith("#"):
        markdown = markdown.rstrip().rpartition("\n")[0]  # "text\n-": an underline, or a list?
    before, end, line = markdown.rpartition("\n")
    if task := _HALF_TASK.fullmatch(line):
        return before + end + task[1].rstrip()
    stripped = markdown.rstrip(_MARKERS)
    if markdown[len(stripped) :].startswith("["):
        stripped = stripped.removesuffix("!")
    return without_half_tag(_HALF_ADDRESS.sub("", stripped)).rstrip()


def _without_half_fence(code: str) -> str:
    """The fence that will close it is being written: fewer marks than the one that opened it."""
    opening = re.match(r"`+|~+", code)
    before, _, line = code.rstrip(" \t").rpartition("\n")
    closing = _FENCE_LINE.fullmatch(line)
    if before and opening and closing and len(closing[1]) < len(opening[0]):
        return before
    return code


def _without_half_links(tail: Tail) -> Tail:
    """Half a link, "[label](addr" or "[lab", becomes its label."""
    text = tail.text
    brackets = [loose for loose in tail.loose if loose.marker.endswith("[")]
    for bracket in reversed(brackets[-_OPENERS_MAX:]):
        address = text.rfind("](")
        if address > bracket.start and _is_open(text[address + 2 :]):
            text = text[: bracket.start] + text[bracket.end : address]
        elif bracket.marker == "![" and text.endswith("]"):
            text = text[: bracket.start] + text[bracket.end : -1]
        elif "]" in text[bracket.end :] or len(text) - bracket.start > _LABEL_MAX:
            continue
        elif text[bracket.end :].startswith("^"):
            text = text[: bracket.start]
        else:
            text = text[: bracket.start] + text[bracket.end :]
    return tail if text == tail.text else find_tail(tail.before + text)


def _is_open(address: str) -> bool:
    return "\n" not in address and address.count("(") >= address.count(")")


def _close(tail: Tail) -> Tail:
    """With the closing markers, the inner ones first."""
    text = tail.text
    openers = list(_outer_openers(tail))[-_OPENERS_MAX:]
    if openers and openers[-1].marker in FORMULA_CLOSERS:
        text = _HALF_COMMAND.sub("", text).rstrip(" \t\n$\\")
        if not _is_begun(openers[-1], text):
            marker = openers.pop()
            text = (text[: marker.start] + text[marker.end :]).rstrip()
    closers = (FORMULA_CLOSERS.get(loose.marker, loose.marker) for loose in reversed(openers))
    return replace(tail, text=text + "".join(closers))


def _is_begun(opener: Loose, text: str) -> bool:
    """Enough of a formula is there to be seen as one."""
    content = text[opener.end :]
    return bool(content.strip()) and (opener.marker != "$$" or is_display_maths(content))


def _outer_openers(tail: Tail) -> Iterator[Loose]:
    """Up to the first that begins code or maths: there no other means anything."""
    for opener in sorted(_openers(tail), key=lambda opener: opener.start):
        yield opener
        if opener.marker.startswith("`") or opener.marker in FORMULA_CLOSERS:
            return


def _openers(tail: Tail) -> Iterator[Loose]:
    yield from (loose for loose in tail.loose if _can_open(loose, tail.text))
    if (formula := find_open_formula(tail.masked)) is not None:
        yield Loose(marker=formula[0], start=formula.start())
    if tail.kind != "TableCell" and (place := find_open_spoiler(tail.masked)) is not None:
        yield Loose(marker="||", start=place)


def _can_open(loose: Loose, text: str) -> bool:
    before = text[max(0, loose.start - 1) : loose.start]
    after = text[loose.end : loose.end + 1]
    if loose.marker.endswith("[") or not after or after.isspace():
        return False
    match loose.marker[0]:
        case "`":
            return True
        case "~":
            return len(loose.marker) == 2
        case "_":
            return not before.isalnum()
        case _:  # in "2*3" and "2*(a + b)" it multiplies
            return not (before.isascii() and before.isalnum())


def _as_table(tail: Tail) -> str:
    """A table without its second line would be seen as bars: the line is written for it."""
    header, *others = tail.text.split("\n")
    is_table = tail.kind == "Paragraph" and re.match(r"\|(?!\|)", header)
    if not is_table or len(others) > 1 or (others and not _DELIMITER_LINE.fullmatch(others[0])):
        return tail.before + tail.text
    columns = header.strip().strip("|").count("|") + 1
    quoted = "".join(">" if sign == ">" else " " for sign in tail.before.rpartition("\n")[2])
    return f"{tail.before}{header}\n{quoted}|{'---|' * columns}"
