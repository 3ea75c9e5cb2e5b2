"""parse_mode HTML, as Telegram takes it: few tags, strict nesting, four named characters."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Final

from snapthread_sandbox.telegram.markup import Marked, byte_offset, entity_error, link
from snapthread_sandbox.wire import Json

PLAIN: Final = {
    **dict.fromkeys(("b", "strong"), "bold"),
    **dict.fromkeys(("i", "em"), "italic"),
    **dict.fromkeys(("u", "ins"), "underline"),
    **dict.fromkeys(("s", "strike", "del"), "strikethrough"),
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
WITH_ATTRIBUTES: Final = {"a", "span", "tg-emoji"}
NAMED: Final = re.compile(r"&(?:lt|gt|amp|quot|#\d{1,7}|#x[0-9a-fA-F]{1,6});")
END: Final = re.compile(r"</([a-zA-Z0-9-]*)\s*>")
VALUE: Final = r"(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))"
START: Final = re.compile(rf"<([a-zA-Z][a-zA-Z0-9-]*)((?:\s+[\w-]+(?:\s*=\s*{VALUE})?)*)\s*>")
ATTRIBUTE: Final = re.compile(rf"([\w-]+)(?:\s*=\s*{VALUE})?")


@dataclass(frozen=True, slots=True)
class OpenTag:
    """A tag that was not closed yet."""

    tag: str
    entity: Json | None
    at: int


def parse_html(source: str) -> tuple[str, list[Json]]:
    """Raises BotError in Telegram's words."""
    marked, stack, place = Marked(), list[OpenTag](), 0
    while place < len(source):
        if source[place] == "&" and (found := NAMED.match(source, place)):
            marked.text += unescape(found.group())
            place = found.end()
        elif source.startswith("</", place):
            place = _end(source, place, marked, stack)
        elif source[place] == "<":
            place = _start(source, place, marked, stack)
        else:
            marked.text += source[place]
            place += 1
    if stack:
        raise entity_error(f'Can\'t find end tag corresponding to start tag "{stack[-1].tag}"')
    return marked.text, marked.ordered


def _start(source: str, place: int, marked: Marked, stack: list[OpenTag]) -> int:
    found = START.match(source, place)
    at = byte_offset(source, place)
    if found is None:
        raise entity_error(f"Unclosed start tag at byte offset {at}")
    tag = found.group(1).lower()
    if tag not in PLAIN and tag not in WITH_ATTRIBUTES:
        raise entity_error(f'Unsupported start tag "{tag}" at byte offset {at}')
    given = {
        name.lower(): unescape(one or two or bare)
        for name, one, two, bare in ATTRIBUTE.findall(found.group(2))
    }
    stack.append(OpenTag(tag, _entity(tag, given, at, stack), marked.units))
    return found.end()


def _end(source: str, place: int, marked: Marked, stack: list[OpenTag]) -> int:
    found = END.match(source, place)
    at = byte_offset(source, place)
    if found is None:
        raise entity_error(f"Unclosed end tag at byte offset {at}")
    if not stack:
        raise entity_error(f"Unexpected end tag at byte offset {at}")
    tag = found.group(1).lower()
    opened = stack.pop()
    if tag and tag != opened.tag:
        wanted = f'expected "</{opened.tag}>", found "</{tag}>"'
        raise entity_error(f"Unmatched end tag at byte offset {at}, {wanted}")
    marked.close(opened.at, opened.entity)
    return found.end()


def _entity(tag: str, given: dict[str, str], at: int, stack: list[OpenTag]) -> Json | None:
    match tag:
        case "a":
            return link(given.get("href", ""))
        case "span":
            if given.get("class") != "tg-spoiler":
                raise entity_error(f'Tag "span" must have class "tg-spoiler" at byte offset {at}')
            return {"type": "spoiler"}
        case "tg-emoji":
            return {"type": "custom_emoji", "custom_emoji_id": given.get("emoji-id", "")}
        case "blockquote" if "expandable" in given:
            return {"type": "expandable_blockquote"}
        case "code" if stack and stack[-1].tag == "pre":
            language = given.get("class", "").removeprefix("language-")
            if language and stack[-1].entity is not None:
                stack[-1].entity["language"] = language
            return None
    return {"type": PLAIN[tag]}
