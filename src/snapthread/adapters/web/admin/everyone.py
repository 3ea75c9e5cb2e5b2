"""Reads what is for everybody: invitations, and messages to all, into figures. No content."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

from snapthread.adapters.web.admin.figure import Column, Figure
from snapthread.adapters.web.admin.status import time_of
from snapthread.model.people import OPERATOR, Broadcast, Invite
from snapthread.ports import BroadcastDrafts, BroadcastList, Clock, InviteList, PeopleList

INVITES_MAX: Final = 100
BROADCASTS_SHOWN: Final = 20
READ: Final = 100  # drafts stand between them


class EveryoneStore(InviteList, BroadcastDrafts, BroadcastList, PeopleList, Protocol):
    """The store as the pages of invitations and broadcasts need it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastOverview:
    """The last ones: the ids of those that are being sent, and all of them as a figure."""

    at: datetime
    sending: tuple[str, ...]
    ids: tuple[str, ...]
    figure: Figure
    people: int


async def read_invites(store: InviteList, clock: Clock) -> Figure:
    """Each by its id; the link itself is shown once, when it is made."""
    invites = await store.open_invites(clock(), limit=INVITES_MAX)
    return Figure(
        key="invites",
        title="Open invitations",
        columns=(
            Column("id", "Id", "text"),
            Column("ends", "Ends (UTC)", "text"),
            Column("left", "Left"),
            Column("of", "People"),
            Column("made", "Made (UTC)", "text"),
            Column("by", "By", "text"),
        ),
        rows=tuple(
            (
                one.id,
                time_of(one.ends_at),
                one.uses - one.used,
                one.uses,
                time_of(one.made_at),
                decider(one),
            )
            for one in invites
        ),
    )


async def read_broadcasts(store: EveryoneStore, clock: Clock) -> BroadcastOverview:
    recent = await store.recent_broadcasts(limit=READ)
    shown = [one for one in recent if one.state != "draft"][:BROADCASTS_SHOWN]
    left = [await store.people_left(one) if one.state == "sending" else 0 for one in shown]
    return BroadcastOverview(
        at=clock().astimezone(UTC),
        sending=tuple(one.id for one in shown if one.state == "sending"),
        ids=tuple(one.id for one in shown),
        figure=_broadcasts(shown, left),
        people=await store.count_people(),
    )


def _broadcasts(shown: Sequence[Broadcast], left: Sequence[int]) -> Figure:
    return Figure(
        key="broadcasts",
        title="The last broadcasts",
        note="Newest first." if shown else "",
        columns=(
            Column("begun", "Begun (UTC)", "text"),
            Column("state", "State", "text"),
            Column("sent", "Delivered"),
            Column("blocked", "Bot blocked"),
            Column("failed", "Not reached"),
            Column("left", "Left", "number"),
            Column("by", "By", "text"),
        ),
        rows=tuple(
            (
                time_of(one.at),
                one.state,
                one.sent,
                one.blocked,
                one.failed,
                "–" if one.state == "stopped" else f"{to_come:,}",
                decider(one),
            )
            for one, to_come in zip(shown, left, strict=True)
        ),
    )


def decider(of: Invite | Broadcast) -> str:
    """An admin's number; what the operator does at the page or by a command has none."""
    by = of.made_by if isinstance(of, Invite) else of.by
    return "the operator" if by == OPERATOR else str(by)
