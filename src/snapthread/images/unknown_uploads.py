"""Law 1, for an upload whose outcome nobody knows: it is looked for by its name."""

from collections.abc import Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import structlog

from snapthread.images.deleter import CLOCKS_DIFFER
from snapthread.images.file_names import FileNames
from snapthread.limits import FILE_LIFE_MAX_S, LOOK_AGAIN_S
from snapthread.model import Deletion, FileName
from snapthread.ports import Clock, Deletions, Files, RemoteFile, UploadRecords

log = structlog.get_logger()

LOOKED_FOR_AT_ONCE = 1000


class IntentStore(Deletions, UploadRecords, Protocol):
    """The store as intents without an end need it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UnknownUploads:
    """Intents that never got a file's id."""

    store: IntentStore
    files: Files
    names: FileNames
    clock: Clock

    async def settle(self) -> int:
        """Look for them; how many are known now.

        What is found is recorded as retired, and deleted; what is not found never was.
        """
        unknown = await self.store.files_due(
            self.clock(), limit=LOOKED_FOR_AT_ONCE, lease_s=LOOK_AGAIN_S, without_id=True
        )
        if not unknown:
            return 0
        missing = await self._look_for(unknown)
        for name in missing:
            await self.store.delete_file(name)
        log.info("file.settled", found=len(unknown) - len(missing), never_were=len(missing))
        return len(unknown)

    async def _look_for(self, unknown: Sequence[Deletion]) -> Collection[FileName]:
        """Record what is found; the names of the others."""
        missing = {intent.name for intent in unknown}
        oldest = min(intent.created_at for intent in unknown) - CLOCKS_DIFFER
        async with aclosing(self.files.list()) as listed:
            async for remote in listed:
                name = self.names.name_of(remote)
                if name in missing:
                    await self._record_found(name, remote)
                    missing.discard(name)
                if not missing or remote.created_at < oldest:
                    break
        return missing

    async def _record_found(self, name: FileName, remote: RemoteFile) -> None:
        """Whatever it was uploaded with, it expires by then."""
        now = self.clock()
        expires_at = remote.created_at + timedelta(seconds=FILE_LIFE_MAX_S)
        await self.store.record_upload(
            name, remote.openai_id, now, leaves_at=now, expires_at=expires_at
        )
