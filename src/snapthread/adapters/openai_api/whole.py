"""A plain answer, of a server that passes over `stream`, as the event that ends one. Pure."""

import json
from typing import Final

from snapthread.adapters.openai_api.sse import BYTE_ORDER_MARK, EVENT_MAX

ENDS: Final = frozenset({"completed", "incomplete", "failed"})


def is_plain(start: bytes) -> bool:
    """No line of a stream of events begins so."""
    return start.removeprefix(BYTE_ORDER_MARK).lstrip().startswith(b"{")


class WholeReader:
    """Bytes as they come → one event, when no more come."""

    def __init__(self) -> None:
        self._body = bytearray()

    def feed(self, chunk: bytes) -> None:
        """Raises ValueError where it is longer than any answer can be."""
        self._body += chunk
        if len(self._body) > EVENT_MAX:
            raise ValueError("an answer without an end")

    def end(self) -> object:
        """Raises ValueError where it is no JSON."""
        return _as_event(json.loads(bytes(self._body).removeprefix(BYTE_ORDER_MARK).decode()))


def _as_event(answer: object) -> object:
    """Of an answer that has not ended, or that is none, as it is: no end is made up."""
    if not isinstance(answer, dict) or answer.get("type"):
        return answer
    status = answer.get("status", "completed")
    is_end = status == "failed" or (status in ENDS and "output" in answer)
    return {"type": f"response.{status}", "response": answer} if is_end else answer
