"""The running process as its operator looks at it: for the admin page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from snapthread.model import ConversationKey
from snapthread.model.quotas import Limits, Spending


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A warning or an error of the log, without secrets and without a traceback."""

    at: datetime
    event: str
    kind: str = ""
    why: str = ""
    turn: str = ""
    number: str = ""  # that the person was told, too


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveTurn:
    """A turn that runs in this process."""

    conversation: ConversationKey
    attempt: int
    messages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonState:
    """Whether a person may, and the limits that are their own, as `snapthread limit` takes them."""

    is_admin: bool = False
    is_banned: bool = False
    own_limits: str = ""


class Operation(Protocol):
    """One process."""

    @property
    def version(self) -> str: ...

    @property
    def name(self) -> str:
        """Its machine and process id."""
        ...

    @property
    def began_at(self) -> datetime: ...

    @property
    def poll_age_s(self) -> float | None:
        """Since it last heard Telegram; None where it does not poll, or not yet."""
        ...

    async def reasons(self) -> list[str]:
        """Why it is not ready, each a sentence; empty where it is."""
        ...

    def active_turns(self) -> Sequence[ActiveTurn]: ...

    def problems(self) -> Sequence[Problem]:
        """The last ones, newest first."""
        ...

    @property
    def limits(self) -> Limits:
        """Limits of everybody who is no admin."""
        ...

    async def limits_of(self, user_id: int) -> Limits: ...

    async def spending(self, user_id: int) -> Spending:
        """By this person, and by all."""
        ...

    async def erase(self, user_id: int) -> None:
        """Everything about a person is gone; their files at OpenAI are deleted from now on."""
        ...

    async def state_of(self, user_id: int) -> PersonState: ...

    async def ban(self, user_id: int) -> bool:
        """False of an admin, who cannot be banned."""
        ...

    async def unban(self, user_id: int) -> None: ...

    @property
    def lets_in(self) -> bool:
        """Whether people need an invitation (ACCESS=invite)."""
        ...

    async def make_invite(self, code: str, *, uses: int, days: int) -> str:
        """The link; the same, and no second, where there is one of this code. Empty where nobody
        needs one. Raises as `Chat.name`: then none was made."""
        ...

    async def end_invite(self, id: str) -> bool:
        """False where it lets nobody in any more."""
        ...

    async def start_broadcast(self, id: str) -> bool:
        """False where it is no draft any more."""
        ...

    async def stop_broadcast(self, id: str) -> bool:
        """A draft is dropped, one that is being sent ends; False of any other."""
        ...

    async def set_limits(self, user_id: int, written: str) -> str:
        """The word that is not understood, or that could not hold; empty where all is well."""
        ...
