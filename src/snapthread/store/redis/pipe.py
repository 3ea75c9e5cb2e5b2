"""One connection for all verbs: commands go out as they come, replies come back in their order.

Whoever is cancelled keeps the place in the row: that reply is read too, and is nobody's.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any, Final, Self

from redis import exceptions as theirs
from redis._parsers import BaseParser
from redis.asyncio.connection import AbstractConnection

END: Final = b"\r\n"


class Pipe(asyncio.Protocol):
    """The transport of a connection that redis-py has made: address, TLS, password, database.
    RESP2 over it, and the two things of it that are private."""

    def __init__(self, connection: Any, answer_s: float) -> None:
        self._writer = connection._writer  # noqa: SLF001 - it would close the transport
        connection._writer = connection._reader = None  # noqa: SLF001 - it is ours from here on
        self._transport = self._writer.transport
        self._transport.set_protocol(self)
        self._loop = asyncio.get_running_loop()
        self._lost: asyncio.Future[None] = self._loop.create_future()
        self._waiting: deque[asyncio.Future[Any]] = deque()
        self._unread = bytearray()
        self._answer_s = answer_s
        self._heard_s = 0.0  # when a reply came, or the first that waits was asked for
        self._watch: asyncio.TimerHandle | None = None

    @classmethod
    async def open(cls, connection: AbstractConnection, *, answer_s: float) -> Self:
        """Raises redis-py's errors."""
        try:
            await connection.connect()  # type: ignore[no-untyped-call]
        except BaseException:
            await connection.disconnect(nowait=True)
            raise
        return cls(connection, answer_s)

    @property
    def is_open(self) -> bool:
        return not self._lost.done() and not self._transport.is_closing()

    def ask(self, *command: str | bytes | int) -> asyncio.Future[Any]:
        """The reply to come, texts as bytes; raises redis-py's errors where it is one, or never
        comes."""
        packed, reply = _packed(command), self._loop.create_future()
        if self._lost.done():
            reply.set_exception(theirs.ConnectionError("Connection lost: asked too late"))
            return reply
        if not self._waiting:
            self._heard_s = self._loop.time()
        self._waiting.append(reply)
        self._transport.writelines(packed)
        if self._watch is None:
            self._watch = self._loop.call_at(self._heard_s + self._answer_s, self._look)
        return reply

    async def close(self) -> None:
        """Whoever waits is told that it is lost."""
        self._transport.abort()
        await asyncio.shield(self._lost)

    # ------------------------------------------------------------ asyncio.Protocol

    def data_received(self, data: bytes) -> None:
        self._heard_s = self._loop.time()
        self._unread += data
        while found := _first_of(self._unread):
            reply, length = found
            del self._unread[:length]
            _settle(self._waiting.popleft(), reply)

    def connection_lost(self, error: Exception | None) -> None:
        if self._watch is not None:
            self._watch.cancel()
        self._tell_all(
            theirs.ConnectionError(f"Connection lost: {error or 'the server closed it'}")
        )
        self._lost.set_result(None)

    def _look(self) -> None:
        """A server that says nothing for so long is away, for all who wait."""
        self._watch, due_s = None, self._heard_s + self._answer_s
        if self._waiting and self._loop.time() < due_s:
            self._watch = self._loop.call_at(due_s, self._look)
        elif self._waiting:
            self._tell_all(theirs.TimeoutError("Timeout"))
            self._transport.abort()

    def _tell_all(self, error: Exception) -> None:
        while self._waiting:
            _settle(self._waiting.popleft(), error)


def _packed(command: Sequence[str | bytes | int]) -> list[bytes]:
    parts = [b"*%d\r\n" % len(command)]
    for each in command:
        text = each if isinstance(each, bytes) else str(each).encode()
        parts += (b"$%d\r\n" % len(text), text, END)
    return parts


def _first_of(unread: bytearray, begin: int = 0) -> tuple[Any, int] | None:
    """The first reply and its end, once all of it is there."""
    end = unread.find(END, begin)
    if end < 0:
        return None
    line, after = bytes(unread[begin + 1 : end]), end + len(END)
    match unread[begin : begin + 1]:
        case b"$" if line != b"-1":
            last = after + int(line)
            there = len(unread) >= last + len(END)
            return (bytes(unread[after:last]), last + len(END)) if there else None
        case b"$":
            return None, after
        case b":":
            return int(line), after
        case b"*":
            return _list(unread, int(line), after)
        case b"-":
            text = line.decode("utf-8", "replace")
            return BaseParser.parse_error(text), after  # type: ignore[no-untyped-call]
    return line, after


def _list(unread: bytearray, length: int, begin: int) -> tuple[Any, int] | None:
    replies = []
    for _ in range(length):
        if (found := _first_of(unread, begin)) is None:
            return None
        reply, begin = found
        replies.append(reply)
    return replies, begin


def _settle(waiting: asyncio.Future[Any], reply: Any) -> None:
    if waiting.done():  # by a cancellation
        return
    if isinstance(reply, Exception):
        waiting.set_exception(reply)
    else:
        waiting.set_result(reply)
