"""Tables of people, and of what was decided about them."""

from typing import Final, NamedTuple

from snapthread.store.table import Index, Table


class PersonRow(NamedTuple):
    """Somebody who was answered, or about whom something was decided."""

    user_id: int
    first_at: int
    last_at: int  # to the day
    standing: str = ""  # asked, admitted or refused, where people are let in
    name: str = ""  # as told when they asked to be let in
    banned_at: int | None = None
    decided_at: int | None = None
    decided_by: int | None = None  # an admin; 0: the operator
    limits: str = "{}"  # their own
    language: str = ""  # in which they asked to be let in
    told_of_files: int = 0  # once: that small text is easier to read in a file


PEOPLE_SEEN: Final = Index[PersonRow]("seen", by="last_at")
PEOPLE_STANDING: Final = Index[PersonRow]("standing", by="last_at", within=("standing",))
PEOPLE_BANNED: Final = Index[PersonRow]("banned", by="banned_at")
PEOPLE_ALL: Final = Index[PersonRow]("all", by="user_id")

PEOPLE: Final = Table(
    "people",
    PersonRow,
    key=("user_id",),
    indexes=(PEOPLE_SEEN, PEOPLE_STANDING, PEOPLE_BANNED, PEOPLE_ALL),
)


class InviteRow(NamedTuple):
    """An invitation, by the code of its link."""

    code: str
    made_at: int
    made_by: int
    ends_at: int
    uses: int
    used: int = 0


INVITES_END: Final = Index[InviteRow]("end", by="ends_at")

INVITES: Final = Table("invites", InviteRow, key=("code",), indexes=(INVITES_END,))


class BroadcastRow(NamedTuple):
    """A message to everybody; `after`: the person who was done last."""

    id: str
    at: int
    by: int
    state: str  # draft, sending, stopped or done
    text: str
    after: int = 0
    sent: int = 0
    blocked: int = 0
    failed: int = 0


BROADCASTS_AT: Final = Index[BroadcastRow]("at", by="at")
BROADCASTS_IN: Final = Index[BroadcastRow]("in", by="at", within=("state",))

BROADCASTS: Final = Table(
    "broadcasts", BroadcastRow, key=("id",), indexes=(BROADCASTS_AT, BROADCASTS_IN)
)


class PreferenceRow(NamedTuple):
    """Choices of a person for themselves, or a group's admins for it."""

    owner: str  # user:<id> or group:<chat id>
    choices: str


PREFERENCES: Final = Table("preferences", PreferenceRow, key=("owner",))


class AuditRow(NamedTuple):
    """A decision about a person."""

    id: str
    at: int
    by: int
    action: str
    user_id: int = 0  # 0: nobody, or erased since
    detail: str = ""


AUDIT_AT: Final = Index[AuditRow]("at", by="at")
AUDIT_OF: Final = Index[AuditRow]("of", by="at", within=("user_id",))

AUDIT: Final = Table("audit", AuditRow, key=("id",), indexes=(AUDIT_AT, AUDIT_OF))
