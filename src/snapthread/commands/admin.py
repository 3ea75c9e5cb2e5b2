"""Commands of admins: /users, /ban, /unban, /limit, /stats, /invite, /broadcast.

Whoever is no admin does not learn that there are any.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final, Protocol

import structlog

from snapthread.commands.broadcast_commands import BROADCAST, BroadcastCommands
from snapthread.commands.invitations import END_INVITE, InviteCommands
from snapthread.commands.replies import PressAnswer, reply_with
from snapthread.limits import USER_ID_MAX
from snapthread.model import Button, Message, OutgoingMessage
from snapthread.model.people import (
    NO_OWN_LIMITS,
    Person,
    read_limits,
    write_limits,
)
from snapthread.model.usage import DailyUsage, day_of
from snapthread.ports import (
    Backlogs,
    Clock,
    PeopleList,
    StandingDecisions,
    UsageRecords,
)
from snapthread.texts.localizer import Localizer
from snapthread.turn.outcome import Outcome
from snapthread.turn.quotas import Quotas

log = structlog.get_logger()

ADMIN_COMMANDS: Final = frozenset("users ban unban limit stats invite broadcast".split())
USERS: Final = "users:"
ON_A_PAGE: Final = 10
DAYS: Final = 30


AdminMethod = Callable[[Message, Sequence[str], Localizer], Awaitable[Outcome]]


class AdminStore(
    PeopleList,
    StandingDecisions,
    UsageRecords,
    Backlogs,
    Protocol,
):
    """The store as admins' commands need it."""


@dataclass(slots=True, kw_only=True, eq=False)
class AdminCommands:
    """One method a command, each in a private chat."""

    store: AdminStore
    quotas: Quotas
    invitations: InviteCommands
    broadcasts: BroadcastCommands
    clock: Clock
    admins: frozenset[int]
    _answers: dict[str, AdminMethod] = field(init=False)

    def __post_init__(self) -> None:
        self._answers = {
            "users": self._users,
            "ban": self._ban,
            "unban": self._unban,
            "limit": self._limit,
            "stats": self._stats,
            "invite": self.invitations.invite,
            "broadcast": self.broadcasts.draft,
        }

    def is_for(self, message: Message) -> bool:
        """Is it a command or a button of these, by an admin, in private?"""
        is_press = message.word.startswith((USERS, END_INVITE, BROADCAST))
        is_known = is_press or message.word in ADMIN_COMMANDS
        return is_known and message.user_id in self.admins and message.is_private

    async def answer(self, message: Message, t: Localizer) -> Outcome:
        return await self._answers[message.word](message, message.text.split()[1:], t)

    async def press(self, press: Message, t: Localizer) -> PressAnswer:
        if press.word.startswith(USERS):
            page = press.word.removeprefix(USERS)
            number = int(page) if page.isascii() and page.isdigit() else 0
            return PressAnswer(screen=await self._page(min(number, 10**6), t))
        if press.word.startswith(END_INVITE):
            return await self.invitations.end(press, t)
        return await self.broadcasts.decide(press, t)

    # ------------------------------------------------------------ people

    async def _users(self, _message: Message, _words: Sequence[str], t: Localizer) -> Outcome:
        return replace(reply_with(), more=(await self._page(0, t),))

    async def _page(self, number: int, t: Localizer) -> OutgoingMessage:
        """Whoever came last comes first."""
        count = await self.store.count_people()
        number = min(number, max(0, (count - 1) // ON_A_PAGE))
        people = await self.store.people(limit=ON_A_PAGE, skip=number * ON_A_PAGE)
        since = day_of(self.clock() - timedelta(days=DAYS - 1))
        rows = [
            self._row(person, await self.store.usage(since, user_id=person.user_id), t)
            for person in people
        ]
        title = t("users_title", n=count)
        older = Button(text=t("page_older"), press=f"{USERS}{number + 1}")
        newer = Button(text=t("page_newer"), press=f"{USERS}{number - 1}")
        has_older = (number + 1) * ON_A_PAGE < count
        buttons = (*([newer] if number else []), *([older] if has_older else []))
        return OutgoingMessage(text="\n".join([title, *rows]), buttons=buttons)

    def _row(self, person: Person, usage: Sequence[DailyUsage], t: Localizer) -> str:
        words = [
            person.name,
            t("users_banned") if person.is_banned else "",
            t(f"users_{person.standing}") if person.standing else "",
            write_limits(person.limits),
        ]
        return t(
            "users_row",
            user_id=person.user_id,
            last=person.last_at,
            messages=t("usage_messages", n=sum(each.messages for each in usage)),
            cost=t.about(sum(each.cost_micros or 0 for each in usage)),
            words=", ".join(filter(None, words)) or "–",
        )

    async def _ban(self, message: Message, words: Sequence[str], t: Localizer) -> Outcome:
        user_id = _user_id(words)
        if user_id is None:
            return reply_with(t("admin_which", command="/ban"))
        if user_id in self.admins:
            return reply_with(t("ban_admin", user_id=user_id))
        done = await self.store.ban(user_id, self.clock(), by=message.user_id)
        return reply_with(t("ban_done" if done else "ban_already", user_id=user_id))

    async def _unban(self, message: Message, words: Sequence[str], t: Localizer) -> Outcome:
        user_id = _user_id(words)
        if user_id is None:
            return reply_with(t("admin_which", command="/unban"))
        done = await self.store.unban(user_id, self.clock(), by=message.user_id)
        return reply_with(t("unban_done" if done else "unban_nothing", user_id=user_id))

    async def _limit(self, message: Message, words: Sequence[str], t: Localizer) -> Outcome:
        user_id = _user_id(words)
        if user_id is None:
            return reply_with(t("limit_how"))
        known = await self.store.person(user_id)
        limits = known.limits if known else NO_OWN_LIMITS
        try:
            wanted = read_limits(words[1:], limits)
        except ValueError:
            return reply_with(t("limit_how"))
        if wanted.of_money and not self.quotas.has_price:
            return reply_with(t("limit_unpriced"))
        if words[1:]:
            await self.store.set_limits(user_id, self.clock(), by=message.user_id, limits=wanted)
        own = write_limits(wanted)
        key = "limit_own" if own else "limit_none"
        return reply_with(t(key, user_id=user_id, limits=own))

    async def _stats(self, _message: Message, _words: Sequence[str], t: Localizer) -> Outcome:
        now = self.clock()
        rows = await self.store.usage(day_of(now - timedelta(days=DAYS - 1)))
        today = [row for row in rows if row.day == day_of(now)]
        backlog = await self.store.backlog(now)
        return reply_with(
            t(
                "stats",
                people=await self.store.count_people(),
                today=_sum(today, t),
                month=_sum(rows, t),
                waiting=backlog.messages,
                aside=backlog.dead_letters,
            )
        )


def _sum(rows: Sequence[DailyUsage], t: Localizer) -> str:
    return t(
        "stats_sum",
        people=len({row.user_id for row in rows}),
        messages=t("usage_messages", n=sum(row.messages for row in rows)),
        images=t("usage_images", n=sum(row.images for row in rows)),
        cost=t.about(sum(row.cost_micros or 0 for row in rows)),
    )


def _user_id(words: Sequence[str]) -> int | None:
    number = words[0] if words else ""
    is_id = number.isascii() and number.isdigit() and 0 < int(number) <= USER_ID_MAX
    return int(number) if is_id else None
