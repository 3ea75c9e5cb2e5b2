"""Admission of people, and messages to everybody."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from snapthread.model.people import Broadcast, Invite, Note, Person, Reached, Standing
from snapthread.ports.standings import PeopleKnown


class InviteMaking(Protocol):
    """New links that let people in."""

    async def make_invite(
        self, now: datetime, *, by: int, uses: int, ends_at: datetime, code: str = ""
    ) -> str:
        """Its code: a new one, or `code`, of a form that may come twice; the second makes no
        other."""
        ...


class InviteList(Protocol):
    """Links that still let people in."""

    async def open_invites(self, now: datetime, *, limit: int) -> tuple[Invite, ...]:
        """Neither over nor used up; first the one that ends first."""
        ...


class InviteEnding(Protocol):
    """Links that let people in no longer."""

    async def end_invite(self, id: str, now: datetime, *, by: int) -> bool:
        """Nobody comes by it from now on; whoever came stays. False where it was over, used up or
        ended, or where there is none of this id."""
        ...


class InviteUse(Protocol):
    """Links as people come by them."""

    async def use_invite(self, code: str, user_id: int, name: str, now: datetime) -> bool:
        """Whoever comes by it is admitted; False where it is none, is over or used up, or they are
        banned. Whoever was admitted before uses none up."""
        ...


class Invitations(InviteMaking, InviteList, InviteEnding, InviteUse, Protocol):
    """Links that let people in, for a number of people and of days."""


class AdmissionRequests(PeopleKnown, Protocol):
    """Strangers who ask to be let in."""

    async def ask_in(
        self,
        user_id: int,
        name: str,
        now: datetime,
        *,
        language: str,
        notes: Sequence[Note],
    ) -> Standing:
        """Ask once; then `notes` go out with it. The standing before."""
        ...

    async def decide(
        self,
        user_id: int,
        now: datetime,
        *,
        by: int,
        admit: bool,
        notes: Sequence[Note] = (),
    ) -> Person | None:
        """Admit or refuse whoever has asked; whoever decides second changes nothing. The person as
        they were before; None where nobody is known by this number any more."""
        ...


class Admissions(Invitations, AdmissionRequests, Protocol):
    """The ways in for strangers: by a link, or because an admin lets them."""


class BroadcastDrafts(Protocol):
    """Messages to everybody before they go out."""

    async def draft_broadcast(self, text: str, now: datetime, *, by: int) -> str: ...

    async def start_broadcast(self, id: str, now: datetime, *, by: int) -> bool:
        """False where it is no draft any more."""
        ...

    async def drop_broadcast(self, id: str, now: datetime, *, by: int) -> bool:
        """A draft is gone, one that is being sent ends; False for any other."""
        ...


class BroadcastList(Protocol):
    """Messages to everybody, and how far they are."""

    async def broadcast(self, id: str) -> Broadcast | None: ...

    async def recent_broadcasts(self, *, limit: int) -> tuple[Broadcast, ...]:
        """Newest first."""
        ...

    async def people_left(self, broadcast: Broadcast) -> int:
        """Those whom it has not come to yet, be it for them or not."""
        ...


class BroadcastSending(Protocol):
    """Messages to everybody on their way: one at a time, the oldest first, people by number."""

    async def broadcast_to_send(self) -> Broadcast | None: ...

    async def next_people(self, broadcast: Broadcast, *, limit: int) -> tuple[Person, ...]:
        """Those whom it has not come to yet."""
        ...

    async def note_reached(self, id: str, user_id: int, reached: Reached) -> bool:
        """This person is done with. False, and nothing happens, where they were already, or it was
        stopped."""
        ...

    async def finish_broadcast(self, id: str) -> Broadcast | None:
        """Everybody is done with; None where that was said before."""
        ...


class Broadcasts(BroadcastDrafts, BroadcastList, BroadcastSending, Protocol):
    """Messages to everybody, from the draft to the last person."""
