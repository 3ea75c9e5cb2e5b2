"""The conversation that a question is asked on, within its bounds.

Promises: ports/conversations.py.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import compress
from typing import Final, NamedTuple

from snapthread.model import Claim, FileName, HistoryItem, LedgerFile, Transcript
from snapthread.model.context import first_id, newest_within, text_tokens
from snapthread.ports import FileTokens
from snapthread.store.codec import micros
from snapthread.store.rules.conversations import check_lease
from snapthread.store.rules.files import as_file, picture_of
from snapthread.store.rules.history import ITEMS, item_of
from snapthread.store.rules.retiring import retire
from snapthread.store.rules.shown_files import lost_images, shown_images
from snapthread.store.schema.conversations import HISTORY_OF, ConversationRow, HistoryRow
from snapthread.store.schema.files import FileRow
from snapthread.store.transaction import Transaction

LEFT_TOKENS: Final = 15  # the line in the place of an image that has left


class _Items(NamedTuple):
    """Items of a request, a list for each thing that is known of them."""

    items: list[HistoryItem]
    ids: list[int]
    tokens: list[int]
    has_images: list[bool]

    @property
    def with_images(self) -> list[HistoryItem]:
        return list(compress(self.items, self.has_images))


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
    rows = _rows_of(tx, row, before)
    items = _Items(*ITEMS.of(claim.conversation, rows))
    named = [*_named_files(items.with_images), *question_files]
    shown = shown_images(tx, claim, named, now)
    ledger = {name: as_file(file) for name, file in shown.items()}
    if file_tokens is not None:
        _count_anew(items, rows, ledger, file_tokens)
    items, start = _within_tokens(items, max_tokens, question_tokens)
    files = _of_request(shown, [*_named_files(items.with_images), *question_files])
    if max_images or max_image_bytes:
        stay = _within(files, question_files, max_images, max_image_bytes)
        files = _leave_window(tx, claim, files, stay, now)
    live = {name: file.openai_id or "" for name, file in files.items()}
    return Transcript(
        items=tuple(items.items),
        ids=tuple(items.ids),
        live=live,
        files={file.openai_id or "": ledger[name] for name, file in files.items()},
        lost=_lost_files(tx, claim, micros(now), items.with_images, live),
        history_start=start,
        next_label=row.last_label + 1,
        turn=row.turns + 1,
    )


def _rows_of(tx: Transaction, row: ConversationRow, before: int | None) -> list[HistoryRow]:
    """The items that a request can hold; `before`: only those before an item that is asked anew."""
    if before is None:
        return tx.range(HISTORY_OF, row.key, low=row.history_start)
    first = row.history_start if row.history_start < before else 0
    return [each for each in tx.range(HISTORY_OF, row.key, low=first) if each.id < before]


def _count_anew(
    items: _Items,
    rows: Sequence[HistoryRow],
    ledger: Mapping[FileName, LedgerFile],
    file_tokens: FileTokens,
) -> None:
    """Count the tokens of images again: another model takes others for them, and one that left
    takes none."""
    for number in compress(range(len(rows)), items.has_images):
        files = [ledger.get(image.file) for image in items.items[number].images]
        of_files = [LEFT_TOKENS if file is None else file_tokens(file) for file in files]
        tokens = text_tokens(rows[number].text) + sum(of_files)
        items.items[number] = item_of(rows[number]._replace(tokens=tokens))
        items.tokens[number] = tokens


def _within_tokens(
    items: _Items, max_tokens: int, question_tokens: int
) -> tuple[_Items, int | None]:
    """The newest items that have room, and the first of them; None where all have."""
    if not items.items or sum(items.tokens) + question_tokens <= max_tokens:
        return items, None
    kept = newest_within(items.items, max_tokens // 2 - question_tokens)
    columns = items.items[kept:], items.ids[kept:], items.tokens[kept:], items.has_images[kept:]
    return _Items(*columns), first_id(items.ids, kept)


def _named_files(items: Iterable[HistoryItem]) -> list[FileName]:
    """The images that items name, oldest first."""
    return [image.file for item in items for image in item.images]


def _of_request(
    shown: Mapping[FileName, FileRow], named: Sequence[FileName]
) -> dict[FileName, FileRow]:
    """The files that the items name, and the claim's own uploads."""
    own = [name for name, file in shown.items() if file.state == "uploaded"]
    return {name: shown[name] for name in (*named, *own) if name in shown}


def _within(
    files: Mapping[FileName, FileRow],
    question_files: Sequence[FileName],
    max_images: int,
    max_image_bytes: int,
) -> list[FileName]:
    """The files that stay within the window; the question's own come last, and stay the longest."""
    asked = [name for name in question_files if name in files]
    names = [*[name for name in files if name not in asked], *asked]
    own = len(question_files)
    many = _surplus([1] * len(names), own, max_images)
    much = _surplus([files[name].size_bytes for name in names], own, max_image_bytes)
    left = max(many, much)
    while 0 < left < len(names) and _share_picture(files[names[left - 1]], files[names[left]]):
        left += 1
    return names[left:]


def _leave_window(
    tx: Transaction,
    claim: Claim,
    files: Mapping[FileName, FileRow],
    stay: Collection[FileName],
    now: datetime,
) -> dict[FileName, FileRow]:
    """The files that stay; the others leave the conversation."""
    leaving = [FileName(file.name) for name, file in files.items() if name not in stay]
    retire(tx, claim, leaving, now, reason="window")
    return {name: file for name, file in files.items() if name in stay}


def _share_picture(one: FileRow, other: FileRow) -> bool:
    return picture_of(one) == picture_of(other)


def _lost_files(
    tx: Transaction,
    claim: Claim,
    now: int,
    items: Sequence[HistoryItem],
    live: Mapping[FileName, str],
) -> tuple[LedgerFile, ...]:
    """Lost files that these items name, newest first; read only where an item names a file that is
    not live."""
    missing = [photo.file for item in items for photo in item.images if photo.file not in live]
    found = lost_images(tx, claim, now) if missing else {}
    return tuple([as_file(found[name]) for name in reversed(missing) if name in found])


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
