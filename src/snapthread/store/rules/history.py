"""The lasting conversation: what a request holds of it."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import cast

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
    rows, start = _request_rows(tx, claim, first), None
    if before is not None:
        rows = [each for each in rows if each.id < before]
    newest = rows[-1].id if rows else first
    if sum([item.tokens for item in rows]) + question_tokens > max_tokens:
        rows = _cut(rows, max_tokens // 2 - question_tokens)
        start = _start(rows, newest=newest)
    items = tuple([_item(item) for item in rows])
    if max_images:
        _leave_window(tx, claim, now, items, question_files, max_images)
    return Transcript(
        items=items,
        live=live_files(tx, claim),
        history_start=start,
        next_label=row.labels + 1,
        turn=row.turns + 1,
    )


def shorten(tx: Transaction, claim: Claim) -> bool:
    row = held(tx, claim)
    items = _request_rows(tx, claim, row.first_line)
    if items:
        kept = _cut(items, sum(map(_weight, items)) // 2)
        tx.update(row, row._replace(first_line=_start(kept, newest=items[-1].id)))
    return bool(items)


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


def _request_rows(tx: Transaction, claim: Claim, first: int) -> list[HistoryRow]:
    """From the context's start on: what was left out before is not read."""
    return tx.range(HISTORY, claim.conversation, low=first)


def _cut(items: list[HistoryRow], budget: int) -> list[HistoryRow]:
    """Leave out older turns, so that the rest is within the budget."""
    kept = len(items)
    for start in range(len(items) - 1, -1, -1):
        budget -= _weight(items[start])
        if budget < 0:
            break
        if items[start].role == "user":
            kept = start
    return items[kept:]


def _start(kept: list[HistoryRow], *, newest: int) -> int:
    """The first item that requests hold from now on: the beginning of the next requests stays the
    same, and is found in OpenAI's cache."""
    return kept[0].id if kept else newest + 1


def _weight(item: HistoryRow) -> int:
    """Never nothing: else halving would not end."""
    return max(1, item.tokens)


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
