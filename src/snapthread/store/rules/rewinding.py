"""Items that leave the end of a conversation again, and their files with them.

Promises: ports/exchanges.py.
"""

from datetime import datetime
from typing import Final

from snapthread.model import Claim, FileName, LastQuestion
from snapthread.store.codec import load_images, micros
from snapthread.store.rules.conversations import check_lease
from snapthread.store.rules.exchanges import forget_from
from snapthread.store.rules.retiring import retire
from snapthread.store.rules.shown_files import images, lost_images
from snapthread.store.schema.conversations import HISTORY_OF, HistoryRow
from snapthread.store.transaction import Transaction

ROWS_AT_ONCE: Final = 8  # an answer has one row or two


def last_question(tx: Transaction, claim: Claim) -> LastQuestion | None:
    check_lease(tx, claim)
    limit = ROWS_AT_ONCE
    while rows := tx.range(HISTORY_OF, claim.conversation, is_reversed=True, limit=limit):
        asked = next((row for row in rows if row.role == "user"), None)
        if asked is not None or len(rows) < limit:
            break
        limit *= 2
    if not rows:
        return None
    first = asked or rows[-1]
    return LastQuestion(history_start=first.id, owner=first.owner)


def leave_from(tx: Transaction, claim: Claim, history_start: int) -> list[FileName]:
    """Delete the items from here on; returns the images that they named. Numbers of photos go on
    from those that stay, and a request begins where it did, or anew where all that it held has
    left."""
    rows = tx.range(HISTORY_OF, claim.conversation, low=history_start)
    stay = [row for row in tx.range(HISTORY_OF, claim.conversation) if row.id < history_start]
    tx.delete_all(rows)
    forget_from(tx, claim.conversation, history_start)
    conversation = check_lease(tx, claim)
    labels = [image.label for row in stay for image in load_images(row.images)]
    is_shown = any(row.id >= conversation.history_start for row in stay)
    history_start = conversation.history_start if is_shown else 0
    tx.update(
        conversation,
        conversation._replace(last_label=max(labels, default=0), history_start=history_start),
    )
    return _named_files(rows)


def retire_unnamed(tx: Transaction, claim: Claim, named: list[FileName], now: datetime) -> int:
    """Retire the images that only items which have left named."""
    if not named:
        return 0
    left = set(named) - set(_named_files(tx.range(HISTORY_OF, claim.conversation)))
    files = {**lost_images(tx, claim, micros(now)), **images(tx, claim)}
    names = [FileName(files[image_key].name) for image_key in sorted(left) if image_key in files]
    return retire(tx, claim, names, now, reason="taken back")


def _named_files(rows: list[HistoryRow]) -> list[FileName]:
    return [image.file for row in rows for image in load_images(row.images)]
