"""The child's answer: a line of JSON (the fields of `Prepared`, or the fault), then the tiles."""

import json
from dataclasses import asdict
from typing import Any

from snapthread.adapters.media.preparing import JpegTile, Prepared
from snapthread.errors import ImageRefused
from snapthread.vision_tokens import Cut


def pack(prepared: Prepared) -> bytes:
    fields = asdict(prepared)
    fields["tiles"] = [(t.width, t.height, t.cut, len(t.content)) for t in prepared.tiles]
    return b"\n".join((json.dumps(fields).encode(), b"".join(t.content for t in prepared.tiles)))


def pack_refusal(refusal: ImageRefused) -> bytes:
    detail = str(refusal).removeprefix(refusal.fault).removeprefix(": ")
    return json.dumps({"fault": refusal.fault, "detail": detail}).encode() + b"\n"


def as_cut(fields: list[list[int]] | None) -> Cut | None:
    """A cut, from what JSON makes of it."""
    if fields is None:
        return None
    (width, height), (left, top, right, bottom) = fields
    return Cut((width, height), (left, top, right, bottom))


def unpack(answer: bytes) -> Prepared:
    """Raises what the child was refused with."""
    line, _, pictures = answer.partition(b"\n")
    fields: dict[str, Any] = json.loads(line)
    if "fault" in fields:
        raise ImageRefused(fields["fault"], fields["detail"])
    tiles, position = [], 0
    for width, height, cut, length in fields.pop("tiles"):
        content = pictures[position : position + length]
        tiles.append(JpegTile(content=content, width=width, height=height, cut=as_cut(cut)))
        position += length
    return Prepared(tiles=tuple(tiles), **fields)
