"""The files that a conversation shows, by the names in its items; and those that it has lost.

Promises: ports/file_ledger.py.
"""

from collections.abc import Sequence
from datetime import datetime

from snapthread.model import Claim, FileName, HistoryImage, LedgerFile, in_reading_order
from snapthread.store.codec import micros
from snapthread.store.rules.files import as_file, files_of, is_lost, is_shown, retire_file, whole_of
from snapthread.store.schema.files import FILES, SHOWN, FileRow
from snapthread.store.transaction import Transaction


def images(tx: Transaction, claim: Claim, *, but: str = "") -> dict[FileName, FileRow]:
    """One file for each image of the conversation and of the claim; until a lost one is restored,
    it is the lost one: what is live before an upload, the older before the newer."""
    found: dict[FileName, FileRow] = {}
    for state in SHOWN:
        for row in reversed(files_of(tx, claim, state)):
            if row.name != but:
                found[FileName(row.image_key)] = row
    return found


def shown_images(
    tx: Transaction, claim: Claim, named: Sequence[FileName], now: datetime
) -> dict[FileName, FileRow]:
    """The files of these images that may be asked about, and of the claim's own uploads.

    Law 5: what is as old as it may get leaves the conversation before the next question; what no
    question names, housekeeping retires. An image has its own file mostly: only where it has not,
    all files are read for one that was restored in its place.
    """
    own = [FileName(row.image_key) for row in files_of(tx, claim, "uploaded")]
    names = list(dict.fromkeys([*named, *own]))
    rows = {row.name: row for row in tx.get_all(FILES, names) if row is not None}
    found = {name: rows[name] for name in names if name in rows and _is_own(rows[name], claim)}
    if len(found) < len(names):
        every = images(tx, claim)
        found = {name: every[name] for name in names if name in every}
    while old := [row for row in found.values() if (row.leaves_at or 0) <= micros(now)]:
        for each in dict.fromkeys(part for row in old for part in whole_of(tx, row)):
            retire_file(tx, each, "retention", micros(now))
            found.pop(FileName(each.image_key), None)
        every = images(tx, claim)  # one that was restored in its place is younger
        found = {name: every[name] for name in names if name in every} | found
    return found


def _is_own(row: FileRow, claim: Claim) -> bool:
    is_here = (row.conversation, row.epoch) == (claim.conversation, claim.epoch)
    return is_here and is_shown(row) and row.name == row.image_key


def image_of(tx: Transaction, claim: Claim, unique_id: str) -> tuple[LedgerFile, ...]:
    rows = [
        row
        for row in files_of(tx, claim, "live")
        if row.unique_id == unique_id and row.label is not None
    ]
    newest = max((row.label or 0 for row in rows), default=0)
    return in_reading_order(as_file(row) for row in rows if row.label == newest)


def files_by_id(tx: Transaction, claim: Claim, openai_ids: Sequence[str]) -> tuple[LedgerFile, ...]:
    rows = [row for row in files_of(tx, claim, *SHOWN) if row.openai_id in openai_ids]
    return tuple(map(as_file, sorted(rows, key=lambda row: row.created_at, reverse=True)))


def attach(tx: Transaction, claim: Claim, photos: Sequence[HistoryImage]) -> None:
    """Let the conversation hold these files from now on."""
    files = images(tx, claim) if photos else {}
    for photo in photos:
        row = files.get(photo.file)
        if row is not None and is_shown(row):
            tx.update(row, row._replace(state="live", label=photo.label))


def lost_images(tx: Transaction, claim: Claim, now: int) -> dict[FileName, FileRow]:
    """Lost files of the conversation, by the names in its items."""
    rows = [row for row in files_of(tx, claim, "retired") if is_lost(row)]
    return {FileName(row.image_key): row for row in rows if (row.due_at or 0) > now}
