"""People: who was answered, who may, whose limits are their own.

Promises: ports/standings.py.
"""

import json
from dataclasses import fields
from datetime import datetime
from typing import Any, Final, cast

from snapthread.model.people import NOBODY, OwnLimits, Person, Standing
from snapthread.model.usage import day_of
from snapthread.store.codec import micros, moment
from snapthread.store.rules.audit import decisions, record_decision
from snapthread.store.schema.people import (
    AUDIT_OF,
    PEOPLE,
    PEOPLE_BANNED,
    PEOPLE_SEEN,
    PEOPLE_STANDING,
    PersonRow,
)
from snapthread.store.schema.processes import META, MetaRow
from snapthread.store.schema.usage import DAYS_ON
from snapthread.store.transaction import Transaction

KNOWN: Final = "people"  # in META: those of older versions were found
OWN: Final = frozenset(field.name for field in fields(OwnLimits))


def person(tx: Transaction, user_id: int) -> Person | None:
    row = tx.get(PEOPLE, user_id)
    return None if row is None else load_person(row)


def people(
    tx: Transaction,
    *,
    limit: int,
    skip: int = 0,
    standing: Standing | None = None,
    banned: bool = False,
) -> tuple[Person, ...]:
    most = skip + limit
    if banned:
        rows = tx.range(PEOPLE_BANNED, limit=most, is_reversed=True)
    elif standing:
        rows = tx.range(PEOPLE_STANDING, standing, limit=most, is_reversed=True)
    else:
        rows = tx.range(PEOPLE_SEEN, limit=most, is_reversed=True)
    return tuple(map(load_person, rows[skip:]))


def count_people(tx: Transaction) -> int:
    return tx.count(PEOPLE_SEEN)


def load_person(row: PersonRow) -> Person:
    return Person(
        user_id=row.user_id,
        first_at=moment(row.first_at),
        last_at=moment(row.last_at),
        standing=cast("Standing", row.standing),
        name=row.name,
        language=row.language,
        banned_at=_moment(row.banned_at),
        decided_at=_moment(row.decided_at),
        decided_by=row.decided_by,
        limits=load_limits(row.limits),
        is_told_of_files=bool(row.told_of_files),
    )


def _moment(at: int | None) -> datetime | None:
    return None if at is None else moment(at)


def load_limits(text: str) -> OwnLimits:
    """A limit that this version does not know is left out."""
    return OwnLimits(**{k: v for k, v in json.loads(text).items() if k in OWN})


# ---------------------------------------------------------------- who was answered


def note_answered(tx: Transaction, user_id: int, at: datetime) -> None:
    """Note that somebody was answered, once a day."""
    if user_id <= NOBODY:  # erased, or a chat that spoke as itself
        return
    row, now = tx.get(PEOPLE, user_id), micros(at)
    if row is None:
        tx.insert(PersonRow(user_id, now, now))
    elif day_of(moment(row.last_at)) < day_of(at):
        tx.update(row, row._replace(last_at=now))


def note_told_of_files(tx: Transaction, user_id: int) -> None:
    row = tx.get(PEOPLE, user_id)
    if row is not None:
        tx.update(row, row._replace(told_of_files=1))


def find_people(tx: Transaction) -> int:
    """Once: find the people whom an older version answered, by its daily sums."""
    if tx.get(META, KNOWN) is not None:
        return 0
    tx.insert(MetaRow(KNOWN, "found"))
    seen: dict[int, list[str]] = {}
    for day in tx.range(DAYS_ON):
        seen.setdefault(day.user_id, []).append(day.day)
    fresh = [user_id for user_id in seen if user_id > NOBODY and not tx.get(PEOPLE, user_id)]
    for user_id in fresh:
        first, last = min(seen[user_id]), max(seen[user_id])
        tx.insert(PersonRow(user_id, _begin_of(first), _begin_of(last)))
    return len(fresh)


def _begin_of(day: str) -> int:
    return micros(datetime.fromisoformat(f"{day}T00:00:00+00:00"))


# ---------------------------------------------------------------- decisions


def ban(tx: Transaction, user_id: int, now: datetime, *, by: int) -> bool:
    row = known_row(tx, user_id, now)
    if row.banned_at is not None:
        return False
    record_decision(tx, row, now, by, "banned", banned_at=micros(now))
    return True


def unban(tx: Transaction, user_id: int, now: datetime, *, by: int) -> bool:
    row = tx.get(PEOPLE, user_id)
    if row is None or (row.banned_at is None and row.standing != "refused"):
        return False
    standing = "" if row.standing == "refused" else row.standing
    record_decision(tx, row, now, by, "unbanned", banned_at=None, standing=standing)
    return True


def set_limits(
    tx: Transaction, user_id: int, now: datetime, *, by: int, limits: OwnLimits
) -> OwnLimits:
    row = known_row(tx, user_id, now)
    written = json.dumps(limits.own_values())
    if written != row.limits:
        record_decision(tx, row, now, by, "limited", detail=written, limits=written)
    return load_limits(row.limits)


def known_row(tx: Transaction, user_id: int, now: datetime) -> PersonRow:
    at = micros(now)
    return tx.get(PEOPLE, user_id) or tx.insert(PersonRow(user_id, at, at))


# ---------------------------------------------------------------- one person


def erase(tx: Transaction, user_id: int) -> None:
    """Delete the person. A ban and limits of their own stay, with the number alone: to erase would
    lift them."""
    row = tx.get(PEOPLE, user_id)
    if row is not None and row.banned_at is None and not load_limits(row.limits).own_values():
        tx.delete(row)
    elif row is not None:
        at = row.decided_at or row.last_at
        kept = row._replace(first_at=at, last_at=at, standing="", name="", language="")
        tx.update(row, kept)
    for decision in tx.range(AUDIT_OF, user_id):
        tx.update(decision, decision._replace(user_id=NOBODY))


def export(tx: Transaction, user_id: int) -> dict[str, Any]:
    row = tx.get(PEOPLE, user_id)
    found = None if row is None else load_person(row)
    return {
        "person": found
        and {
            "first_at": found.first_at.isoformat(),
            "last_at": found.last_at.isoformat(),
            "standing": found.standing,
            "name": found.name,
            "language": found.language,
            "is_banned": found.is_banned,
            "is_told_of_files": found.is_told_of_files,
            "limits": found.limits.own_values(),
        },
        "decisions": [
            {"at": each.at.isoformat(), "action": each.action}
            for each in decisions(tx, limit=1000, user_id=user_id)
        ],
    }
