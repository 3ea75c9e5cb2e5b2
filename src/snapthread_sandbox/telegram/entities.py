"""Texts and their entities: lengths in UTF-16 units, strict checks, what Telegram finds itself."""

import re
from typing import Final
from urllib.parse import urlsplit

from snapthread_sandbox.telegram.params import bad_request
from snapthread_sandbox.wire import Json

MESSAGE_UNITS: Final = 4096
ENTITIES_MAX: Final = 100
PLAIN: Final = frozenset(
    "mention hashtag cashtag bot_command url email phone_number bold italic underline "
    "strikethrough spoiler blockquote expandable_blockquote code pre".split()
)
WITH_FIELD: Final = {
    "text_link": "url",
    "text_mention": "user",
    "custom_emoji": "custom_emoji_id",
    "date_time": "unix_time",
}
LINK_SCHEMES: Final = frozenset("http https mailto tel tg ton".split())
FOUND: Final = (
    ("bot_command", re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,32}(@\w+)?")),
    ("mention", re.compile(r"(?<!\w)@\w{4,32}")),
    ("url", re.compile(r"https?://\S+")),
)


def units(text: str) -> int:
    """The length as Telegram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, limit: int = MESSAGE_UNITS, *, at_words: bool = False) -> list[str]:
    """The parts that a person's client sends of a long text; no character is split.

    With `at_words` it looks for white space in the second half of what fits, as clients do.
    """
    parts: list[str] = []
    while units(text) > limit:
        part = text.encode("utf-16-le")[: limit * 2].decode("utf-16-le", "ignore")
        spaces = [i for i, sign in enumerate(part) if sign.isspace() and i >= len(part) // 2]
        part = part[: spaces[-1] + 1] if at_words and spaces else part
        parts.append(part)
        text = text[len(part) :]
    return [*parts, text]


def find_entities(text: str) -> list[Json]:
    """Entities that Telegram finds by itself in a person's text."""
    found = [
        {"type": kind, "offset": units(text[: hit.start()]), "length": units(hit.group())}
        for kind, pattern in FOUND
        for hit in pattern.finditer(text)
    ]
    return sorted(found, key=lambda entity: entity["offset"])


def trim(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """The text as it is shown, and its checked entities moved along."""
    for entity in entities:
        _check(text, entity)
    shown = text.strip()
    lead, length = units(text[: len(text) - len(text.lstrip())]), units(shown)
    moved = [_move(entity, lead, length) for entity in entities]
    return shown, [entity for entity in moved if entity["length"] > 0]


def _move(entity: Json, lead: int, length: int) -> Json:
    start = min(max(entity["offset"] - lead, 0), length)
    end = min(max(entity["offset"] + entity["length"] - lead, 0), length)
    return entity | {"offset": start, "length": end - start}


def _check(text: str, entity: object) -> None:
    if not isinstance(entity, dict):
        raise bad_request("can't parse entities: expected an Object")
    kind, offset, length = (entity.get(name) for name in ("type", "offset", "length"))
    if kind not in PLAIN and kind not in WITH_FIELD:
        raise bad_request(f"can't parse entities: unsupported type {kind}")
    if type(offset) is not int or type(length) is not int:
        raise bad_request("can't parse entities: offset and length must be Integers")
    if offset < 0 or length <= 0 or offset + length > units(text):
        raise bad_request(f"can't parse entities: {kind} is out of the text's bounds")
    if not (_is_edge(text, offset) and _is_edge(text, offset + length)):
        raise bad_request(f"can't parse entities: {kind} cuts a surrogate pair")
    _check_field(entity, kind)


def _check_field(entity: Json, kind: str) -> None:
    field = WITH_FIELD.get(kind)
    if field and not entity.get(field):
        raise bad_request(f"can't parse entities: {kind} needs {field}")
    if kind == "text_link" and urlsplit(entity["url"]).scheme.lower() not in LINK_SCHEMES:
        raise bad_request(f"can't parse entities: wrong URL {entity['url']}")


def _is_edge(text: str, offset: int) -> bool:
    encoded = text.encode("utf-16-le")[offset * 2 : offset * 2 + 2]
    return not (encoded and 0xDC <= encoded[1] <= 0xDF)
