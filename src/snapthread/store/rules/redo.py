"""A question that is asked anew: what a claim is told of it, and its way back into the queue."""

from collections.abc import Iterator, Sequence

from snapthread.model import CONTINUE, Claim, Message, Redo
from snapthread.store.codec import load_images
from snapthread.store.rules.conversations import existing_conversation, next_id
from snapthread.store.rules.exchanges import row_of
from snapthread.store.rules.files import as_file
from snapthread.store.rules.queued import new_row
from snapthread.store.rules.shown_files import images
from snapthread.store.schema.conversations import HISTORY_OF, ExchangeRow, HistoryRow
from snapthread.store.schema.queues import QUEUED, QueuedRow
from snapthread.store.transaction import Transaction


def redo_of(tx: Transaction, claim: Claim, turn: int, first: Message) -> Redo | None:
    """The question that a claim asks anew, as it is told of it; None where that is forgotten: then
    it is a question as any other."""
    row = row_of(tx, claim.conversation, turn)
    if row is None:
        return None
    every = tx.range(HISTORY_OF, claim.conversation)
    before = [each for each in every if each.id < row.history_start]
    own = list(_own(every, row.history_start))
    answer = [each for each in own if each.role == "assistant" and each.phase != "commentary"]
    files = images(tx, claim)
    named = [image.file for each in own[:1] for image in load_images(each.images)]
    labels = [image.label for each in before for image in load_images(each.images)]
    return Redo(
        turn=turn,
        history_start=row.history_start,
        last_label=max(labels, default=0),
        files=tuple(as_file(files[name]) for name in named if name in files),
        answer=answer[-1].text if answer else "",
        answer_start=answer[-1].id if answer else None,
        is_continuation=first.word == CONTINUE,
        is_cut=row.ending == "cut",
    )


def _own(rows: Sequence[HistoryRow], history_start: int) -> Iterator[HistoryRow]:
    """The question's item and its answer's."""
    for row in rows:
        if row.id == history_start or (row.id > history_start and row.role == "assistant"):
            yield row
        elif row.id > history_start:
            return


def put_again(
    tx: Transaction, row: ExchangeRow, messages: Sequence[Message], now: int, *, head: int | None
) -> list[QueuedRow]:
    """Put the messages of a question at the end of the queue, or in the place of its head."""
    key = row.conversation
    conversation = existing_conversation(tx, key)
    first = next_id(conversation, now) if head is None else _room(tx, key, head, len(messages))
    bundle = f"again:{row.turn}" if len(messages) > 1 else None
    rows = []
    for number, message in enumerate(messages):
        new = new_row(message, first + number, now, bundle)
        rows.append(tx.insert(new._replace(conversation=key, is_urgent=0, again=row.turn)))
    last_id = max(conversation.last_id, first + len(messages) - 1)
    tx.update(
        conversation,
        conversation._replace(last_id=last_id, queued=conversation.queued + len(messages)),
    )
    return rows


def _room(tx: Transaction, key: str, head: int, count: int) -> int:
    """The first of this many free numbers in a row, as near before `head` as there are."""
    while any(tx.get(QUEUED, key, head - back) for back in range(count)):
        head -= 1
    return head - count + 1
