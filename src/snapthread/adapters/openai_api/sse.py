"""Server-sent events, as the HTML standard (9.2.6) reads them. Pure."""

from typing import Final

EVENT_MAX: Final = 32 * 1024 * 1024  # bytes; the last event repeats the whole answer
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


class EventReader:
    """Bytes as they come → the data of the events that they complete.

    A block without data is no event: a `retry:`, a comment, or `event: ping` alone.
    """

    def __init__(self) -> None:
        self._rest: list[bytes] = [b""]  # of a line, as it came
        self._rest_size = 0
        self._data: list[bytes] = []
        self._size = 0  # of the event's lines so far
        self._is_at_start = True

    def feed(self, chunk: bytes) -> list[bytes]:
        """Raises ValueError where one event is longer than any can be."""
        if not self._is_at_start and not self._may_end_a_line(chunk):
            self._keep(chunk)
            return []
        text = b"".join([*self._rest, chunk])
        if self._is_at_start and len(text) >= len(BYTE_ORDER_MARK):
            text, self._is_at_start = text.removeprefix(BYTE_ORDER_MARK), False
        half = b""
        if b"\r" in text:
            half = b"\r" if text.endswith(b"\r") else b""  # of \r\n, perhaps
            text = text.removesuffix(half).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *lines, rest = text.split(b"\n")
        self._rest, self._rest_size = [], 0
        self._keep(rest + half)
        return [data for line in lines if (data := self._read(line)) is not None]

    def _may_end_a_line(self, chunk: bytes) -> bool:
        return b"\n" in chunk or b"\r" in chunk or self._rest[-1].endswith(b"\r")

    def _keep(self, piece: bytes) -> None:
        """The beginning of a line: joined once, when its end comes."""
        self._rest.append(piece)
        self._rest_size += len(piece)
        if self._rest_size > EVENT_MAX:
            raise ValueError("an event without an end")

    def _read(self, line: bytes) -> bytes | None:
        """The data of the event that the line ends."""
        if line.startswith(b"data:"):
            self._size += len(line)
            if self._size > EVENT_MAX:
                raise ValueError("an event without an end")
            self._data.append(line[5:].removeprefix(b" "))
        elif line == b"data":
            self._data.append(b"")
        elif not line and self._data:
            data, self._data, self._size = b"\n".join(self._data), [], 0
            return data or None
        return None
