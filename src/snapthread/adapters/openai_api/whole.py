"""The body of an answer: events, or the JSON of a server that was asked to stream and does not.
Pure."""

from snapthread.adapters.openai_api.sse import BYTE_ORDER_MARK, EVENT_MAX, EventReader


class BodyReader:
    """Bytes as they come → the JSON in them: an event's, or all of it where the body opens as an
    object, as no line of an event stream does."""

    def __init__(self) -> None:
        self._events = EventReader()
        self._whole = bytearray()
        self._has_begun = False

    def feed(self, chunk: bytes) -> list[bytes]:
        """Raises ValueError where one piece is longer than any can be."""
        if not self._has_begun:
            begin = chunk.removeprefix(BYTE_ORDER_MARK).lstrip()
            self._has_begun = bool(begin)
            if begin.startswith(b"{"):
                self._whole += begin
                return []
        if not self._whole:
            return self._events.feed(chunk)
        self._whole += chunk
        if len(self._whole) > EVENT_MAX:
            raise ValueError("an answer without an end")
        return []

    def end(self) -> list[bytes]:
        """A server may leave its last event without an end."""
        return [bytes(self._whole)] if self._whole else self._events.feed(b"\n\n")
