"""What waits for no question before it: /reset, /stop and what else jumps the queue."""

from collections.abc import Sequence
from datetime import datetime

from snapthread.model import ConversationKey, Message, OutgoingMessage
from snapthread.ports import ResetReply
from snapthread.store.codec import load_message, seconds
from snapthread.store.sqlite.ledger import count_held, retire_conversation
from snapthread.store.sqlite.quotas import charge
from snapthread.store.sqlite.rows import Db, add_parts, refresh_ready, waiting_command


def reset(db: Db, command: Message, now: datetime, *, render: ResetReply) -> int | None:
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


def complete_command(
    db: Db, command: Message, now: datetime, *, replies: Sequence[OutgoingMessage]
) -> bool:
    done = db.execute(
        "DELETE FROM inbox WHERE conversation = ? AND jumps = 1 AND update_id = ?",
        (command.conversation, command.update_id),
    ).rowcount
    if done:
        to = command.destination
        add_parts(db, command.conversation, to, replies, now)
        refresh_ready(db, command.conversation)
    return bool(done)


def stop(
    db: Db, command: Message, now: datetime, *, if_nothing: Sequence[OutgoingMessage]
) -> int | None:
    turn = _turn_to_stop(db, command)
    done = complete_command(db, command, now, replies=if_nothing if turn is None else ())
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
