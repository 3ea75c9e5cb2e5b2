"""The child's answer: a line of JSON (what was read, or the fault), then the content and the text.

Content that goes up as it came is not sent back.
"""

import json
from typing import Any

from snapthread.contents import DocumentContent
from snapthread.errors import DocumentRefused

_FIELDS = ("format", "extension", "mime", "pages", "text_tokens", "has_text")


def pack(read: DocumentContent, given: bytes, *, with_text: bool) -> bytes:
    changed = b"" if read.content == given else read.content
    text = read.text.encode("utf-8", "replace") if with_text else b""
    fields = {name: getattr(read, name) for name in _FIELDS}
    line = json.dumps(fields | {"content": len(changed), "text": len(text)})
    return b"".join((line.encode(), b"\n", changed, text))


def pack_refusal(refusal: DocumentRefused) -> bytes:
    detail = str(refusal).removeprefix(refusal.fault).removeprefix(": ")
    fields = {"fault": refusal.fault, "detail": detail, "pages": refusal.pages}
    return json.dumps(fields).encode() + b"\n"


def unpack(answer: bytes, given: bytes) -> DocumentContent:
    """Raises what the child was refused with."""
    line, _, rest = answer.partition(b"\n")
    fields: dict[str, Any] = json.loads(line)
    if "fault" in fields:
        raise DocumentRefused(fields["fault"], fields["detail"], pages=fields["pages"])
    size, text_size = fields.pop("content"), fields.pop("text")
    text = rest[size : size + text_size].decode("utf-8", "replace")
    return DocumentContent(content=rest[:size] or given, text=text, **fields)
