"""Choices of people for themselves."""

from typing import Protocol

from snapthread.model.people import Caller
from snapthread.model.preferences import Field, Preferences


class CallersKnown(Protocol):
    """Whoever writes, and what holds for them."""

    async def caller(self, user_id: int, owner: str) -> Caller:
        """The person, and the choices of `owner`: read at once, once a message."""
        ...


class Choices(CallersKnown, Protocol):
    """Preferences, by whose they are: `user:<id>`, or `group:<chat id>` for a whole group. They are
    gone when the person is erased, or the bot has left the group; a group that moves keeps them."""

    async def preferences(self, owner: str) -> Preferences: ...

    async def choose(self, owner: str, field: Field, value: str) -> Preferences:
        """One choice among the others; "" takes it back. What holds from now on."""
        ...
