"""Law 1: the intent before an upload, its result after it."""

import sqlite3
from datetime import datetime

from snapthread.errors import LeaseLost
from snapthread.model import Claim, FileName, IntendedFile, LedgerFile
from snapthread.store.codec import seconds
from snapthread.store.sqlite.ledger import as_file
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


def record_upload(
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


def fail_upload(db: Db, name: FileName, now: datetime, *, unknown: bool) -> None:
    if unknown:
        db.execute(
            "UPDATE files SET state = 'retired', reason = 'upload unknown', due_at = ?"
            " WHERE name = ? AND openai_id IS NULL",
            (seconds(now), name),
        )
    else:
        db.execute("DELETE FROM files WHERE name = ? AND openai_id IS NULL", (name,))
