"""An admin page over a store that holds what a test says, and a client that asks it."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer

from snapthread.adapters.telemetry.metrics import Metrics
from snapthread.adapters.web.admin import Admin
from snapthread.adapters.web.admin.login import Login
from snapthread.adapters.web.pages import application
from snapthread.errors import ConversationBroken
from snapthread.model import Backlog, ConversationKey, LedgerFile, QueuedMessage, Replica
from snapthread.model.people import Broadcast, BroadcastState, Decision, Invite
from snapthread.model.quotas import Limits, Spending
from snapthread.model.usage import DailyFeedback, DailyUsage, TurnRecord
from snapthread.ports.operation import ActiveTurn, Operation, PersonState, Problem

NOW = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
TOKEN = "a token of sixteen letters"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
AT = datetime(2026, 11, 22, 13, 0, 5, tzinfo=UTC)
Client = TestClient[Any, Any]


@dataclass
class Held:
    """A store with the verbs that the page asks, and no other."""

    daily: Sequence[DailyUsage] = ()
    thought: Sequence[DailyFeedback] = ()
    records: Sequence[TurnRecord] = ()
    files: Sequence[LedgerFile] = ()
    queued: int = 0
    remaining: int = 0
    dead: Sequence[QueuedMessage] = ()
    waits: Sequence[QueuedMessage] = ()
    decided: Sequence[Decision] = ()
    processes: Sequence[Replica] = ()
    replayed: list[int] = field(default_factory=list)
    unreadable: set[int] = field(default_factory=set)
    dropped: list[int] = field(default_factory=list)
    known: int = 0
    put_aside: int = 0
    invites: Sequence[Invite] = ()
    told_to_all: dict[str, Broadcast] = field(default_factory=dict)

    async def count_people(self) -> int:
        return self.known

    async def open_invites(self, now: datetime, *, limit: int) -> tuple[Invite, ...]:
        return tuple(self.invites[:limit])

    async def draft_broadcast(self, text: str, now: datetime, *, by: int) -> str:
        id = f"b{len(self.told_to_all)}"
        self.told_to_all[id] = Broadcast(id=id, at=now, by=by, state="draft", text=text)
        return id

    async def broadcast(self, id: str) -> Broadcast | None:
        return self.told_to_all.get(id)

    async def recent_broadcasts(self, *, limit: int) -> tuple[Broadcast, ...]:
        return tuple(reversed(self.told_to_all.values()))[:limit]

    async def people_left(self, broadcast: Broadcast) -> int:
        return self.known - broadcast.sent

    async def waiting(self, *, limit: int, dead: bool = False) -> tuple[QueuedMessage, ...]:
        return tuple((self.dead if dead else self.waits)[:limit])

    async def decisions(self, *, limit: int, user_id: int | None = None) -> tuple[Decision, ...]:
        return tuple(one for one in self.decided if one.user_id == user_id)[:limit]

    async def replay(self, update_id: int, now: datetime) -> bool:
        if update_id in self.unreadable:
            raise ConversationBroken("user:7")
        self.replayed.append(update_id)
        return True

    async def drop_dead_letter(self, update_id: int) -> bool:
        self.dropped.append(update_id)
        return True

    async def replicas(self) -> tuple[Replica, ...]:
        return tuple(self.processes)

    async def files_owned(self, user_id: int) -> tuple[LedgerFile, ...]:
        return tuple(file for file in self.files if file.owner == user_id)

    async def last_records(self, user_id: int, *, limit: int) -> tuple[TurnRecord, ...]:
        theirs = [row for row in self.records if row.user_id == user_id]
        return tuple(sorted(theirs, key=lambda row: row.at, reverse=True)[:limit])

    async def usage(self, since: str, *, user_id: int | None = None) -> tuple[DailyUsage, ...]:
        of = self.daily if user_id is None else [r for r in self.daily if r.user_id == user_id]
        return tuple(row for row in of if row.day >= since)

    async def feedback(self, since: str) -> tuple[DailyFeedback, ...]:
        return tuple(row for row in self.thought if row.day >= since)

    async def records_after(
        self, at: datetime, record_id: str, *, limit: int
    ) -> tuple[TurnRecord, ...]:
        later = [row for row in self.records if (row.at, row.id) > (at, record_id)]
        return tuple(sorted(later, key=lambda row: (row.at, row.id))[:limit])

    async def live_after(self, name: str | None, *, limit: int) -> tuple[LedgerFile, ...]:
        later = [file for file in self.files if file.name > (name or "")]
        return tuple(sorted(later, key=lambda file: file.name)[:limit])

    async def backlog(self, now: datetime) -> Backlog:
        return Backlog(
            messages=self.queued, files=self.remaining, unsettled=0, dead_letters=self.put_aside
        )


@dataclass
class Running:
    """A process as a test says it is."""

    version: str = "1.2.3"
    name: str = "host-a, process 7"
    began_at: datetime = NOW - timedelta(days=2, hours=3)
    why: list[str] = field(default_factory=list)
    turns: tuple[ActiveTurn, ...] = ()
    met: tuple[Problem, ...] = ()
    limits: Limits = field(default_factory=Limits)
    spendings: dict[int, Spending] = field(default_factory=dict)
    erased: list[int] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    states: dict[int, PersonState] = field(default_factory=dict)
    decided: list[tuple[str, int, str]] = field(default_factory=list)
    lets_in: bool = True
    trouble: Exception | None = None
    invites: dict[str, tuple[int, int]] = field(default_factory=dict)
    told_to_all: dict[str, Broadcast] = field(default_factory=dict)  # the same as `Held` has
    moves: list[tuple[str, str]] = field(default_factory=list)

    poll_age_s: float | None = None

    async def reasons(self) -> list[str]:
        return self.why

    def active_turns(self) -> tuple[ActiveTurn, ...]:
        return self.turns

    def problems(self) -> tuple[Problem, ...]:
        return self.met

    async def limits_of(self, user_id: int) -> Limits:
        return self.limits

    async def spending(self, user_id: int) -> Spending:
        self.asked.append(user_id)
        return self.spendings.get(user_id, Spending())

    async def erase(self, user_id: int) -> None:
        self.erased.append(user_id)

    async def state_of(self, user_id: int) -> PersonState:
        return self.states.get(user_id, PersonState())

    async def ban(self, user_id: int) -> bool:
        self.decided.append(("ban", user_id, ""))
        return not self.states.get(user_id, PersonState()).is_admin

    async def unban(self, user_id: int) -> None:
        self.decided.append(("unban", user_id, ""))

    async def make_invite(self, code: str, *, uses: int, days: int) -> str:
        if self.trouble:
            raise self.trouble
        self.invites[code] = (uses, days)
        return f"https://t.me/snapthread_bot?start={code}"

    async def end_invite(self, id: str) -> bool:
        move = (id, "ended")
        if move in self.moves:
            return False
        self.moves.append(move)
        return True

    async def start_broadcast(self, id: str) -> bool:
        return self._move(id, "draft", "sending")

    async def stop_broadcast(self, id: str) -> bool:
        return self._move(id, "draft", "stopped") or self._move(id, "sending", "stopped")

    def _move(self, id: str, before: BroadcastState, after: BroadcastState) -> bool:
        found = self.told_to_all.get(id)
        if found is None or found.state != before:
            return False
        self.told_to_all[id] = replace(found, state=after)
        self.moves.append((id, after))
        return True

    async def set_limits(self, user_id: int, written: str) -> str:
        self.decided.append(("limit", user_id, written))
        return "" if "=" in written else written


def a_dead_letter() -> QueuedMessage:
    return QueuedMessage(
        update_id=77,
        conversation=ConversationKey("user:5"),
        kind="question",
        arrived_at=AT,
        attempts=3,
        is_held=False,
    )


@dataclass
class Hand:
    """The clock's: a test moves it."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class Page:
    """One admin page; each visit is by a new browser."""

    held: Held = field(default_factory=Held)
    clock: Hand = field(default_factory=Hand)
    token: str = TOKEN
    operation: Operation | None = None

    def admin(self) -> Admin:
        login = Login(self.token, b"of this installation")
        return Admin(
            store=cast(Any, self.held), clock=self.clock, login=login, operation=self.operation
        )

    def visit(self, story: Callable[[Client], Awaitable[None]]) -> None:
        async def go() -> None:
            app = application(reasons=ready, registry=Metrics().registry, admin=self.admin())
            async with TestClient(TestServer(app)) as client:
                await story(client)

        asyncio.run(go())

    def read(self, path: str = "/admin") -> str:
        """A page's text, for who knows the token."""
        read: list[str] = []

        async def story(client: Client) -> None:
            response = await client.get(path, headers=BEARER)
            assert response.status == 200
            read.append((await response.read()).decode())

        self.visit(story)
        return read[0]


async def ready() -> list[str]:
    return []


async def log_in(client: Client, token: str = TOKEN) -> ClientResponse:
    return await client.post("/admin/login", data={"token": token}, allow_redirects=False)


async def form_of(client: Client, path: str = "/admin", **fields: str) -> dict[str, str]:
    """The body that a form of our page sends: these fields, and the proof of where it came from."""
    page = await (await client.get(path)).text()
    (proof, *_) = re.findall(r'name="form" value="([0-9a-f]{64})"', page)
    return fields | {"form": proof}
