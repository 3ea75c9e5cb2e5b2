"""The lasting conversation: what a request holds of it."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import cast

from snapthread.context import first_id, newest_within
from snapthread.limits import ITEMS_KEPT
from snapthread.model import Claim, FileName, HistoryItem, Role, Transcript
from snapthread.store.codec import load_photos, micros, moment
from snapthread.store.rules.files import images, live_files, retire, retire_past_due
from snapthread.store.rules.rows import held
from snapthread.store.schema import FILES_OF, HISTORY, SHOWN, HistoryRow
from snapthread.store.transaction import Range, Transaction


def compose(
    tx: Transaction,
    claim: Claim,
    now: datetime,
    *,
    max_tokens: int,
    question_tokens: int,
    max_images: int = 0,
    question_files: Sequence[FileName] = (),
    before: int | None = None,
) -> Transcript:
    row = held(tx, claim, live_at=micros(now))
    first = row.first_line if before is None or row.first_line < before else 0
    tx.expect(
        Range(HISTORY, (claim.conversation,), low=first),
        *[Range(FILES_OF, (claim.conversation, state)) for state in SHOWN],
    )
    retire_past_due(tx, claim.conversation, micros(now))
    rows = tx.range(HISTORY, claim.conversation, low=first)
    if before is not None:
        rows = [each for each in rows if each.id < before]
    ids, start = tuple([row.id for row in rows]), None
    if rows and sum([row.tokens for row in rows]) + question_tokens > max_tokens:
        kept = newest_within(rows, max_tokens // 2 - question_tokens)
        rows, ids, start = rows[kept:], ids[kept:], first_id(ids, kept)
    items = tuple([_item(row) for row in rows])
    if max_images:
        _leave_window(tx, claim, now, items, question_files, max_images)
    return Transcript(
        items=items,
        ids=ids,
        live=live_files(tx, claim),
        history_start=start,
        next_label=row.labels + 1,
        turn=row.turns + 1,
    )


def _leave_window(
    tx: Transaction,
    claim: Claim,
    now: datetime,
    items: Sequence[HistoryItem],
    question_files: Sequence[FileName],
    max_images: int,
) -> None:
    """By halves: so the beginning of the next requests stays the same for a while."""
    files = images(tx, claim)
    named = [image.file for item in items for image in item.images] + list(question_files)
    shown = [FileName(files[name].name) for name in named if name in files]
    if len(shown) <= max_images:
        return
    stay = max(max_images // 2, min(len(question_files), max_images))
    retire(tx, claim, shown[: len(shown) - stay], now, reason="window")


@lru_cache(ITEMS_KEPT)
def _item(row: HistoryRow) -> HistoryItem:
    return HistoryItem(
        role=cast("Role", row.role),
        text=row.text,
        images=load_photos(row.photos),
        at=moment(row.at),
        tokens=row.tokens,
        phase=row.phase,
    )
