"""A question in our words → the body of a request to the Responses API. Pure.

The SDK would try every item against thirty types, half a millisecond each; the tests check what
is built here against those types instead (decision 0022).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from snapthread.limits import ITEMS_KEPT
from snapthread.model.grown import Grown
from snapthread.ports import (
    BLOB,
    AssistantRequest,
    InputFile,
    InputImage,
    InputItem,
    InputPart,
    InputText,
)

Detail = Literal["low", "high", "auto", "original"]
# What a server may not know and an answer does not need. The last is no field: older servers take
# what the assistant said in parts only.
OPTIONAL: Final = (
    "reasoning",
    "safety_identifier",
    "prompt_cache_key",
    "stream_options",
    "store",
)
STRINGS: Final = "strings"
_json: Final = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), check_circular=False
).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """Settings that every request of this installation shares."""

    model: str
    instructions: str
    effort: str
    max_output_tokens: int
    detail: Detail


def body_of(ask: AssistantRequest, style: Style, left_out: frozenset[str]) -> bytes:
    """The JSON of a request; `left_out`: what this server did not take."""
    body = {
        "model": style.model,
        "instructions": style.instructions,
        "max_output_tokens": style.max_output_tokens,
        "reasoning": {"effort": style.effort},
        "safety_identifier": ask.safety_identifier,
        "prompt_cache_key": ask.prompt_cache_key,
        "store": False,
        "stream": True,
        "stream_options": {"include_obfuscation": False},
    }
    for name in left_out | (frozenset() if style.effort else {"reasoning"}):
        body.pop(name, None)
    (items,) = _items(style.detail, STRINGS not in left_out).of(ask.prompt_cache_key, ask.items)
    return b'%b,"input":[%b]}' % (_bytes(body)[:-1], b",".join(items))


@cache
def _items(detail: Detail, as_strings: bool) -> Grown[InputItem]:
    """The items of the last requests in this form, encoded."""
    return Grown(lambda item: _bytes(item_of(item, detail, as_strings=as_strings)), most=ITEMS_KEPT)


def _bytes(value: object) -> bytes:
    return _json(value).encode("utf-8", "replace")


def item_of(line: InputItem, detail: Detail, *, as_strings: bool = True) -> dict[str, object]:
    if line.role == "user":
        return _user_item(line, detail)
    return _answer_item(line) if as_strings else _answer_item_in_parts(line)


def _user_item(line: InputItem, detail: Detail) -> dict[str, object]:
    content = [_part(part, detail) for part in line.content]
    return {"type": "message", "role": "user", "content": content}


def _answer_item(line: InputItem) -> dict[str, object]:
    """An answer as an item of the request; `input_text` is not for its role."""
    item: dict[str, object] = {"type": "message", "role": "assistant", "content": _text(line)}
    return item | {"phase": line.phase} if line.phase else item


def _answer_item_in_parts(line: InputItem) -> dict[str, object]:
    said = {"type": "output_text", "text": _text(line), "annotations": []}
    return _answer_item(line) | {"id": "msg_0", "status": "completed", "content": [said]}


def _text(line: InputItem) -> str:
    return "\n".join(part.text for part in line.content if isinstance(part, InputText))


def _part(part: InputPart, detail: Detail) -> dict[str, object]:
    match part:
        case InputText(text=text):
            return {"type": "input_text", "text": text}
        case InputImage(openai_id=openai_id):
            named = "image_url" if openai_id.startswith(BLOB) else "file_id"
            return {"type": "input_image", named: openai_id, "detail": detail}
        case InputFile(openai_id=openai_id, detail=pages):
            document: dict[str, object] = {"type": "input_file", **_document(openai_id)}
            return document | {"detail": pages} if pages else document


def _document(openai_id: str) -> dict[str, object]:
    """A picture of our own store is put in the place of its id while it is sent (inline.py)."""
    if not openai_id.startswith(BLOB):
        return {"file_id": openai_id}
    return {"filename": f"document.{openai_id.rpartition('.')[2]}", "file_data": openai_id}


def names_of_sent(style: Style, left_out: frozenset[str]) -> Sequence[str]:
    """The optional fields that a request has."""
    sent = [name for name in (*OPTIONAL, STRINGS) if name not in left_out]
    return sent if style.effort else [name for name in sent if name != "reasoning"]
