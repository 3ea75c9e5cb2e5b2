"""Law 1: the intent before an upload, its result after it. Promises: ports/file_ledger.py."""

from dataclasses import replace
from datetime import datetime

from snapthread.errors import LeaseLost
from snapthread.model import Claim, FileName, IntendedFile, LedgerFile, Part
from snapthread.store.codec import dump_document, dump_part, load_part, micros
from snapthread.store.rules.conversations import check_lease
from snapthread.store.rules.files import as_file, files_of, is_shown, retire_file
from snapthread.store.rules.queued import claimed_messages
from snapthread.store.schema.conversations import CONVERSATIONS
from snapthread.store.schema.files import FILES, FileRow
from snapthread.store.transaction import Transaction
from snapthread.vision_tokens import Cut


def intend(tx: Transaction, claim: Claim, file: IntendedFile, now: datetime) -> LedgerFile:
    check_lease(tx, claim)
    if file.image_key is None and not _is_asked(tx, claim, file.update_id):
        raise LeaseLost(claim.conversation)  # its turn has ended: nobody would retire the file
    begun = _same_image(tx, claim, file)
    file = replace(file, part=_of_picture(file, begun))
    for row in begun:
        if _cut_of(row) != (None if file.part is None else file.part.cut):
            continue  # another part of it
        if row.state == "intended":
            tx.update(row, row._replace(state="retired", reason="cut off"))
        elif (row.leaves_at or 0) > micros(now):
            return as_file(row)
    return as_file(tx.put(FILES, _intent(claim, file, micros(now))))


def _of_picture(file: IntendedFile, begun: list[FileRow]) -> Part | None:
    """A part with the name that all parts of its picture share, however many attempts they take."""
    if file.part is None or file.part.picture:
        return file.part
    others = [part.picture for row in begun if (part := load_part(row.part)) is not None]
    return replace(file.part, picture=(*others, file.name)[0])


def _cut_of(row: FileRow) -> Cut | None:
    part = load_part(row.part)
    return None if part is None else part.cut


def _is_asked(tx: Transaction, claim: Claim, update_id: int) -> bool:
    return any(row.update_id == update_id for row in claimed_messages(tx, claim))


def _same_image(tx: Transaction, claim: Claim, file: IntendedFile) -> list[FileRow]:
    """Files that earlier attempts began for this image of this message."""
    return [
        row
        for row in files_of(tx, claim, "intended", "uploaded")
        if (row.update_id, row.place, row.unique_id)
        == (file.update_id, file.position, file.unique_id)
        and row.image_key == (file.image_key or row.name)
    ]


def begun_before(tx: Transaction, claim: Claim, file: IntendedFile) -> list[FileRow]:
    """The row that an attempt that was cut off has begun for this file, or this part of one."""
    cut = None if file.part is None else file.part.cut
    return [row for row in _same_image(tx, claim, file) if _cut_of(row) == cut]


def _intent(claim: Claim, file: IntendedFile, now: int) -> FileRow:
    return FileRow(
        name=file.name,
        conversation=claim.conversation,
        epoch=claim.epoch,
        owner=file.owner,
        state="intended",
        update_id=file.update_id,
        place=file.position,
        album_id=file.album_id,
        image_key=file.image_key or file.name,
        telegram_id=file.telegram_id,
        unique_id=file.unique_id,
        size_bytes=file.size_bytes,
        width=file.width,
        height=file.height,
        created_at=now,
        kind="image" if file.document is None else "document",
        document=dump_document(file.document),
        part=dump_part(file.part),
    )


def record_upload(
    tx: Transaction,
    name: FileName,
    openai_id: str,
    now: datetime,
    *,
    leaves_at: datetime,
    expires_at: datetime,
) -> bool:
    row = tx.get(FILES, name)
    if row is not None and _is_wanted(tx, row):
        result = row._replace(
            state="uploaded",
            openai_id=openai_id,
            leaves_at=micros(leaves_at),
            expires_at=micros(expires_at),
        )
        tx.update(row, result)
        return True
    if row is not None and is_shown(row) and row.openai_id == openai_id:
        return True  # the same upload was told before
    _record_unwanted(tx, row, name, openai_id, micros(now), micros(expires_at))
    return False


def _is_wanted(tx: Transaction, row: FileRow) -> bool:
    conversation = tx.get(CONVERSATIONS, row.conversation)
    return row.state == "intended" and conversation is not None and conversation.epoch == row.epoch


def _record_unwanted(
    tx: Transaction, row: FileRow | None, name: str, openai_id: str, now: int, expires_at: int
) -> None:
    """Write down a file that nobody waits for, to be deleted.

    A second file of one name gets a row of its own, so that the first is not forgotten.
    """
    if row is not None and row.openai_id not in (None, openai_id):
        name = f"{name}:{openai_id}"
    known = tx.get(FILES, name)
    if known is None:
        key, epoch, owner = (row.conversation, row.epoch, row.owner) if row else ("", 0, 0)
        file = retired_file(name, key, epoch, owner, openai_id, "unwanted", now, now)
        tx.insert(file._replace(expires_at=expires_at))
    else:
        reason = known.reason or "unwanted"
        known = tx.update(
            known, known._replace(openai_id=openai_id, attempts=0, expires_at=expires_at)
        )
        retire_file(tx, known, reason, now)


def retired_file(
    name: str,
    key: str,
    epoch: int,
    owner: int,
    openai_id: str,
    reason: str,
    now: int,
    due_at: int,
) -> FileRow:
    """A file of which only the id is known: it is to be deleted."""
    return FileRow(
        name=name,
        conversation=key,
        epoch=epoch,
        owner=owner,
        state="retired",
        image_key=name,
        telegram_id="",
        unique_id="",
        openai_id=openai_id,
        size_bytes=0,
        width=0,
        height=0,
        created_at=now,
        due_at=due_at,
        reason=reason,
    )


def fail_upload(tx: Transaction, name: FileName, now: datetime, *, unknown: bool) -> None:
    row = tx.get(FILES, name)
    if row is None or row.openai_id is not None:
        return
    if unknown:
        retire_file(tx, row, "upload unknown", micros(now))
    else:
        tx.delete(row)
