"""REQUIRED_CHANNEL: who is a member of it, as Telegram says, remembered for ten minutes."""

from dataclasses import dataclass, field
from typing import Final, Literal

import structlog

from snapthread.clock import now_s
from snapthread.errors import ChatRefused, SnapthreadError
from snapthread.ports import Chat
from snapthread.reply.alerts import Alerts

log = structlog.get_logger()

KNOWN_FOR_S: Final = 600.0  # by the loop's own clock, which nobody sets
# Whoever is none may have joined since: asked again soon, but not for each message of a flood.
NONE_FOR_S: Final = 10.0
KEPT: Final = 10_000

Membership = Literal["member", "none", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredChannel:
    """`chat`: as Telegram knows it, @name or number; `link`: where people join."""

    chat: str
    link: str


@dataclass(slots=True, kw_only=True, eq=False)
class ChannelMembers:
    """While Telegram cannot be asked, who was a member is one still, and nobody else."""

    chat: Chat
    alerts: Alerts
    channel: RequiredChannel
    _known: dict[int, tuple[bool, float]] = field(default_factory=dict, init=False)

    async def look(self, user_id: int, *, anew: bool = False) -> Membership:
        is_member, asked_s = self._known.get(user_id, (False, None))
        fresh_for_s = KNOWN_FOR_S if is_member else NONE_FOR_S
        if asked_s is None or anew or now_s() - asked_s >= fresh_for_s:
            return await self._ask(user_id, was_member=is_member)
        return "member" if is_member else "none"

    async def _ask(self, user_id: int, *, was_member: bool) -> Membership:
        try:
            is_member = await self.chat.is_member(self.channel.chat, user_id)
        except SnapthreadError as error:
            log.warning("trouble", kind="channel", why=str(error))
            if isinstance(error, ChatRefused):
                await self.alerts.tell("admin_channel", detail=str(error))
            return "member" if was_member else "unknown"
        self._known.pop(user_id, None)
        self._known[user_id] = is_member, now_s()
        if len(self._known) > KEPT:
            del self._known[next(iter(self._known))]
        return "member" if is_member else "none"
