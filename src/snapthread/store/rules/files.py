"""The files at OpenAI that a conversation has: their rows, and what state says of each.

Promises: ports/file_ledger.py.
"""

from typing import Final, cast

from snapthread.model import Claim, ConversationKey, FileName, FileState, LedgerFile
from snapthread.store.codec import load_document, load_part, moment
from snapthread.store.schema.files import FILES_OF, SHOWN, FileRow
from snapthread.store.transaction import Transaction

STATES: Final = ("intended", "uploaded", "live", "retired")
# Why a file is retired that OpenAI has no more and Telegram did not give just then. Until retention
# would take it, it can come back.
LOST: Final = "lost"


def as_file(row: FileRow) -> LedgerFile:
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


def files_of(tx: Transaction, claim: Claim, *states: str) -> list[FileRow]:
    """The files of the claim's conversation and epoch in these states, oldest first in each."""
    rows = [row for state in states for row in tx.range(FILES_OF, claim.conversation, state)]
    return [row for row in rows if row.epoch == claim.epoch]


def retire_file(tx: Transaction, row: FileRow, reason: str, due_at: int) -> FileRow:
    return tx.update(row, row._replace(state="retired", reason=reason, due_at=due_at))


def is_shown(row: FileRow) -> bool:
    return row.state in SHOWN


def picture_of(row: FileRow) -> str:
    """The name that the parts of a long picture share; any other file has its own."""
    part = load_part(row.part)
    return row.name if part is None else part.picture


def whole_of(tx: Transaction, row: FileRow) -> list[FileRow]:
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


def is_lost(row: FileRow) -> bool:
    return row.state == "retired" and row.reason == LOST


def is_to_go(row: FileRow) -> bool:
    """Is it to become due? Also where it is retired and kept: adopted files, and lost ones."""
    return row.state != "retired" or row.reason in {"adopted", LOST}


def count_held(tx: Transaction, key: str) -> int:
    """Files of the conversation that are, or may be, at OpenAI."""
    return sum(tx.count(FILES_OF, key, state) for state in STATES)
