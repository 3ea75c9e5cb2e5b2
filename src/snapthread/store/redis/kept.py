"""Conversations as this process left them: what the server need not be asked for again."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from snapthread.store.redis.reading import Fetched
from snapthread.store.redis.steps import Scope

SCOPES_KEPT: Final = 256  # conversations that were read lately: some kilobytes each


class Kept:
    """Rows known of each scope at its version; and which of them are being changed here."""

    def __init__(self) -> None:
        self._scopes: OrderedDict[Scope, Fetched] = OrderedDict()
        self._committing: set[Scope] = set()
        self._committed = asyncio.Event()

    def get(self, scope: Scope) -> Fetched | None:
        return self._scopes.get(scope)

    def put(self, scope: Scope, fetched: Fetched) -> None:
        self._scopes[scope] = fetched
        self._scopes.move_to_end(scope)
        if len(self._scopes) > SCOPES_KEPT:
            self._scopes.popitem(last=False)

    def forget(self, scopes: Iterable[Scope]) -> None:
        for scope in scopes:
            self._scopes.pop(scope, None)

    def note_version(self, scope: Scope, version: str | None) -> None:
        """The server's, right now: with another, another process was there."""
        kept = self._scopes.get(scope)
        if kept is not None and kept.versions[scope] != version:
            del self._scopes[scope]

    async def is_free(self, scopes: set[Scope], fetched: Fetched) -> bool:
        """Does no other verb of this process change these, or has it since they were read? Then
        once it is done: what it leaves behind is known here, without asking the server."""
        if self._committing.isdisjoint(scopes):
            known = [(scope, self._scopes[scope]) for scope in scopes if scope in self._scopes]
            return all(
                kept.versions[scope] == fetched.versions.get(scope, "") for scope, kept in known
            )
        while not self._committing.isdisjoint(scopes):
            await self._committed.wait()
        return False

    @contextmanager
    def committing(self, scopes: set[Scope]) -> Iterator[None]:
        """Others of this process wait meanwhile, instead of being refused by the server."""
        self._committing |= scopes
        try:
            yield
        finally:
            self._committing -= scopes
            self._committed.set()
            self._committed = asyncio.Event()
