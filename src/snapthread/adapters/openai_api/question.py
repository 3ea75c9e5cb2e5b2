"""A question in our words → the input of the Responses API. Pure."""

from collections.abc import Sequence
from typing import Literal

from openai.types.responses import (
    EasyInputMessageParam,
    ResponseInputContentParam,
    ResponseInputItemParam,
)

from snapthread.ports import InputImage, InputItem, InputText

Detail = Literal["low", "high", "auto", "original"]


def input_items(lines: Sequence[InputItem], detail: Detail) -> list[ResponseInputItemParam]:
    return [_item(line, detail) for line in lines]


def _item(line: InputItem, detail: Detail) -> EasyInputMessageParam:
    """What the assistant said goes back as a string: `input_text` is not for its role."""
    if line.role == "assistant":
        texts = [part.text for part in line.content if isinstance(part, InputText)]
        return {"type": "message", "role": "assistant", "content": "\n".join(texts)}
    content = [_part(part, detail) for part in line.content]
    return {"type": "message", "role": "user", "content": content}


def _part(part: InputText | InputImage, detail: Detail) -> ResponseInputContentParam:
    match part:
        case InputText(text=text):
            return {"type": "input_text", "text": text}
        case InputImage(openai_id=openai_id):
            return {"type": "input_image", "file_id": openai_id, "detail": detail}
