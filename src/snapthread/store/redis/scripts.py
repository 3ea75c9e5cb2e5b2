"""What the verbs share: a script runs, and its reply is read."""

import secrets
from typing import Any

from snapthread.store.redis.server import Server
from snapthread.store.redis.words import told


class Scripts:
    """The scripts of a server (decision 0014)."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def close(self) -> None:
        await self._server.close()

    async def _do(self, verb: str, **arguments: Any) -> Any:
        return await self._server.run(verb, told(**arguments))


def first_token() -> int:
    """Scripts have no chance of their own."""
    return secrets.randbits(40)
