"""The running process, as the admin page reads and commands it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

import structlog

from snapthread import __version__
from snapthread.model.people import NO_OWN_LIMITS, OPERATOR, read_limits, write_limits
from snapthread.ports.operation import ActiveTurn, PersonState

# What takes long to import, each function imports that needs it: a command that reads the store
# waits for none of it.
if TYPE_CHECKING:
    from snapthread.adapters.telemetry.telemetry import Telemetry
    from snapthread.bot import Bot
    from snapthread.ports import BroadcastDrafts, InviteEnding, InviteMaking, Standings

    class PeopleStore(Standings, InviteMaking, InviteEnding, BroadcastDrafts, Protocol):
        """The store as acts on people need it."""


log = structlog.get_logger()


class RunningProcess:
    """`ports.operation.Operation`: this one."""

    def __init__(
        self,
        bot: Bot,
        people: PeopleStore,
        telemetry: Telemetry,
        began_at: datetime,
        *,
        lets_in: bool,
    ) -> None:
        self.version = __version__
        self.name = bot.presence.name
        self.began_at = began_at
        self.problems = telemetry.problems
        self.reasons = bot.reasons
        self.limits = bot.quotas.limits
        self.limits_of = bot.quotas.limits_of
        self.spending = bot.quotas.spending
        self.lets_in = lets_in
        self._bot = bot
        self._people = people

    @property
    def poll_age_s(self) -> float | None:
        return self._bot.health.poll_age_s

    async def erase(self, user_id: int) -> None:
        await self._bot.eraser.begin(user_id)
        self._bot.housekeeping.wake()

    async def state_of(self, user_id: int) -> PersonState:
        known = await self._people.person(user_id)
        return PersonState(
            is_admin=user_id in self._bot.quotas.admins,
            is_banned=known is not None and known.is_banned,
            own_limits=write_limits(known.limits) if known else "",
        )

    async def ban(self, user_id: int) -> bool:
        if user_id in self._bot.quotas.admins:
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

    async def make_invite(self, code: str, *, uses: int, days: int) -> str:
        if not self.lets_in:
            return ""
        name, now = await self._bot.broadcaster.chat.name(), self._bot.quotas.clock()
        ends_at = now + timedelta(days=days)
        made = await self._people.make_invite(
            now, by=OPERATOR, uses=uses, ends_at=ends_at, code=code
        )
        return f"https://t.me/{name}?start={made}"

    async def end_invite(self, id: str) -> bool:
        return await self._people.end_invite(id, self._bot.quotas.clock(), by=OPERATOR)

    async def start_broadcast(self, id: str) -> bool:
        done = await self._people.start_broadcast(id, self._bot.quotas.clock(), by=OPERATOR)
        if done:
            log.info("broadcast.decided", reason="yes")
            self._bot.broadcaster.wake()
        return done

    async def stop_broadcast(self, id: str) -> bool:
        done = await self._people.drop_broadcast(id, self._bot.quotas.clock(), by=OPERATOR)
        if done:
            log.info("broadcast.decided", reason="no")
        return done

    def active_turns(self) -> tuple[ActiveTurn, ...]:
        return tuple(
            ActiveTurn(
                conversation=claim.conversation,
                attempt=claim.attempt,
                messages=len(claim.messages),
            )
            for claim in self._bot.worker.claims
        )
