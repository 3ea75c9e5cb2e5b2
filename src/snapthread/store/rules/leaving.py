"""Images that leave their conversations: too old, forgotten, stranded, or to make room.

Promises: ports/file_ledger.py.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from snapthread.errors import NoRoom
from snapthread.model import Claim, FileKind, FileName, IntendedFile, LostFile
from snapthread.store.codec import micros
from snapthread.store.rules.conversations import asked_until, check_lease, is_held
from snapthread.store.rules.files import files_of, is_lost, picture_of, retire_file, whole_of
from snapthread.store.rules.retiring import retire
from snapthread.store.rules.uploads import begun_before
from snapthread.store.schema.conversations import CONVERSATIONS
from snapthread.store.schema.files import FILES_OWNED, LEAVING, UPLOADED, FileRow
from snapthread.store.schema.queues import QUEUE
from snapthread.store.transaction import Transaction


def retire_leaving(tx: Transaction, now: datetime, *, limit: int) -> int:
    """Retire images that are too old. A worker that was paused beyond its lease gets one lease more
    to notice before the file is deleted."""
    at, count, after = micros(now), 0, None
    while rows := tx.range(LEAVING, high=at, after=after, limit=limit):
        for row in _not_held(tx, rows, at)[: max(0, limit - count)]:
            count += _retire_unheld(tx, row, "retention", at)
        if count >= limit or len(rows) < limit:
            break
        after = LEAVING.order_of(rows[-1])
    return count


def _retire_unheld(tx: Transaction, row: FileRow, reason: str, now: int) -> int:
    due_at = asked_until(tx.get(CONVERSATIONS, row.conversation), now)
    whole = whole_of(tx, row)
    for each in whole:
        retire_file(tx, each, reason, due_at)
    return len(whole)


def _not_held(tx: Transaction, rows: Sequence[FileRow], now: int) -> list[FileRow]:
    keys = dict.fromkeys(row.conversation for row in rows)
    conversations = dict(zip(keys, tx.get_all(CONVERSATIONS, keys), strict=True))
    return [row for row in rows if not is_held(conversations[row.conversation], now)]


def retire_stranded(tx: Transaction, now: datetime) -> int:
    """Retire uploads that no question waits for any more, in conversations that nobody holds."""
    rows = [
        row for row in _not_held(tx, tx.range(UPLOADED), micros(now)) if not _is_waited_for(tx, row)
    ]
    for row in rows:
        retire_file(tx, row, "stranded", micros(now))
    return len(rows)


def _is_waited_for(tx: Transaction, row: FileRow) -> bool:
    waiting = tx.range(QUEUE, row.conversation, 0)
    return any(message.update_id == row.update_id for message in waiting)


def make_room(
    tx: Transaction,
    claim: Claim,
    size_bytes: int,
    now: datetime,
    *,
    room_bytes: int,
    owner: int,
    files: Sequence[IntendedFile] = (),
) -> int:
    """Law 3: the oldest images of the owner leave until the new one fits."""
    check_lease(tx, claim)
    every = files_of(tx, claim, "intended", "uploaded", "live")
    begun = {row.name for file in files for row in begun_before(tx, claim, file)}
    here = [row for row in every if row.owner == owner and row.name not in begun]
    elsewhere = _live_elsewhere(tx, claim, owner, micros(now))
    rows = sorted([*here, *elsewhere], key=lambda row: row.created_at)
    excess = sum(row.size_bytes for row in rows) + size_bytes - room_bytes
    leaving = _oldest_of(rows, excess)
    for row in (others := [row for row in leaving if row in elsewhere]):
        _retire_unheld(tx, row, "storage", micros(now))
    names = [FileName(row.name) for row in leaving if row not in elsewhere]
    return retire(tx, claim, names, now, reason="storage") + len(others)


def _oldest_of(rows: Sequence[FileRow], excess: int) -> list[FileRow]:
    """The oldest live files, of so many bytes together; raises NoRoom where there are fewer."""
    leaving: list[FileRow] = []
    for row in rows:
        if excess > 0 and row.state == "live" and row not in leaving:
            whole = [each for each in rows if picture_of(each) == picture_of(row)]
            leaving += whole
            excess -= sum(each.size_bytes for each in whole)
    if excess > 0:
        raise NoRoom
    return leaving


def _live_elsewhere(tx: Transaction, claim: Claim, owner: int, now: int) -> list[FileRow]:
    """Live files of the owner's other conversations, topics and groups among them; not of those
    where somebody asks just now: nothing leaves or counts there until that is over."""
    rows = tx.range(FILES_OWNED, owner)
    live = [row for row in rows if row.state == "live" and row.conversation != claim.conversation]
    return _not_held(tx, live, now)


def forget(tx: Transaction, claim: Claim, unique_id: str, now: datetime) -> tuple[LostFile, ...]:
    """Law 3: a file leaves, and with it the album that it came in."""
    check_lease(tx, claim)
    every = files_of(tx, claim, "intended", "uploaded", "live", "retired")
    albums = {row.album_id for row in every if row.unique_id == unique_id} - {None}
    leaving = [
        row
        for row in every
        if (row.state == "live" or is_lost(row))
        and (row.unique_id == unique_id or row.album_id in albums)
    ]
    retire(tx, claim, [FileName(row.name) for row in leaving], now, reason="forgotten")
    leaving.sort(key=lambda row: row.label or 0)
    told = [LostFile(cast("FileKind", row.kind), row.label or 0) for row in leaving]
    return tuple(dict.fromkeys(told))
