"""The conversation as a person reads it again. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from snapthread.model.transcript import HistoryItem


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """The words of one side, and their number in the conversation."""

    id: int
    item: HistoryItem


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """Some of a conversation, oldest first; `found`: how many there are that hold the word."""

    entries: tuple[HistoryEntry, ...] = ()
    has_older: bool = False
    has_newer: bool = False
    found: int = 0

    @property
    def first(self) -> int:
        return self.entries[0].id

    @property
    def last(self) -> int:
        return self.entries[-1].id


def page_of(
    entries: Sequence[HistoryEntry], *, before: int | None, after: int | None, most: int
) -> HistoryPage:
    """The newest, or those right before or right after a number."""
    if after is not None:
        newer = [entry for entry in entries if entry.id > after]
        shown = newer[:most]
    else:
        older = [entry for entry in entries if before is None or entry.id < before]
        shown = older[-most:]
    if not shown:
        return HistoryPage(found=len(entries))
    return HistoryPage(
        entries=tuple(shown),
        has_older=entries[0].id < shown[0].id,
        has_newer=entries[-1].id > shown[-1].id,
        found=len(entries),
    )


def holds(entry: HistoryEntry, word: str) -> bool:
    return word.casefold() in entry.item.text.casefold()
