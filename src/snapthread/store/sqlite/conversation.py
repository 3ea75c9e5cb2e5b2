"""What a request holds of a conversation."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from snapthread.model import Claim, ConversationKey, FileName, HistoryItem, Transcript
from snapthread.store.codec import load_photos, moment
from snapthread.store.sqlite.ledger import images, live_files, retire, retire_past_due
from snapthread.store.sqlite.rows import Db, held


def compose(
    db: Db,
    claim: Claim,
    now: datetime,
    *,
    max_tokens: int,
    question_tokens: int,
    max_images: int = 0,
    question_files: Sequence[FileName] = (),
) -> Transcript:
    row = held(db, claim, live_at=now)
    retire_past_due(db, now, conversation=claim.conversation)
    rows = _request_lines(db, claim.conversation, row["first_line"])
    if sum(line["tokens"] for line in rows) + question_tokens > max_tokens:
        rows = _cut(db, claim.conversation, rows, max_tokens // 2 - question_tokens)
    lines = tuple(_line(line) for line in rows)
    if max_images:
        _leave_window(db, claim, now, lines, question_files, max_images)
    return Transcript(
        lines=lines,
        live=live_files(db, claim),
        next_label=row["labels"] + 1,
        turn=row["turns"] + 1,
    )


def _leave_window(
    db: Db,
    claim: Claim,
    now: datetime,
    lines: Sequence[HistoryItem],
    question_files: Sequence[FileName],
    max_images: int,
) -> None:
    """By halves: so the beginning of the next requests stays the same for a while."""
    files = images(db, claim)
    named = [photo.file for line in lines for photo in line.photos] + list(question_files)
    shown = [files[name]["name"] for name in named if name in files]
    if len(shown) <= max_images:
        return
    stay = max(max_images // 2, min(len(question_files), max_images))
    retire(db, claim, shown[: len(shown) - stay], now, reason="window")


def _request_lines(db: Db, key: ConversationKey, first: int) -> list[sqlite3.Row]:
    return db.execute(
        "SELECT * FROM lines WHERE conversation = ? AND id >= ? ORDER BY id", (key, first)
    ).fetchall()


def _cut(db: Db, key: ConversationKey, lines: list[sqlite3.Row], budget: int) -> list[sqlite3.Row]:
    """Leave out older turns, so that the rest is within the budget; remembered, so that the
    beginning of the next requests stays the same and is found in OpenAI's cache."""
    if not lines:
        return lines
    kept = len(lines)
    for start in range(len(lines) - 1, -1, -1):
        budget -= _weight(lines[start])
        if budget < 0:
            break
        if lines[start]["role"] == "user":
            kept = start
    first = lines[kept]["id"] if kept < len(lines) else lines[-1]["id"] + 1
    db.execute("UPDATE conversations SET first_line = ? WHERE key = ?", (first, key))
    return lines[kept:]


def _weight(line: sqlite3.Row) -> int:
    """Never nothing: else halving would not end."""
    return max(1, int(line["tokens"]))


def _line(row: sqlite3.Row) -> HistoryItem:
    return HistoryItem(
        role=row["role"],
        text=row["text"],
        photos=load_photos(row["photos"]),
        at=moment(row["at"]),
        tokens=row["tokens"],
    )


def shorten(db: Db, claim: Claim) -> bool:
    row = held(db, claim)
    lines = _request_lines(db, claim.conversation, row["first_line"])
    if lines:
        _cut(db, claim.conversation, lines, sum(map(_weight, lines)) // 2)
    return bool(lines)
