"""Marks: notes that something was said or done once, for a while or for ever."""

from snapthread.store.rules.times import is_ahead
from snapthread.store.schema.processes import MARKS, MarkRow
from snapthread.store.transaction import Transaction


def said_mark(once: str) -> str:
    """The mark of what is said or done once."""
    return f"said:{once}"


def has_mark(tx: Transaction, name: str) -> bool:
    return tx.get(MARKS, name) is not None


def bars(tx: Transaction, name: str, now: int, *, wait: int | None) -> bool:
    """Is the mark set, and has it not run out?"""
    mark = tx.get(MARKS, name)
    return mark is not None and (
        mark.until is None or is_ahead(mark.until, now, mark.until if wait is None else wait)
    )


def set_mark(
    tx: Transaction, name: str, now: int, *, wait: int | None, conversation: str | None = None
) -> bool:
    """Set a mark, for a while or for ever; False where it was set and has not run out."""
    if bars(tx, name, now, wait=wait):
        return False
    until = None if wait is None else now + wait
    tx.put(MARKS, MarkRow(key=name, until=until, conversation=conversation))
    return True
