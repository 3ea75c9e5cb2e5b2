"""The life of every file at OpenAI: `ports.Ledger` on SQLite."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from snapthread.errors import LeaseLost
from snapthread.limits import LONGEST_UPLOAD_S, LOOK_AGAIN_S
from snapthread.model import (
    Claim,
    ConversationKey,
    Deletion,
    FileName,
    IntendedFile,
    LedgerFile,
    Photo,
)
from snapthread.store.codec import moment, seconds, seconds_after
from snapthread.store.sqlite.rows import Db, held


def intend(db: Db, claim: Claim, file: IntendedFile, now: datetime) -> LedgerFile:
    held(db, claim)
    if file.stands_for is None and not _is_asked(db, claim, file.update_id):
        raise LeaseLost(claim.conversation)  # its turn has ended: nobody would retire the file
    for row in _same_image(db, claim, file):
        if row["state"] == "intended":
            _cut_off(db, row["name"])
        elif row["leaves_at"] > seconds(now):
            return as_file(row)
    return as_file(_insert(db, claim, file, now))


def _is_asked(db: Db, claim: Claim, update_id: int) -> bool:
    row = db.execute(
        "SELECT 1 FROM inbox WHERE conversation = ? AND token = ? AND update_id = ?",
        (claim.conversation, claim.token, update_id),
    ).fetchone()
    return row is not None


def _same_image(db: Db, claim: Claim, file: IntendedFile) -> list[sqlite3.Row]:
    """What earlier attempts began for this image of this message, to stand for the same."""
    return db.execute(
        "SELECT * FROM files WHERE conversation = ? AND epoch = ? AND update_id = ? AND place = ?"
        " AND unique_id = ? AND stands_for = coalesce(?, name)"
        " AND state IN ('intended', 'uploaded')",
        (
            claim.conversation,
            claim.epoch,
            file.update_id,
            file.place,
            file.unique_id,
            file.stands_for,
        ),
    ).fetchall()


def _cut_off(db: Db, name: FileName) -> None:
    db.execute("UPDATE files SET state = 'retired', reason = 'cut off' WHERE name = ?", (name,))


def _insert(db: Db, claim: Claim, file: IntendedFile, now: datetime) -> sqlite3.Row:
    row: sqlite3.Row = db.execute(
        "INSERT INTO files (name, conversation, epoch, owner, state, update_id, place, album_id,"
        " stands_for, telegram_id, unique_id, size_bytes, width, height, created_at)"
        " VALUES (?, ?, ?, ?, 'intended', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *",
        (
            file.name,
            claim.conversation,
            claim.epoch,
            file.owner,
            file.update_id,
            file.place,
            file.album_id,
            file.stands_for or file.name,
            file.telegram_id,
            file.unique_id,
            file.size_bytes,
            file.width,
            file.height,
            seconds(now),
        ),
    ).fetchone()
    return row


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


def uploaded(
    db: Db,
    name: FileName,
    openai_id: str,
    now: datetime,
    *,
    leaves_at: datetime,
    expires_at: datetime,
) -> bool:
    wanted = db.execute(
        "UPDATE files SET state = 'uploaded', openai_id = ?, leaves_at = ?, expires_at = ?"
        " WHERE name = ? AND state = 'intended'"
        " AND epoch = (SELECT epoch FROM conversations WHERE key = files.conversation)",
        (openai_id, seconds(leaves_at), seconds(expires_at), name),
    ).rowcount
    if wanted or _is_kept(db, name, openai_id):
        return True
    _record_unwanted(db, name, openai_id, now)
    return False


def _is_kept(db: Db, name: FileName, openai_id: str) -> bool:
    """The same upload was told before."""
    row = db.execute(
        "SELECT 1 FROM files WHERE name = ? AND openai_id = ? AND state IN ('uploaded', 'live')",
        (name, openai_id),
    ).fetchone()
    return row is not None


def _record_unwanted(db: Db, name: FileName, openai_id: str, now: datetime) -> None:
    """Whatever became of the intent, the file is there: it is written down, to be deleted.

    A second file of one name gets a row of its own, so that the first is not forgotten.
    """
    row = db.execute(
        "SELECT conversation, epoch, owner, openai_id FROM files WHERE name = ?", (name,)
    ).fetchone()
    is_second = row is not None and row["openai_id"] not in (None, openai_id)
    db.execute(
        "INSERT INTO files (name, conversation, epoch, owner, state, stands_for, telegram_id,"
        " unique_id, openai_id, size_bytes, width, height, created_at, due_at, reason) VALUES"
        " (:name, :key, :epoch, :owner, 'retired', :name, '', '', :id, 0, 0, 0, :now, :now,"
        " 'unwanted')"
        " ON CONFLICT (name) DO UPDATE SET state = 'retired', openai_id = :id, due_at = :now,"
        " attempts = 0, reason = coalesce(reason, 'unwanted')",
        {
            "name": f"{name}:{openai_id}" if is_second else name,
            "key": row["conversation"] if row else "",
            "epoch": row["epoch"] if row else 0,
            "owner": row["owner"] if row else 0,
            "id": openai_id,
            "now": seconds(now),
        },
    )


def give_up(db: Db, name: FileName, now: datetime, *, unknown: bool) -> None:
    if unknown:
        db.execute(
            "UPDATE files SET state = 'retired', reason = 'upload unknown', due_at = ?"
            " WHERE name = ? AND openai_id IS NULL",
            (seconds(now), name),
        )
    else:
        db.execute("DELETE FROM files WHERE name = ? AND openai_id IS NULL", (name,))


def label_of(db: Db, claim: Claim, unique_id: str) -> int | None:
    row = db.execute(
        "SELECT max(label) AS label FROM files WHERE conversation = ? AND epoch = ?"
        " AND unique_id = ? AND state = 'live'",
        (claim.conversation, claim.epoch, unique_id),
    ).fetchone()
    return row["label"] if row else None


def attach(db: Db, claim: Claim, photos: Sequence[Photo]) -> None:
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


def named(db: Db, claim: Claim, openai_ids: Sequence[str]) -> tuple[LedgerFile, ...]:
    rows = db.execute(
        "SELECT * FROM files WHERE conversation = ? AND epoch = ? AND state IN ('uploaded', 'live')"
        " ORDER BY created_at DESC",
        (claim.conversation, claim.epoch),
    )
    return tuple(as_file(row) for row in rows if row["openai_id"] in openai_ids)


def restored(db: Db, claim: Claim, name: FileName, now: datetime) -> bool:
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


def gone(db: Db, name: FileName) -> None:
    """Only what a deletion or a search was begun for: what was recorded meanwhile stays."""
    db.execute(
        "DELETE FROM files WHERE name = ? AND state = 'retired'"
        " AND (openai_id IS NULL OR attempts > 0)",
        (name,),
    )


def try_later(db: Db, name: FileName, at: datetime) -> None:
    db.execute(
        "UPDATE files SET due_at = ? WHERE name = ? AND state = 'retired'", (seconds(at), name)
    )


def user_files(db: Db, owner: int) -> frozenset[str]:
    rows = db.execute("SELECT file_id FROM user_files WHERE user_id = ?", (owner,))
    return frozenset(row["file_id"] for row in rows)
