"""Images that leave their conversations, and what reconcile asks of the ledger, on SQLite."""

from collections.abc import Sequence
from datetime import datetime

from snapthread.errors import NoRoom
from snapthread.limits import LEASE_S, LONGEST_UPLOAD_S
from snapthread.model import Claim, ConversationKey, FileName, LedgerFile
from snapthread.store.codec import seconds, seconds_after
from snapthread.store.sqlite.ledger import as_file, retire
from snapthread.store.sqlite.rows import Db, held

# Nobody holds the conversation; a holder that was paused past its lease gets one lease more to
# notice before the file is deleted.
_RETIRE_LEAVING = f"""
    UPDATE files SET state = 'retired', reason = 'retention', due_at = :now + coalesce(
        (SELECT {LEASE_S} FROM conversations WHERE key = files.conversation AND lease_until > 0), 0)
    WHERE name IN (
        SELECT name FROM files WHERE state IN ('uploaded', 'live') AND leaves_at <= :now
        AND NOT EXISTS (SELECT 1 FROM conversations
                        WHERE key = files.conversation AND lease_until > :now)
        ORDER BY leaves_at LIMIT :limit)
"""  # noqa: S608 - a number of ours


def retire_leaving(db: Db, now: datetime, *, limit: int) -> int:
    return db.execute(_RETIRE_LEAVING, {"now": seconds(now), "limit": limit}).rowcount


def retire_stranded(db: Db, now: datetime) -> int:
    return db.execute(
        "UPDATE files SET state = 'retired', reason = 'stranded', due_at = :now"
        " WHERE state = 'uploaded' AND NOT EXISTS (SELECT 1 FROM conversations"
        "  WHERE key = files.conversation AND lease_until > :now)"
        " AND NOT EXISTS (SELECT 1 FROM inbox WHERE conversation = files.conversation"
        "  AND inbox.update_id = files.update_id)",
        {"now": seconds(now)},
    ).rowcount


def count_unsettled(db: Db, now: datetime) -> int:
    (count,) = db.execute(
        "SELECT count(*) FROM files WHERE openai_id IS NULL AND created_at <= ?",
        (seconds(now) - LONGEST_UPLOAD_S,),
    ).fetchone()
    return int(count)


def count_remaining(db: Db, now: datetime) -> int:
    """What is still to leave or to be deleted."""
    (count,) = db.execute(
        "SELECT (SELECT count(*) FROM files WHERE state = 'retired')"
        " + (SELECT count(*) FROM files WHERE state IN ('uploaded', 'live') AND leaves_at <= ?)",
        (seconds(now),),
    ).fetchone()
    return int(count)


def make_room(db: Db, claim: Claim, size_bytes: int, now: datetime, *, room_bytes: int) -> int:
    """Law 3's third caller: the oldest images of the owner leave until the new one fits."""
    held(db, claim)
    rows = db.execute(
        "SELECT name, state, size_bytes FROM files WHERE conversation = ? AND epoch = ?"
        " AND state != 'retired' ORDER BY created_at, name",
        (claim.conversation, claim.epoch),
    ).fetchall()
    excess = sum(row["size_bytes"] for row in rows) + size_bytes - room_bytes
    leaving = []
    for row in rows:
        if excess > 0 and row["state"] == "live":
            leaving.append(FileName(row["name"]))
            excess -= row["size_bytes"]
    if excess > 0:
        raise NoRoom
    return retire(db, claim, leaving, now, reason="storage")


def forget(db: Db, claim: Claim, unique_id: str, now: datetime) -> tuple[int, ...]:
    """Law 3's fourth caller: an image leaves, and with it the album that it came in."""
    held(db, claim)
    rows = db.execute(
        "SELECT name, label FROM files WHERE conversation = :key AND epoch = :epoch"
        " AND state = 'live' AND (unique_id = :id OR album_id IN ("
        "  SELECT album_id FROM files WHERE conversation = :key AND epoch = :epoch"
        "  AND unique_id = :id AND album_id IS NOT NULL)) ORDER BY label",
        {"key": claim.conversation, "epoch": claim.epoch, "id": unique_id},
    ).fetchall()
    retire(db, claim, [FileName(row["name"]) for row in rows], now, reason="forgotten")
    return tuple(row["label"] for row in rows)


def borrow(db: Db, key: ConversationKey, now: datetime, *, lease_s: float) -> Claim | None:
    row = db.execute(
        "UPDATE conversations SET token = token + 1, lease_until = ? WHERE key = ?"
        " AND lease_until <= ? RETURNING token, epoch",
        (seconds_after(now, lease_s), key, seconds(now)),
    ).fetchone()
    if row is None:
        return None
    return Claim(conversation=key, token=row["token"], epoch=row["epoch"])


def unknown_files(db: Db, files: Sequence[tuple[FileName, str]]) -> tuple[str, ...]:
    return tuple(openai_id for name, openai_id in files if not _is_known(db, name, openai_id))


def _is_known(db: Db, name: FileName, openai_id: str) -> bool:
    """By its name while its id is not written down yet, else by its id."""
    row = db.execute(
        "SELECT 1 FROM files WHERE name IN (?, ?) AND coalesce(openai_id, ?) = ?",
        (name, f"{name}:{openai_id}", openai_id, openai_id),
    ).fetchone()
    return row is not None


def live_after(db: Db, name: FileName | None, *, limit: int) -> tuple[LedgerFile, ...]:
    rows = db.execute(
        "SELECT * FROM files WHERE state IN ('uploaded', 'live') AND name > ?"
        " ORDER BY name LIMIT ?",
        (name or "", limit),
    )
    return tuple(as_file(row) for row in rows)


def take_job(db: Db, job: str, owner: str, now: datetime, *, lease_s: float) -> bool:
    """One process does a job at a time; who has it keeps it by taking it again."""
    cursor = db.execute(
        "INSERT INTO jobs (job, owner, until) VALUES (:job, :owner, :until) ON CONFLICT (job)"
        " DO UPDATE SET owner = :owner, until = :until WHERE owner = :owner OR until <= :now",
        {"job": job, "owner": owner, "until": seconds_after(now, lease_s), "now": seconds(now)},
    )
    return cursor.rowcount == 1
