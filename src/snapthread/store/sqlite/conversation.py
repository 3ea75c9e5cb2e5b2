"""The lasting conversation of each user: `ports.Conversations` on SQLite."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from snapthread.errors import LeaseLost
from snapthread.limits import SEEN_S
from snapthread.model import (
    Claim,
    ConversationKey,
    Destination,
    FileName,
    Line,
    Message,
    Part,
    Say,
    Transcript,
)
from snapthread.ports import ResetWords
from snapthread.store.codec import dump_photos, load_message, load_photos, moment, seconds
from snapthread.store.sqlite.ledger import (
    attach,
    count_held,
    images,
    live_files,
    retire,
    retire_conversation,
    retire_past_due,
    retire_rest,
)
from snapthread.store.sqlite.mailbox import answered_mark, claimed
from snapthread.store.sqlite.quotas import charge, settle
from snapthread.store.sqlite.rows import (
    Db,
    add_parts,
    held,
    put_on_its_way,
    refresh_ready,
    set_mark,
    waiting_command,
)
from snapthread.usage import TurnRecord


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
    lines: Sequence[Line],
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


def _line(row: sqlite3.Row) -> Line:
    return Line(
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


def finish(
    db: Db,
    claim: Claim,
    now: datetime,
    *,
    lines: Sequence[Line] = (),
    says: Sequence[Say] = (),
    to: Destination,
    put_aside: bool = False,
    record: TurnRecord | None = None,
) -> tuple[Part, ...]:
    row = held(db, claim)
    rows = claimed(db, claim)
    if not rows:
        raise LeaseLost(claim.conversation)  # this turn has ended already
    _add_lines(db, claim, lines)
    attach(db, claim, [photo for line in lines for photo in line.photos])
    retire_rest(db, claim, [row["update_id"] for row in rows], now)
    if put_aside:
        _put_aside(db, claim, now)
    _leave_mailbox(db, claim, rows, now)
    settle(db, claim.conversation, record)
    reply_to = to.reply_to if _others_came(db, claim) else None
    to = replace(to, reply_to=reply_to, replaces=row["stream"])
    db.execute("UPDATE conversations SET stream = NULL WHERE key = ?", (claim.conversation,))
    parts = add_parts(db, claim.conversation, to, says, now)
    refresh_ready(db, claim.conversation)
    return parts


def _others_came(db: Db, claim: Claim) -> bool:
    """Whatever waits behind a question came after it."""
    row = db.execute(
        "SELECT 1 FROM inbox WHERE conversation = ? AND jumps = 0 LIMIT 1", (claim.conversation,)
    ).fetchone()
    return row is not None


def note_stream(db: Db, claim: Claim, message_id: int) -> None:
    held(db, claim)
    db.execute(
        "UPDATE conversations SET stream = ? WHERE key = ?", (message_id, claim.conversation)
    )


def _add_lines(db: Db, claim: Claim, lines: Sequence[Line]) -> None:
    for line in lines:
        db.execute(
            "INSERT INTO lines (conversation, role, text, photos, at, tokens)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                claim.conversation,
                line.role,
                line.text,
                dump_photos(line.photos),
                seconds(line.at),
                line.tokens,
            ),
        )
    labels = [photo.label for line in lines for photo in line.photos]
    db.execute(
        "UPDATE conversations SET labels = max(labels, ?), turns = turns + 1 WHERE key = ?",
        (max(labels, default=0), claim.conversation),
    )


def _put_aside(db: Db, claim: Claim, now: datetime) -> None:
    db.execute(
        "INSERT OR REPLACE INTO aside (update_id, conversation, attempts, at, message)"
        " SELECT update_id, conversation, attempts, ?, message FROM inbox"
        " WHERE conversation = ? AND token = ?",
        (seconds(now), claim.conversation, claim.token),
    )


def _leave_mailbox(db: Db, claim: Claim, rows: Sequence[sqlite3.Row], now: datetime) -> None:
    for bundle in {row["bundle"] for row in rows}:
        if str(bundle).startswith("album:"):
            set_mark(db, answered_mark(claim, bundle), now, SEEN_S)
    db.execute(
        "DELETE FROM inbox WHERE conversation = ? AND token = ?",
        (claim.conversation, claim.token),
    )


def reset(db: Db, command: Message, now: datetime, *, render: ResetWords) -> int | None:
    key = command.conversation
    id = waiting_command(db, command)
    if id is None:
        return None
    # Another process may be asking right now: its files stay until its lease is over.
    (lease_until,) = db.execute(
        "SELECT lease_until FROM conversations WHERE key = ?", (key,)
    ).fetchone()
    retire_conversation(db, key, due_at_s=max(seconds(now), lease_until))
    _begin_anew(db, key, before=id)
    charge(db, key)
    files = count_held(db, key)
    to = command.destination
    add_parts(db, key, to, [render(files)], now)
    refresh_ready(db, key)
    return files


def _begin_anew(db: Db, key: ConversationKey, *, before: int) -> None:
    db.execute("DELETE FROM inbox WHERE conversation = ? AND id <= ?", (key, before))
    db.execute("DELETE FROM parts WHERE conversation = ?", (key,))
    db.execute("DELETE FROM lines WHERE conversation = ?", (key,))
    db.execute(
        "UPDATE conversations SET epoch = epoch + 1, token = token + 1, lease_until = 0,"
        " not_before = 0, labels = 0, first_line = 0, stopped_turn = NULL, stream = NULL"
        " WHERE key = ?",
        (key,),
    )


def jumped(db: Db, command: Message, now: datetime, *, says: Sequence[Say]) -> bool:
    done = db.execute(
        "DELETE FROM inbox WHERE conversation = ? AND jumps = 1 AND update_id = ?",
        (command.conversation, command.update_id),
    ).rowcount
    if done:
        to = command.destination
        add_parts(db, command.conversation, to, says, now)
        refresh_ready(db, command.conversation)
    return bool(done)


def stop(db: Db, command: Message, now: datetime, *, if_nothing: Sequence[Say]) -> int | None:
    turn = _turn_to_stop(db, command)
    done = jumped(db, command, now, says=if_nothing if turn is None else ())
    if not done or turn is None:
        return None
    db.execute(
        "UPDATE conversations SET stopped_turn = ? WHERE key = ?", (turn, command.conversation)
    )
    return turn


def _turn_to_stop(db: Db, command: Message) -> int | None:
    row = db.execute(
        "SELECT turns + 1 AS turn, message FROM conversations JOIN inbox ON conversation = key"
        " WHERE key = :key AND jumps = 0 AND inbox.id <"
        "  (SELECT max(id) FROM inbox WHERE conversation = :key AND update_id = :command)"
        " ORDER BY inbox.id LIMIT 1",
        {"key": command.conversation, "command": command.update_id},
    ).fetchone()
    if row is None or load_message(row["message"]).kind != "question":
        return None
    return row["turn"] if command.draft_id in {None, row["turn"]} else None


def say(
    db: Db,
    conversation: ConversationKey,
    to: Destination,
    words: Say,
    now: datetime,
    *,
    once: str | None = None,
    again_after_s: float | None = None,
) -> bool:
    if once is not None and not set_mark(db, f"said:{once}", now, again_after_s):
        return False
    put_on_its_way(db, conversation, to, words, now)
    return True


def delivered(db: Db, claim: Claim, part: Part) -> None:
    db.execute("DELETE FROM parts WHERE id = ?", (part.id,))
    refresh_ready(db, claim.conversation)


def drop_parts(db: Db, claim: Claim) -> int:
    held(db, claim)
    cursor = db.execute("DELETE FROM parts WHERE conversation = ?", (claim.conversation,))
    refresh_ready(db, claim.conversation)
    return cursor.rowcount
