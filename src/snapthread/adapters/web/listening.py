"""The port of the pages, taken before anything slow: one that is in use is reported at once."""

import errno
import socket
from typing import Final

from snapthread.errors import Denied

BACKLOG: Final = 128


def listen(host: str, port: int) -> socket.socket | None:
    """None for port 0. Raises Denied, in words, where it cannot be listened on."""
    if port == 0:
        return None
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return _bound(family, kind, address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            why = f"HTTP_PORT {port} on {host} is in use: choose another one, or 0 for none."
        else:
            why = f"HTTP_HOST {host} with HTTP_PORT {port} cannot be listened on: {error.strerror}."
        raise Denied(why) from error


def _bound(family: int, kind: int, address: object) -> socket.socket:
    bound = socket.socket(family, kind)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)  # type: ignore[arg-type]  # as getaddrinfo has it
        bound.listen(BACKLOG)
    except OSError:
        bound.close()
        raise
    return bound
