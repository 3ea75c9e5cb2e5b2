"""Files that the first generation left behind, taken over. Promises: ports/people.py."""

from collections.abc import Sequence
from datetime import datetime

from snapthread.model import Destination, OutgoingMessage, private_conversation
from snapthread.store.codec import micros
from snapthread.store.rules.conversations import ensure_conversation
from snapthread.store.rules.marks import said_mark, set_mark
from snapthread.store.rules.outgoing import put_on_its_way
from snapthread.store.rules.uploads import retired_file
from snapthread.store.schema.files import FILES_OWNED
from snapthread.store.transaction import Transaction


def adopted_mark(user_id: int) -> str:
    return said_mark(f"adopted:{user_id}")


def adopt(
    tx: Transaction,
    user_id: int,
    openai_ids: Sequence[str],
    now: datetime,
    *,
    due_at: datetime,
    outgoing: OutgoingMessage,
) -> int:
    """The first generation kept no more than the ids."""
    key, at = private_conversation(user_id), micros(now)
    conversation = ensure_conversation(tx, key)
    known = {row.openai_id for row in tx.range(FILES_OWNED, user_id)}
    fresh = [openai_id for openai_id in dict.fromkeys(openai_ids) if openai_id not in known]
    for id in fresh:
        name = f"adopted-{user_id}-{id}"
        due = micros(due_at)
        tx.insert(retired_file(name, key, conversation.epoch, user_id, id, "adopted", at, due))
    if fresh and set_mark(tx, adopted_mark(user_id), at, wait=None):
        put_on_its_way(tx, key, Destination(chat_id=user_id), outgoing, at)
    return len(fresh)
