"""Servers that speak Responses and are not OpenAI's: what they do with pictures, as a switch."""

from enum import Enum

from snapthread_sandbox.openai.errors import ApiError
from snapthread_sandbox.wire import Json


class Pictures(Enum):
    """The fate of an `input_image`."""

    SEEN = "as published"
    DROPPED = "every picture is dropped in silence"  # LiteLLM on some routes; models without sight
    FILE_IDS_DROPPED = "what is no URL is dropped in silence"  # Ollama
    FILE_IDS_REFUSED = "what is no URL is refused"  # llama.cpp
    REFUSED = "no picture is taken, and it says so"

    def apply(self, items: list[Json]) -> list[Json]:
        """The items as the model gets them. Raises ApiError where the server refuses."""
        for part in (part for item in items for part in _parts(item) if _is_picture(part)):
            if self is Pictures.REFUSED:
                raise ApiError(400, "image input is not supported by this model", param="input")
            if self is Pictures.FILE_IDS_REFUSED and "image_url" not in part:
                raise ApiError(400, "'image_url' is required", param="input")
        if self not in (Pictures.DROPPED, Pictures.FILE_IDS_DROPPED):
            return items
        return [self._without(item) for item in items]

    def _without(self, item: Json) -> Json:
        if not _parts(item):
            return item
        return item | {"content": [part for part in _parts(item) if not self._drops(part)]}

    def _drops(self, part: Json) -> bool:
        return _is_picture(part) and (self is Pictures.DROPPED or "image_url" not in part)


def _parts(item: Json) -> list[Json]:
    content = item.get("content")
    return content if isinstance(content, list) else []


def _is_picture(part: Json) -> bool:
    return part.get("type") == "input_image"
