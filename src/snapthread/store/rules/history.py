"""Items of a conversation, made of its rows; and pages of them.

Promises: ports/conversations.py.
"""

from functools import lru_cache
from operator import attrgetter
from typing import Final, cast

from snapthread.limits import ITEMS_KEPT
from snapthread.model import ConversationKey, HistoryItem, Role
from snapthread.model.grown import Grown
from snapthread.model.history import HistoryEntry, HistoryPage, holds, page_of
from snapthread.store.codec import NO_IMAGES, load_images, moment
from snapthread.store.schema.conversations import HISTORY_OF, HistoryRow
from snapthread.store.transaction import Transaction


def history_page(
    tx: Transaction,
    conversation: ConversationKey,
    *,
    before: int | None,
    after: int | None,
    word: str,
    most: int,
) -> HistoryPage:
    entries = [
        HistoryEntry(id=row.id, item=item_of(row)) for row in tx.range(HISTORY_OF, conversation)
    ]
    found = [entry for entry in entries if not word or holds(entry, word)]
    return page_of(found, before=before, after=after, most=most)


@lru_cache(ITEMS_KEPT)
def item_of(row: HistoryRow) -> HistoryItem:
    return HistoryItem(
        role=cast("Role", row.role),
        text=row.text,
        images=load_images(row.images),
        at=moment(row.at),
        tokens=row.tokens,
        phase=row.phase,
    )


def _has_images(row: HistoryRow) -> bool:
    return row.images != NO_IMAGES


ITEMS: Final = Grown(
    item_of, attrgetter("id"), attrgetter("tokens"), _has_images, most=ITEMS_KEPT
)  # of the last conversations that were asked about
