"""The files at OpenAI: `ports.Ledger` on SQLite, with uploads.py and leaving.py."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from snapthread.limits import LONGEST_UPLOAD_S, LOOK_AGAIN_S
from snapthread.model import Claim, ConversationKey, Deletion, FileName, HistoryImage, LedgerFile
from snapthread.store.codec import moment, seconds, seconds_after
from snapthread.store.sqlite.rows import Db, held


def as_file(row: sqlite3.Row) -> LedgerFile:
    return LedgerFile(
        name=FileName(row["name"]),
        conversation=ConversationKey(row["conversation"]),
        epoch=row["epoch"],
        owner=row["owner"],
        state=row["state"],
        stands_for=FileName(row["stands_for"]),
        telegram_id=row["telegram_id"],
        unique_id=row["unique_id"],
        label=row["label"],
        openai_id=row["openai_id"],
        size_bytes=row["size_bytes"],
        width=row["width"],
        height=row["height"],
        created_at=moment(row["created_at"]),
    )


def label_of(db: Db, claim: Claim, unique_id: str) -> int | None:
    row = db.execute(
        "SELECT max(label) AS label FROM files WHERE conversation = ? AND epoch = ?"
        " AND unique_id = ? AND state = 'live'",
        (claim.conversation, claim.epoch, unique_id),
    ).fetchone()
    return row["label"] if row else None


def attach(db: Db, claim: Claim, photos: Sequence[HistoryImage]) -> None:
    """The conversation holds these files from now on."""
    files = images(db, claim)
    for photo in photos:
        if photo.file in files:
            db.execute(
                "UPDATE files SET state = 'live', label = ? WHERE name = ? AND state = 'uploaded'",
                (photo.label, files[photo.file]["name"]),
            )


def live_files(db: Db, claim: Claim) -> dict[FileName, str]:
    """The OpenAI ids of what may be asked about, by the names in the conversation's lines."""
    return {name: row["openai_id"] for name, row in images(db, claim).items()}


def images(db: Db, claim: Claim, *, but: str = "") -> dict[FileName, sqlite3.Row]:
    """One file for each image of the conversation and of the claim; until a lost one is restored,
    it is the lost one."""
    rows = db.execute(
        "SELECT name, stands_for, state, label, album_id, openai_id FROM files"
        " WHERE conversation = ? AND epoch = ? AND state IN ('uploaded', 'live') AND name != ?"
        " ORDER BY state = 'live', created_at DESC",
        (claim.conversation, claim.epoch, but),
    )
    return {FileName(row["stands_for"]): row for row in rows}


def retire_rest(db: Db, claim: Claim, update_ids: Sequence[int], now: datetime) -> None:
    """What these messages brought and the conversation did not take."""
    for update_id in update_ids:
        db.execute(
            "UPDATE files SET state = 'retired', reason = 'turn failed', due_at = ?"
            " WHERE conversation = ? AND epoch = ? AND update_id = ?"
            " AND state IN ('intended', 'uploaded')",
            (seconds(now), claim.conversation, claim.epoch, update_id),
        )


def retire_past_due(db: Db, now: datetime, *, conversation: ConversationKey) -> int:
    """Law 5: what is as old as it may get leaves the conversation before the next question."""
    return db.execute(
        "UPDATE files SET state = 'retired', reason = 'retention', due_at = :now"
        " WHERE conversation = :key AND state IN ('uploaded', 'live') AND leaves_at <= :now",
        {"now": seconds(now), "key": conversation},
    ).rowcount


def retire_conversation(db: Db, key: ConversationKey, *, due_at_s: float) -> None:
    db.execute(
        "UPDATE files SET state = 'retired', reason = 'reset', due_at = ?"
        " WHERE conversation = ? AND (state != 'retired' OR reason = 'adopted')",
        (due_at_s, key),
    )


def count_held(db: Db, key: ConversationKey) -> int:
    """Files of the conversation that are, or may be, at OpenAI."""
    (count,) = db.execute("SELECT count(*) FROM files WHERE conversation = ?", (key,)).fetchone()
    return int(count)


