"""Admission: those who ask, whom admins decide about, and whom an invitation brings.

Promises: ports/admissions.py.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from snapthread.model.people import Decided, Invite, Note, Person, Standing, invite_id
from snapthread.store.codec import micros, moment
from snapthread.store.rules.audit import record_decision, write_audit
from snapthread.store.rules.outgoing import put_on_its_way
from snapthread.store.rules.standings import known_row, person
from snapthread.store.schema.people import INVITES, INVITES_END, PEOPLE, InviteRow
from snapthread.store.transaction import Transaction

CODE_BYTES: Final = 9  # twelve letters: nobody guesses one


def ask_in(
    tx: Transaction,
    user_id: int,
    name: str,
    now: datetime,
    *,
    language: str,
    notes: Sequence[Note],
) -> Standing:
    """Once: then the admins are told. The standing before."""
    row = known_row(tx, user_id, now)
    before: Standing = row.standing  # type: ignore[assignment]  # written by this file only
    if before or row.banned_at is not None:
        return before
    tx.update(row, row._replace(standing="asked", name=name, language=language))
    write_audit(tx, micros(now), user_id, "asked", user_id)
    _tell(tx, notes, now)
    return before


def decide(
    tx: Transaction,
    user_id: int,
    now: datetime,
    *,
    by: int,
    admit: bool,
    notes: Sequence[Note] = (),
) -> Person | None:
    """Only about who has asked: the first to decide decides. The person as they were before."""
    before, row = person(tx, user_id), tx.get(PEOPLE, user_id)
    if row is not None and row.standing == "asked":
        standing: Decided = "admitted" if admit else "refused"
        record_decision(tx, row, now, by, standing, standing=standing)
        _tell(tx, notes, now)
    return before


def _tell(tx: Transaction, notes: Sequence[Note], now: datetime) -> None:
    for note in notes:
        put_on_its_way(tx, note.conversation, note.to, note.outgoing, micros(now))


# ---------------------------------------------------------------- invitations


def make_invite(
    tx: Transaction, now: datetime, *, by: int, uses: int, ends_at: datetime, code: str = ""
) -> str:
    if code and tx.get(INVITES, code) is not None:
        return code
    code = code or secrets.token_urlsafe(CODE_BYTES)
    tx.insert(InviteRow(code, micros(now), by, micros(ends_at), uses))
    write_audit(tx, micros(now), by, "invite_made", detail=f"uses={uses}")
    return code


def open_invites(tx: Transaction, now: datetime, *, limit: int) -> tuple[Invite, ...]:
    """Those that have not ended; the one that ends first comes first."""
    rows = tx.range(INVITES_END, low=micros(now) + 1)  # those that are used up among them
    return tuple([_invite(row) for row in rows if row.used < row.uses][:limit])


def end_invite(tx: Transaction, id: str, now: datetime, *, by: int) -> bool:
    """Its row stays until its time is over: a form that is sent once more makes no second one."""
    for row in tx.range(INVITES_END, low=micros(now) + 1):
        if row.used < row.uses and invite_id(row.code) == id:
            tx.update(row, row._replace(uses=row.used))
            write_audit(tx, micros(now), by, "invite_ended", detail=f"used={row.used}")
            return True
    return False


def _invite(row: InviteRow) -> Invite:
    return Invite(
        id=invite_id(row.code),
        made_at=moment(row.made_at),
        made_by=row.made_by,
        ends_at=moment(row.ends_at),
        uses=row.uses,
        used=row.used,
    )


def use_invite(tx: Transaction, code: str, user_id: int, name: str, now: datetime) -> bool:
    """False where it is none, is over or used up. Whoever is in already uses none up."""
    invite, known = tx.get(INVITES, code), tx.get(PEOPLE, user_id)
    if known is not None and (known.banned_at is not None or known.standing == "admitted"):
        return known.banned_at is None
    if invite is None or invite.ends_at <= micros(now) or invite.used >= invite.uses:
        return False
    tx.update(invite, invite._replace(used=invite.used + 1))
    row = known_row(tx, user_id, now)
    record_decision(tx, row, now, invite.made_by, "invite_used", standing="admitted", name=name)
    return True


def tidy(tx: Transaction, now: datetime, *, limit: int) -> int:
    return tx.delete_all(tx.range(INVITES_END, high=micros(now), limit=limit))
