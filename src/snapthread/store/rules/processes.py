"""Jobs, cooldowns and changes between processes, and tidying.

Promises: ports/store.py and ports/message_queue.py.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from snapthread.limits import DAY_S
from snapthread.model import Claim, Cooldown, Installation, Replica, ReplicaChanges
from snapthread.model.operation import POLLING
from snapthread.store.codec import micros, micros_of, moment
from snapthread.store.rules import (
    admission,
    audit,
    broadcasts,
    feedback,
    page_questions,
    records,
    tallies,
)
from snapthread.store.rules.accepting import SEEN_FOR
from snapthread.store.rules.conversations import owned_conversation
from snapthread.store.rules.times import WAIT_MOST, is_ahead
from snapthread.store.schema.conversations import CONVERSATIONS
from snapthread.store.schema.processes import (
    COOLDOWNS,
    COOLDOWNS_UNTIL,
    JOBS,
    MARKS_UNTIL,
    META,
    REPLICAS,
    REPLICAS_SEEN,
    SEEN_AT,
    CooldownRow,
    JobRow,
    MetaRow,
    ReplicaRow,
)
from snapthread.store.transaction import Transaction

SILENT_KEPT: Final = micros_of(DAY_S)  # who died is still shown a day later


def installation(tx: Transaction) -> Installation:
    id = tx.get(META, "installation") or tx.insert(MetaRow("installation", secrets.token_hex(4)))
    secret = tx.get(META, "secret") or tx.insert(MetaRow("secret", secrets.token_hex(32)))
    return Installation(id=id.value, secret=bytes.fromhex(secret.value))


def remember(tx: Transaction, fact: str, value: str) -> None:
    tx.put(META, MetaRow(fact, value))


def recall(tx: Transaction, fact: str) -> str | None:
    row = tx.get(META, fact)
    return row.value if row else None


def poll_changes(tx: Transaction, claims: Sequence[Claim], now: datetime) -> ReplicaChanges:
    tx.get_all(CONVERSATIONS, dict.fromkeys(claim.conversation for claim in claims))
    rows = {claim: owned_conversation(tx, claim) for claim in claims}
    at = micros(now)
    cooldowns = tx.range(COOLDOWNS_UNTIL, low=at + 1, high=at + WAIT_MOST)
    return ReplicaChanges(
        lost=frozenset(claim for claim, row in rows.items() if row is None),
        stopped=frozenset(
            claim for claim, row in rows.items() if row and row.stopped_turn == claim.turn
        ),
        cooldowns={row.service: _cooldown(row) for row in cooldowns},
    )


def _cooldown(row: CooldownRow) -> Cooldown:
    wait_s = (row.until - row.asked_at) / micros_of(1) if row.asked_at else None
    return Cooldown(until=moment(row.until), wait_s=wait_s)


def start_cooldown(tx: Transaction, service: str, until: datetime, now: datetime) -> None:
    """Let nobody call a service for a while; a wait is never made shorter."""
    row = tx.get(COOLDOWNS, service)
    at = micros(until)
    if row is None or not at <= row.until <= at + WAIT_MOST:
        tx.put(COOLDOWNS, CooldownRow(service, at, micros(now)))


def take_job(tx: Transaction, job: str, owner: str, now: datetime, *, lease_s: float) -> bool:
    """One process does a job at a time; who has it keeps it by taking it again."""
    row, at, lease = tx.get(JOBS, job), micros(now), micros_of(lease_s)
    if row is not None and row.owner != owner and is_ahead(row.until, at, lease or row.until):
        return False
    tx.put(JOBS, JobRow(job, owner, at + lease))
    return True


def note_replica(tx: Transaction, replica: Replica) -> None:
    row = ReplicaRow(
        replica.name,
        replica.version,
        micros(replica.began_at),
        micros(replica.seen_at),
        int(replica.is_polling),
        replica.active_turns,
    )
    tx.put(REPLICAS, row)


def forget_replica(tx: Transaction, name: str) -> None:
    row = tx.get(REPLICAS, name)
    if row is not None:
        tx.delete(row)


def replicas(tx: Transaction) -> tuple[Replica, ...]:
    """All processes of this bot. The lease tells who polls at once; each tells of itself twice a
    minute."""
    job = tx.get(JOBS, POLLING)
    poller = job.owner.rpartition(" ")[0] if job else ""  # none of a version before
    return tuple(
        Replica(
            name=row.name,
            version=row.version,
            began_at=moment(row.began_at),
            seen_at=moment(row.seen_at),
            is_polling=row.name == poller if poller else bool(row.is_polling),
            active_turns=row.active_turns,
            polls_until=moment(job.until) if job and row.name == poller else None,
        )
        for row in sorted(tx.range(REPLICAS_SEEN), key=lambda row: row.name)
    )


def tidy(tx: Transaction, now: datetime, *, limit: int) -> int:
    """Delete some of what is old; returns 0 once all of it is gone."""
    at = micros(now)
    tx.delete_all(tx.range(COOLDOWNS_UNTIL, high=at))
    tx.delete_all(tx.range(REPLICAS_SEEN, high=at - SILENT_KEPT))
    return (
        tx.delete_all(tx.range(SEEN_AT, high=at - SEEN_FOR, limit=limit))
        + tx.delete_all(tx.range(MARKS_UNTIL, high=at, limit=limit))
        + page_questions.tidy(tx, now, limit=limit)
        + tallies.tidy(tx, now, limit=limit)
        + records.tidy(tx, now, limit=limit)
        + audit.tidy(tx, now, limit=limit)
        + admission.tidy(tx, now, limit=limit)
        + broadcasts.tidy(tx, now, limit=limit)
        + feedback.tidy(tx, now, limit=limit)
    )
