"""The running process, as the admin page reads and commands it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from snapthread import __version__
from snapthread.model.people import NO_OWN_LIMITS, OPERATOR, read_limits, written_limits
from snapthread.ports.operation import ActiveTurn, PersonState

# What takes long to import, each function imports that needs it: a command that reads the store
# waits for none of it.
if TYPE_CHECKING:
    from snapthread.adapters.telemetry import Telemetry
    from snapthread.bot import Bot
    from snapthread.ports import Standings


class RunningProcess:
    """`ports.operation.Operation`: this one."""

    def __init__(
        self, bot: Bot, people: Standings, telemetry: Telemetry, began_at: datetime
    ) -> None:
        self.version = __version__
        self.name = bot.presence.name
        self.began_at = began_at
        self.problems = telemetry.problems
        self.reasons = bot.reasons
        self.limits = bot.quotas.limits
        self.limits_of = bot.quotas.limits_of
        self.spent = bot.quotas.spent
        self._bot = bot
        self._people = people

    async def erase(self, user_id: int) -> None:
        await self._bot.eraser.begin(user_id)
        self._bot.housekeeping.wake()

    async def state_of(self, user_id: int) -> PersonState:
        known = await self._people.person(user_id)
        return PersonState(
            is_admin=user_id in self._bot.settings.admin_user_ids,
            is_banned=known is not None and known.is_banned,
            own_limits=written_limits(known.limits) if known else "",
        )

    async def ban(self, user_id: int) -> bool:
        if user_id in self._bot.settings.admin_user_ids:
            return False
        await self._people.ban(user_id, self._bot.quotas.clock(), by=OPERATOR)
        return True

    async def unban(self, user_id: int) -> None:
        await self._people.unban(user_id, self._bot.quotas.clock(), by=OPERATOR)

    async def set_limits(self, user_id: int, written: str) -> str:
        try:
            limits = read_limits(written.split(), NO_OWN_LIMITS)
        except ValueError as error:
            return str(error)
        if limits.of_money and not self._bot.quotas.has_price:
            return "cost"
        await self._people.set_limits(user_id, self._bot.quotas.clock(), by=OPERATOR, limits=limits)
        return ""

    def active_turns(self) -> tuple[ActiveTurn, ...]:
        return tuple(
            ActiveTurn(
                conversation=claim.conversation,
                attempt=claim.attempt,
                messages=len(claim.messages),
            )
            for claim in self._bot.worker.claims
        )
