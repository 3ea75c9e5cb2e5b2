"""Questions of reconcile: which files does the ledger know? Promises: ports/file_ledger.py."""

from collections.abc import Sequence

from snapthread.model import FileName, LedgerFile
from snapthread.store.rules.files import as_file
from snapthread.store.schema.files import FILES, SHOWN_NAMES
from snapthread.store.transaction import Transaction


def unknown_files(tx: Transaction, files: Sequence[tuple[FileName, str]]) -> tuple[str, ...]:
    names = dict.fromkeys(each for name, id in files for each in (name, f"{name}:{id}"))
    tx.get_all(FILES, names)
    return tuple(id for name, id in files if not _is_known(tx, name, id))


def _is_known(tx: Transaction, name: FileName, openai_id: str) -> bool:
    """Is there a row of this name whose id is not written down yet, or is this?"""
    rows = tx.get_all(FILES, (name, f"{name}:{openai_id}"))
    return any(row is not None and row.openai_id in (None, openai_id) for row in rows)


def live_after(tx: Transaction, name: FileName | None, *, limit: int) -> tuple[LedgerFile, ...]:
    after = None if name is None else (name, (name,))
    return tuple(map(as_file, tx.range(SHOWN_NAMES, after=after, limit=limit)))
