"""The lasting conversation: what a request holds of it. Promises: ports/conversations.py."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import compress
from operator import attrgetter
from typing import Final, cast

from snapthread.limits import ITEMS_KEPT
from snapthread.model import (
    Claim,
    ConversationKey,
    FileName,
    HistoryItem,
    LedgerFile,
    Role,
    Transcript,
)
from snapthread.model.context import first_id, newest_within, text_tokens
from snapthread.model.grown import Grown
from snapthread.model.history import HistoryEntry, HistoryPage, holds, page_of
from snapthread.ports import FileTokens
from snapthread.store.codec import NO_IMAGES, load_images, micros, moment
from snapthread.store.rules.files import as_file, picture_of
from snapthread.store.rules.retiring import retire
from snapthread.store.rules.rows import check_lease
from snapthread.store.rules.shown_files import lost_images, shown_images
from snapthread.store.schema.conversations import HISTORY_OF, HistoryRow
from snapthread.store.schema.files import FileRow
from snapthread.store.transaction import Transaction

LEFT_TOKENS: Final = 15  # the line in the place of an image that has left


def compose(
    tx: Transaction,
    claim: Claim,
    now: datetime,
    *,
    max_tokens: int,
    question_tokens: int,
    max_images: int = 0,
    max_image_bytes: int = 0,
    question_files: Sequence[FileName] = (),
    before: int | None = None,
    file_tokens: FileTokens | None = None,
) -> Transcript:
    row = check_lease(tx, claim, live_at=micros(now))
    first = row.history_start if before is None or row.history_start < before else 0
    rows = tx.range(HISTORY_OF, claim.conversation, low=first)
    if before is not None:
        rows = [each for each in rows if each.id < before]
    items, ids, tokens, has_images = ITEMS.of(claim.conversation, rows)
    shown = shown_images(
        tx, claim, [*_named_files(compress(items, has_images)), *question_files], now
    )
    files_shown = {name: as_file(file) for name, file in shown.items()}
    if file_tokens is not None:
        for index in compress(range(len(rows)), has_images):
            counted = _recount(rows[index], files_shown, file_tokens)
            items[index], tokens[index] = _item(counted), counted.tokens
    start = None
    if rows and sum(tokens) + question_tokens > max_tokens:
        kept = newest_within(items, max_tokens // 2 - question_tokens)
        start = first_id(ids, kept)
        items, ids, has_images = items[kept:], ids[kept:], has_images[kept:]
    with_images = list(compress(items, has_images))
    files = _of_request(shown, [*_named_files(with_images), *question_files])
    if max_images or max_image_bytes:
        stay = _within(files, question_files, max_images, max_image_bytes)
        leaving = [FileName(file.name) for name, file in files.items() if name not in stay]
        retire(tx, claim, leaving, now, reason="window")
        files = {name: file for name, file in files.items() if name in stay}
    live = {name: file.openai_id or "" for name, file in files.items()}
    return Transcript(
        items=tuple(items),
        ids=tuple(ids),
        live=live,
        files={file.openai_id or "": files_shown[name] for name, file in files.items()},
        lost=_lost_files(tx, claim, micros(now), with_images, live),
        history_start=start,
        next_label=row.last_label + 1,
        turn=row.turns + 1,
    )


def _named_files(items: Iterable[HistoryItem]) -> list[FileName]:
    """The images that items name, oldest first."""
    return [image.file for item in items for image in item.images]


def _of_request(
    shown: Mapping[FileName, FileRow], named: Sequence[FileName]
) -> dict[FileName, FileRow]:
    """Those that the items name, and the claim's own uploads."""
    own = [name for name, file in shown.items() if file.state == "uploaded"]
    return {name: shown[name] for name in (*named, *own) if name in shown}


def _within(
    files: Mapping[FileName, FileRow],
    question_files: Sequence[FileName],
    max_images: int,
    max_image_bytes: int,
) -> list[FileName]:
    """Those that stay; the question's own come last, and stay the longest."""
    asked = [name for name in question_files if name in files]
    names = [*[name for name in files if name not in asked], *asked]
    own = len(question_files)
    many = _surplus([1] * len(names), own, max_images)
    much = _surplus([files[name].size_bytes for name in names], own, max_image_bytes)
    left = max(many, much)
    while 0 < left < len(names) and _share_picture(files[names[left - 1]], files[names[left]]):
        left += 1
    return names[left:]


def _share_picture(one: FileRow, other: FileRow) -> bool:
    return picture_of(one) == picture_of(other)


def _lost_files(
    tx: Transaction,
    claim: Claim,
    now: int,
    items: Sequence[HistoryItem],
    live: Mapping[FileName, str],
) -> tuple[LedgerFile, ...]:
    """Newest first; only where a photo of these items is missing, the store is asked."""
    missing = [photo.file for item in items for photo in item.images if photo.file not in live]
    found = lost_images(tx, claim, now) if missing else {}
    return tuple([as_file(found[name]) for name in reversed(missing) if name in found])


def _recount(
    row: HistoryRow, shown: Mapping[FileName, LedgerFile], file_tokens: FileTokens
) -> HistoryRow:
    """An image costs something else on another model, and nothing once it has left."""
    files = [shown.get(image.file) for image in _item(row).images]
    of_files = [LEFT_TOKENS if file is None else file_tokens(file) for file in files]
    return row._replace(tokens=text_tokens(row.text) + sum(of_files))


def _surplus(weights: Sequence[int], own: int, most: int) -> int:
    """The number of the oldest that leave, where all together are more than `most` (0: any weight).

    By halves: so the beginning of the next requests stays the same for a while. The last `own`
    stay as long as they are no more than it alone.
    """
    if not most or sum(weights) <= most:
        return 0
    room = max(most // 2, min(sum(weights[max(0, len(weights) - own) :]), most))
    for number, weight in enumerate(reversed(weights)):
        room -= weight
        if room < 0:
            return len(weights) - number
    return 0


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
        HistoryEntry(id=row.id, item=_item(row)) for row in tx.range(HISTORY_OF, conversation)
    ]
    found = [entry for entry in entries if not word or holds(entry, word)]
    return page_of(found, before=before, after=after, most=most)


@lru_cache(ITEMS_KEPT)
def _item(row: HistoryRow) -> HistoryItem:
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
    _item, attrgetter("id"), attrgetter("tokens"), _has_images, most=ITEMS_KEPT
)  # of the last conversations that were asked about
