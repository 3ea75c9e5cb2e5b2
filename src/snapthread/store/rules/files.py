"""The files at OpenAI that a conversation shows, how they leave it, and which are to be deleted.

Promises: ports/file_ledger.py.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, cast

from snapthread.limits import LONGEST_UPLOAD_S
from snapthread.model import (
    Claim,
    ConversationKey,
    Deletion,
    FileName,
    FileState,
    HistoryImage,
    LedgerFile,
    in_reading_order,
)
from snapthread.store.codec import load_document, load_part, micros, micros_of, moment
from snapthread.store.rules.rows import held
from snapthread.store.schema.files import DUE, FILES, FILES_OF, SHOWN, UNSETTLED, File
from snapthread.store.transaction import Transaction

STATES: Final = ("intended", "uploaded", "live", "retired")
LONGEST_UPLOAD: Final = micros_of(LONGEST_UPLOAD_S)
# Why a file is retired that OpenAI has no more and Telegram did not give just then. Until retention
# would take it, it can come back.
LOST: Final = "lost"
FAILING_TRIES: Final = 3  # what is merely away for a minute is deleted by then


def as_file(row: File) -> LedgerFile:
    return LedgerFile(
        name=FileName(row.name),
        conversation=ConversationKey(row.conversation),
        epoch=row.epoch,
        owner=row.owner,
        state=cast("FileState", row.state),
        image_key=FileName(row.image_key),
        telegram_id=row.telegram_id,
        unique_id=row.unique_id,
        label=row.label,
        openai_id=row.openai_id,
        size_bytes=row.size_bytes,
        width=row.width,
        height=row.height,
        document=load_document(row.document),
        part=load_part(row.part),
        created_at=moment(row.created_at),
    )


def files_of(tx: Transaction, claim: Claim, *states: str) -> list[File]:
    """The files of the claim's conversation and epoch in these states, oldest first in each."""
    rows = [row for state in states for row in tx.range(FILES_OF, claim.conversation, state)]
    return [row for row in rows if row.epoch == claim.epoch]


def retire_file(tx: Transaction, row: File, reason: str, due_at: int) -> File:
    return tx.update(row, row._replace(state="retired", reason=reason, due_at=due_at))


def is_shown(row: File) -> bool:
    return row.state in SHOWN


def picture_of(row: File) -> str:
    """The name that the parts of a long picture share; any other file has its own."""
    part = load_part(row.part)
    return row.name if part is None else part.picture


def whole_of(tx: Transaction, row: File) -> list[File]:
    """All that leaves with this file: of a long picture the other parts, as they are now."""
    if row.part is None:
        return [row]
    rows = [
        each
        for state in (*SHOWN, "retired")
        for each in tx.range(FILES_OF, row.conversation, state)
    ]
    picture = picture_of(row)
    return [
        each
        for each in rows
        if each.epoch == row.epoch
        and each.part is not None
        and picture_of(each) == picture
        and (is_shown(each) or is_lost(each))
    ]


# ---------------------------------------------------------------- what is shown


def images(tx: Transaction, claim: Claim, *, but: str = "") -> dict[FileName, File]:
    """One file for each image of the conversation and of the claim; until a lost one is restored,
    it is the lost one: what is live before an upload, the older before the newer."""
    found: dict[FileName, File] = {}
    for state in SHOWN:
        for row in reversed(files_of(tx, claim, state)):
            if row.name != but:
                found[FileName(row.image_key)] = row
    return found


def shown_images(
    tx: Transaction, claim: Claim, named: Sequence[FileName], now: datetime
) -> dict[FileName, File]:
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
    for row in list(found.values()):
        if (row.leaves_at or 0) <= micros(now):
            for each in whole_of(tx, row):
                retire_file(tx, each, "retention", micros(now))
                found.pop(FileName(each.image_key), None)
    return found