def files_due(db: Db, now: datetime, *, limit: int, lease_s: float) -> tuple[Deletion, ...]:
    rows = db.execute(
        "UPDATE files SET due_at = :again, attempts = attempts + 1 WHERE name IN ("
        " SELECT name FROM files WHERE state = 'retired' AND openai_id IS NOT NULL"
        " AND due_at <= :now ORDER BY due_at LIMIT :limit) RETURNING *",
        {"now": seconds(now), "again": seconds_after(now, lease_s), "limit": limit},
    ).fetchall()
    return tuple(map(_deletion, rows))


def intents_due(db: Db, now: datetime, *, limit: int) -> tuple[Deletion, ...]:
    rows = db.execute(
        "UPDATE files SET state = 'retired', reason = coalesce(reason, 'cut off'),"
        " due_at = :again, attempts = attempts + 1 WHERE name IN ("
        " SELECT name FROM files WHERE openai_id IS NULL AND created_at <= :old"
        " AND (state = 'intended' OR coalesce(due_at, 0) <= :now) ORDER BY created_at LIMIT :limit)"
        " RETURNING *",
        {
            "now": seconds(now),
            "again": seconds(now) + LOOK_AGAIN_S,
            "old": seconds(now) - LONGEST_UPLOAD_S,
            "limit": limit,
        },
    ).fetchall()
    return tuple(map(_deletion, rows))


def _deletion(row: sqlite3.Row) -> Deletion:
    return Deletion(
        name=FileName(row["name"]),
        openai_id=row["openai_id"],
        reason=row["reason"] or "",
        attempts=row["attempts"],
        created_at=moment(row["created_at"]),
    )


def retire(db: Db, claim: Claim, names: Sequence[FileName], now: datetime, *, reason: str) -> int:
    held(db, claim)
    return sum(
        db.execute(
            "UPDATE files SET state = 'retired', reason = ?, due_at = ? WHERE name = ?"
            " AND conversation = ? AND epoch = ? AND state IN ('uploaded', 'live')",
            (reason, seconds(now), name, claim.conversation, claim.epoch),
        ).rowcount
        for name in names
    )


def files_by_id(db: Db, claim: Claim, openai_ids: Sequence[str]) -> tuple[LedgerFile, ...]:
    rows = db.execute(
        "SELECT * FROM files WHERE conversation = ? AND epoch = ? AND state IN ('uploaded', 'live')"
        " ORDER BY created_at DESC",
        (claim.conversation, claim.epoch),
    )
    return tuple(as_file(row) for row in rows if row["openai_id"] in openai_ids)


def replace_file(db: Db, claim: Claim, name: FileName, now: datetime) -> bool:
    held(db, claim)
    new = db.execute(
        "SELECT stands_for FROM files WHERE name = ? AND conversation = ? AND epoch = ?"
        " AND state = 'uploaded'",
        (name, claim.conversation, claim.epoch),
    ).fetchone()
    if new is None:
        return False
    lost = images(db, claim, but=name).get(FileName(new["stands_for"]))
    if lost is None:
        retire(db, claim, [name], now, reason="unwanted")
        return False
    retire(db, claim, [lost["name"]], now, reason="vanished")
    db.execute(  # an image of the question itself stays an upload until the turn ends
        "UPDATE files SET state = ?, label = ?, album_id = ? WHERE name = ?",
        (lost["state"], lost["label"], lost["album_id"], name),
    )
    return True


def delete_file(db: Db, name: FileName) -> None:
    """Only what a deletion or a search was begun for: what was recorded meanwhile stays."""
    db.execute(
        "DELETE FROM files WHERE name = ? AND state = 'retired'"
        " AND (openai_id IS NULL OR attempts > 0)",
        (name,),
    )


def retry_later(db: Db, name: FileName, at: datetime) -> None:
    db.execute(
        "UPDATE files SET due_at = ? WHERE name = ? AND state = 'retired'", (seconds(at), name)
    )


def user_files(db: Db, owner: int) -> frozenset[str]:
    rows = db.execute("SELECT file_id FROM user_files WHERE user_id = ?", (owner,))
    return frozenset(row["file_id"] for row in rows)
