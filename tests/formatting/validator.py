"""The Bot API's rules for a message's text and entities, written from its documentation.

Sources: core.telegram.org/bots/api#formatting-options and #messageentity; where these are silent,
TDLib's `are_entities_valid` and `fix_formatted_text`, which the server runs. Imports nothing of
what it judges but the words (Say, Entity).
"""

import itertools
import re
from urllib.parse import urlsplit

from snapthread.model import Entity, OutgoingMessage

KINDS = {
    "bold", "italic", "underline", "strikethrough", "spoiler", "code", "pre", "text_link",
    "blockquote",
}  # fmt: skip
CODE = {"code", "pre"}
BARE_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")


def problems(say: OutgoingMessage) -> list[str]:
    """Faults that the server would refuse, ignore or show otherwise than was meant."""
    return [*_text_problems(say), *_entity_problems(say), *_nesting_problems(say)]


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def covered(say: OutgoingMessage, entity: Entity) -> str:
    raw = say.text.encode("utf-16-le")
    return raw[2 * entity.offset : 2 * (entity.offset + entity.length)].decode("utf-16-le")


def outside_code(say: OutgoingMessage) -> str:
    """The text with a full stop for each stretch of code."""
    raw = say.text.encode("utf-16-le")
    for entity in sorted(say.entities, key=lambda entity: -entity.offset):
        if entity.type in CODE:
            end = entity.offset + entity.length
            raw = raw[: 2 * entity.offset] + ".".encode("utf-16-le") + raw[2 * end :]
    return raw.decode("utf-16-le")


def _text_problems(say: OutgoingMessage) -> list[str]:
    found = []
    if units(say.text) > 4096:
        found.append(f"too long: {units(say.text)}")
    if len(say.entities) > 100:
        found.append(f"too many entities: {len(say.entities)}")
    if re.search(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]", say.text):
        found.append("control characters or lone surrogates")
    if re.search(r"[\ufdd0-\ufdef]", say.text):
        found.append("a mark of our own is left")
    if say.text != say.text.rstrip():
        found.append("ends in white space")
    first = min((entity.offset for entity in say.entities), default=1)
    if first > 0 and say.text != say.text.lstrip():
        found.append("begins with white space")
    return found


def _entity_problems(say: OutgoingMessage) -> list[str]:
    found = []
    widths = (1 + (character > "\uffff") for character in say.text)
    boundaries = {0, *itertools.accumulate(widths)}
    for entity in say.entities:
        if entity.type not in KINDS:
            found.append(f"unknown type: {entity}")
        if {entity.offset, entity.offset + entity.length} - boundaries or entity.length <= 0:
            found.append(f"out of bounds or inside a character: {entity}")
            continue
        text = covered(say, entity)
        if not text.strip():
            found.append(f"covers nothing: {entity}")
        keeps_indent = entity.type in {"pre", "blockquote"}
        if text != text.rstrip() or (text != text.lstrip() and not keeps_indent):
            found.append(f"begins or ends in white space: {entity} {text!r}")
        found += _link_problems(entity)
        if (entity.language is not None) and entity.type != "pre":
            found.append(f"a language without code: {entity}")
    return found


def _link_problems(entity: Entity) -> list[str]:
    if (entity.url is not None) != (entity.type == "text_link"):
        return [f"a link without address, or an address without link: {entity}"]
    if entity.url is None:
        return []
    parts = urlsplit(entity.url)
    is_web = parts.scheme in {"http", "https"} and parts.netloc
    is_mail = parts.scheme == "mailto" and "@" in parts.path
    if not (is_web or is_mail) or re.search(r"\s", entity.url):
        return [f"an address that must not be a link: {entity}"]
    return []


def _nesting_problems(say: OutgoingMessage) -> list[str]:
    found = []
    ordered = sorted(say.entities, key=lambda entity: (entity.offset, -entity.length))
    for outer, inner in itertools.combinations(ordered, 2):
        outer_end, inner_end = outer.offset + outer.length, inner.offset + inner.length
        if inner.offset >= outer_end:
            continue
        if inner_end > outer_end:
            found.append(f"crossing: {outer} {inner}")
        found += _pair_problems(outer, inner)
    return found


def _pair_problems(outer: Entity, inner: Entity) -> list[str]:
    kinds = {outer.type, inner.type}
    if outer.type == inner.type:
        return [f"one in another of its type: {outer} {inner}"]
    if kinds & CODE and kinds - CODE != {"blockquote"}:
        return [f"code is combined only with a quote: {outer} {inner}"]
    if inner.type in CODE or outer.type not in CODE:
        return []
    if (inner.offset, inner.length) == (outer.offset, outer.length):
        return []
    return [f"code contains another entity: {outer} {inner}"]


def foreign_addresses(say: OutgoingMessage) -> list[str]:
    """Bare addresses, outside code, that a server or an app makes links of by itself."""
    schemes = BARE_SCHEME.findall(outside_code(say))
    return [scheme for scheme in schemes if not re.search(r"https?$", scheme, re.IGNORECASE)]