def _is_own(row: File, claim: Claim) -> bool:
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
    """The conversation holds these files from now on."""
    files = images(tx, claim) if photos else {}
    for photo in photos:
        row = files.get(photo.file)
        if row is not None and is_shown(row):
            tx.update(row, row._replace(state="live", label=photo.label))


def lost_images(tx: Transaction, claim: Claim, now: int) -> dict[FileName, File]:
    """Of the conversation, by the names in its items."""
    rows = [row for row in files_of(tx, claim, "retired") if is_lost(row)]
    return {FileName(row.image_key): row for row in rows if (row.due_at or 0) > now}


def is_lost(row: File) -> bool:
    return row.state == "retired" and row.reason == LOST


# ---------------------------------------------------------------- what leaves


def retire(
    tx: Transaction, claim: Claim, names: Sequence[FileName], now: datetime, *, reason: str
) -> int:
    held(tx, claim)
    leaving = {each.name: each for row in _own(tx, claim, names) for each in whole_of(tx, row)}
    rows = [row for row in leaving.values() if is_shown(row) or is_lost(row)]
    for row in rows:
        retire_file(tx, row, reason, micros(now))
    return len(rows)


def mark_lost(tx: Transaction, claim: Claim, names: Sequence[FileName], now: datetime) -> int:
    held(tx, claim)
    rows = [row for row in _own(tx, claim, names) if row.state == "live"]
    for row in rows:
        retire_file(tx, row, LOST, max(row.leaves_at or 0, micros(now)))
    return len(rows)


def _own(tx: Transaction, claim: Claim, names: Sequence[FileName]) -> list[File]:
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


def is_to_go(row: File) -> bool:
    """Make due also what is retired and kept: adopted files, and lost ones."""
    return row.state != "retired" or row.reason in {"adopted", LOST}


def count_held(tx: Transaction, key: str) -> int:
    """Files of the conversation that are, or may be, at OpenAI."""
    return sum(tx.count(FILES_OF, key, state) for state in STATES)


def replace_file(tx: Transaction, claim: Claim, name: FileName, now: datetime) -> bool:
    held(tx, claim)
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


# ---------------------------------------------------------------- what is to be deleted


def files_due(
    tx: Transaction, now: datetime, *, limit: int, lease_s: float, without_id: bool = False
) -> tuple[Deletion, ...]:
    at = micros(now)
    rows = _intents_due(tx, at)[:limit] if without_id else tx.range(DUE, high=at, limit=limit)
    return tuple(_taken(tx, row, due_at=at + micros_of(lease_s)) for row in rows)


def _intents_due(tx: Transaction, at: int) -> list[File]:
    rows = tx.range(UNSETTLED, high=at - LONGEST_UPLOAD)
    return [row for row in rows if row.state == "intended" or (row.due_at or 0) <= at]


def _taken(tx: Transaction, row: File, *, due_at: int) -> Deletion:
    """Its deletion is begun: until then nobody else begins it."""
    row = tx.update(
        row,
        row._replace(
            state="retired",
            reason=row.reason or ("cut off" if row.openai_id is None else row.reason),
            due_at=due_at,
            attempts=row.attempts + 1,
        ),
    )
    return Deletion(
        name=FileName(row.name),
        openai_id=row.openai_id,
        reason=row.reason or "",
        attempts=row.attempts,
        created_at=moment(row.created_at),
        expires_at=moment(row.expires_at) if row.expires_at else None,
    )


def failing_deletions(tx: Transaction) -> int:
    return sum(row.attempts > FAILING_TRIES for row in tx.range(DUE))


def delete_file(tx: Transaction, name: FileName) -> None:
    """Only what a deletion or a search was begun for: what was recorded meanwhile stays."""
    row = tx.get(FILES, name)
    if row is None or row.state != "retired":
        return
    if row.openai_id is None or row.attempts > 0:
        tx.delete(row)


def retry_later(tx: Transaction, name: FileName, at: datetime) -> None:
    row = tx.get(FILES, name)
    if row is not None and row.state == "retired":
        tx.update(row, row._replace(due_at=micros(at)))
