"""Files leave a conversation: law 3 and its callers, and one that takes a lost one's place.

Promises: ports/file_ledger.py.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from snapthread.model import Claim, FileName
from snapthread.store.codec import micros
from snapthread.store.rules.conversations import check_lease
from snapthread.store.rules.files import (
    LOST,
    STATES,
    files_of,
    is_lost,
    is_shown,
    is_to_go,
    retire_file,
    whole_of,
)
from snapthread.store.rules.shown_files import images, lost_images
from snapthread.store.schema.files import FILES, FILES_OF, FileRow
from snapthread.store.transaction import Transaction


def retire(
    tx: Transaction, claim: Claim, names: Sequence[FileName], now: datetime, *, reason: str
) -> int:
    check_lease(tx, claim)
    leaving = {each.name: each for row in _own(tx, claim, names) for each in whole_of(tx, row)}
    rows = [row for row in leaving.values() if is_shown(row) or is_lost(row)]
    for row in rows:
        retire_file(tx, row, reason, micros(now))
    return len(rows)


def mark_lost(tx: Transaction, claim: Claim, names: Sequence[FileName], now: datetime) -> int:
    check_lease(tx, claim)
    rows = [row for row in _own(tx, claim, names) if row.state == "live"]
    for row in rows:
        retire_file(tx, row, LOST, max(row.leaves_at or 0, micros(now)))
    return len(rows)


def _own(tx: Transaction, claim: Claim, names: Sequence[FileName]) -> list[FileRow]:
    """The files of these names that are the claim's conversation's, in this epoch."""
    own = (claim.conversation, claim.epoch)
    found = tx.get_all(FILES, dict.fromkeys(names))
    return [row for row in found if row is not None and (row.conversation, row.epoch) == own]


def retire_rest(tx: Transaction, claim: Claim, update_ids: Collection[int], now: int) -> None:
    """Retire uploads of these messages that the conversation did not take."""
    for row in files_of(tx, claim, "intended", "uploaded"):
        if row.update_id in update_ids:
            retire_file(tx, row, "turn failed", now)


def retire_conversation(tx: Transaction, key: str, *, due_at: int) -> None:
    for state in STATES:
        for row in tx.range(FILES_OF, key, state):
            if is_to_go(row):
                retire_file(tx, row, "reset", due_at)


def replace_file(tx: Transaction, claim: Claim, name: FileName, now: datetime) -> bool:
    check_lease(tx, claim)
    new = tx.get(FILES, name)
    if new is None or new.state != "uploaded":
        return False
    if (new.conversation, new.epoch) != (claim.conversation, claim.epoch):
        return False
    key = FileName(new.image_key)
    lost = images(tx, claim, but=name).get(key) or lost_images(tx, claim, micros(now)).get(key)
    if lost is None:
        retire_file(tx, new, "unwanted", micros(now))
        return False
    retire_file(tx, lost, "vanished", micros(now))
    # An image of the question itself stays an upload until the turn ends.
    state = lost.state if is_shown(lost) else "live"
    as_lost = new._replace(state=state, label=lost.label, album_id=lost.album_id, part=lost.part)
    tx.update(new, as_lost)
    return True
