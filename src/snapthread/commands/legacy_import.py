"""Takes over the files of the bot's first generation: nobody else would ever delete them.

Its images were never in a conversation of ours, so they become retired files at once: the user's
next reset deletes them, or the retention does. Nothing is written where they come from.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

import structlog

from snapthread.images.deleter import Progress
from snapthread.model import Language, OutgoingMessage
from snapthread.ports import Adoption, Clock
from snapthread.texts import Texts

log = structlog.get_logger()


class OldFiles(Protocol):
    """One user's files; without a user where it is not to be understood."""

    @property
    def user_id(self) -> int | None: ...
    @property
    def openai_ids(self) -> Sequence[str]: ...
    @property
    def malformed(self) -> Sequence[str]: ...


@dataclass(slots=True, kw_only=True)
class ImportResult:
    """The counts of an import. Run again, it takes over what is new."""

    users: int = 0
    files_adopted: int = 0
    files_known: int = 0
    skipped: int = 0  # keys and ids that are none of the first generation's


@dataclass(slots=True, kw_only=True, eq=False)
class LegacyImport:
    """One instance a command."""

    store: Adoption
    texts: Texts
    clock: Clock
    language: Language
    retention_days: int
    _stay: timedelta = field(init=False)
    _say: OutgoingMessage = field(init=False)

    def __post_init__(self) -> None:
        self._stay = timedelta(days=self.retention_days)
        self._say = OutgoingMessage(text=self.texts(self.language, "adopted"))

    async def run(
        self, found: AsyncIterator[OldFiles], progress: Progress = lambda _: None
    ) -> ImportResult:
        adopted, users = ImportResult(), set[int]()
        async for files in found:
            adopted.skipped += len(files.malformed)
            if files.user_id is None:
                adopted.skipped += 1
            elif files.openai_ids:
                await self._adopt(files.user_id, files.openai_ids, adopted)
                users.add(files.user_id)
            progress(1)
        adopted.users = len(users)
        log.info("adopt.done", users=adopted.users, files=adopted.files_adopted)
        return adopted

    async def _adopt(self, user_id: int, openai_ids: Sequence[str], adopted: ImportResult) -> None:
        now = self.clock()
        fresh = await self.store.adopt(
            user_id, openai_ids, now, due_at=now + self._stay, outgoing=self._say
        )
        adopted.files_adopted += fresh
        adopted.files_known += len(openai_ids) - fresh
