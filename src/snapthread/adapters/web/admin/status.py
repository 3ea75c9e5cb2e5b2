"""The running process on the admin page: its health, what it does now, what went wrong last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from snapthread.adapters.web.admin.figure import Cell, Column, Figure
from snapthread.adapters.web.admin.language import tr
from snapthread.intake.leader import LEASE_S
from snapthread.intake.presence import TELL_EVERY_S
from snapthread.model import QueuedMessage, Replica
from snapthread.ports import QueueInspection, Replicas
from snapthread.ports.operation import ActiveTurn, Operation, Problem

DEAD_MAX: Final = 1000
POLLS_FOR: Final = timedelta(seconds=LEASE_S)
ALIVE: Final = timedelta(seconds=2.5 * TELL_EVERY_S)  # later it has died, or is cut off


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """One process, and the figures of what it holds and met."""

    version: str
    name: str
    up: timedelta
    reasons: tuple[str, ...]
    poll_age_s: float | None
    figures: tuple[Figure, ...]

    @property
    def is_ready(self) -> bool:
        return not self.reasons


class StatusStore(QueueInspection, Replicas, Protocol):
    """The store as the status needs it."""


async def read_status(operation: Operation, store: StatusStore, now: datetime) -> Status:
    return Status(
        version=operation.version,
        name=operation.name,
        up=now - operation.began_at,
        reasons=tuple(await operation.reasons()),
        poll_age_s=operation.poll_age_s,
        figures=(
            _replicas(await store.replicas(), now),
            _problems(operation.problems()),
            _running(operation.active_turns()),
            dead_letters(await store.waiting(limit=DEAD_MAX, dead=True)),
        ),
    )


def _replicas(replicas: Sequence[Replica], now: datetime) -> Figure:
    return Figure(
        key="replicas",
        title="Processes of this bot",
        columns=(
            Column("process", "Process", "text"),
            Column("state", "State", "text"),
            Column("role", "Role", "text"),
            Column("silent_ms", "Silent for", "ms"),
            Column("version", "Version", "text"),
            Column("since", "Since (UTC)", "text"),
            Column("seen", "Last sign (UTC)", "text"),
            Column("turns", "Turns"),
        ),
        rows=tuple(_replica(one, now) for one in replicas),
    )


def _replica(one: Replica, now: datetime) -> tuple[Cell, ...]:
    """One that died reads as alive for a while: its last sign says how long it has been silent. A
    poller's lease is a sign too."""
    until = one.polls_until
    seen_at = one.seen_at if until is None else max(one.seen_at, until - POLLS_FOR)
    has_lost_it = until is not None and until <= now
    return (
        one.name,
        "silent" if has_lost_it or now - seen_at > ALIVE else "alive",
        "polled" if has_lost_it else "polls" if one.is_polling else "answers",
        max(now - seen_at, timedelta()) // timedelta(milliseconds=1),
        one.version,
        time_of(one.began_at),
        time_of(seen_at),
        one.active_turns,
    )


def _problems(problems: Sequence[Problem]) -> Figure:
    return Figure(
        key="problems",
        title="Last problems",
        note="Of this process, since it started; newest first." if problems else "",
        columns=(
            Column("at", "Time (UTC)", "text"),
            Column("event", "Event", "text"),
            Column("kind", "Kind", "text"),
            Column("turn", "Turn", "text"),
            Column("number", "Number they were told", "text"),
            Column("why", "Why", "text"),
        ),
        rows=tuple(
            (time_of(one.at), one.event, one.kind, one.turn, one.number, one.why)
            for one in problems
        ),
    )


def _running(turns: Sequence[ActiveTurn]) -> Figure:
    return Figure(
        key="running",
        title="Turns that run now",
        columns=(
            Column("conversation", "Conversation", "conversation"),
            Column("messages", "Messages"),
            Column("attempt", "Attempt"),
        ),
        rows=tuple((str(turn.conversation), turn.messages, turn.attempt) for turn in turns),
    )


def dead_letters(letters: Sequence[QueuedMessage]) -> Figure:
    return Figure(
        key="dead",
        title="Dead letters",
        note="Given up after three attempts." if letters else "",
        columns=(
            Column("id", "Id", "text"),
            Column("since", "Since (UTC)", "text"),
            Column("conversation", "Conversation", "conversation"),
            Column("kind", "Kind", "text"),
            Column("attempts", "Attempts"),
        ),
        rows=tuple(
            (
                str(one.update_id),
                time_of(one.arrived_at),
                str(one.conversation),
                one.kind,
                one.attempts,
            )
            for one in letters
        ),
    )


def time_of(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def uptime(up: timedelta) -> str:
    """In the two largest units."""
    minutes = int(up.total_seconds()) // 60
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{days} {tr('d')} {hours} {tr('h')}"
    if hours:
        return f"{hours} {tr('h')} {minutes % 60} {tr('min')}"
    return f"{minutes} {tr('min')}"
