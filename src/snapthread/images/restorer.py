"""A file that OpenAI has no more is fetched from Telegram, which keeps it, and put in its place.

What Telegram has lost too becomes a line of text; what it does not give just now is lost for this
request, and is asked for again with the next questions.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal

import structlog

from snapthread.clock import now_s
from snapthread.errors import Busy
from snapthread.images.importer import FileImporter
from snapthread.images.request import FileRequest, FileResult
from snapthread.meter import Meter
from snapthread.model import (
    Claim,
    LedgerFile,
    Message,
    TelegramDocument,
    TelegramFile,
    TelegramImage,
)
from snapthread.ports import Clock, Repairs

log = structlog.get_logger()

RESTORED_MAX: Final = 20  # at once, newest first; the rest are lost until they are asked for
# A lost image is asked for with the next question, and where Telegram never gives it, ever rarer.
AGAIN_S: Final = (0.0, 60.0, 600.0, 3600.0, 86_400.0)
# It could be opened once: what its decoder dies of now may be the machine's trouble.
PASSING: Final = frozenset({"unavailable", "crashed", "too_heavy"})
SOUGHT_AT_ONCE: Final = 4  # and the first that is not given ends the asking of this turn
REMEMBERED: Final = 10_000  # lost images that were asked for
FIRST_POSITION: Final = 1000  # of a restored image: apart from the places of a message's own images

Restored = Literal["restored", "lost", "left"]


@dataclass(slots=True, kw_only=True, eq=False)
class Restorer:
    """Brings files back. One instance a process: it remembers what it asked for in vain."""

    store: Repairs
    importer: FileImporter
    clock: Clock
    # By the name of a lost image: how often it was asked for, and when it is again.
    _asked: dict[str, tuple[int, float]] = field(default_factory=dict, init=False)

    async def bring_back(self, claim: Claim, lost: Sequence[LedgerFile], meter: Meter) -> int:
        """Ask Telegram again for what was lost earlier; how many are back. Nobody waits for long:
        the question goes on without what is not to be had now. One may be lost because its decoder
        died, so each is opened as a suspect."""
        due = [file for file in lost if self._asked.get(file.name, (0, 0.0))[1] <= now_s()]
        restored = 0
        try:
            for start in range(0, min(len(due), RESTORED_MAX), SOUGHT_AT_ONCE):
                some = due[start : start + SOUGHT_AT_ONCE]
                ends = await self.restore_each(claim, some, meter, suspect=True)
                restored += len(ends["restored"])
                if ends["lost"]:
                    break
        except Busy as busy:
            log.info("file.still_lost", why=str(busy))
        return restored

    async def upload_anew(self, claim: Claim, files: Sequence[LedgerFile], meter: Meter) -> int:
        """The number that came back; what Telegram does not give stays as it is."""
        again = await self._fetch_again(claim, files, meter)
        brought = [(old, new) for old, one in zip(files, again, strict=True) for new in one.files]
        for old, new in brought:
            await self._replace(claim, old, new, meter)
        return len(brought)

    async def _replace(self, claim: Claim, old: LedgerFile, new: LedgerFile, meter: Meter) -> None:
        await self.store.replace_file(claim, new.name, self.clock())
        meter.restored += 1
        log.info("file.restored", file=new.name, label=old.label)

    async def restore(self, claim: Claim, lost: LedgerFile, meter: Meter) -> Restored:
        """Bring a lost image back; else it becomes a line of text, for ever only where Telegram
        surely has it no more."""
        ends = await self.restore_each(claim, [lost], meter)
        return next(end for end, files in ends.items() if files)

    async def restore_each(
        self, claim: Claim, files: Sequence[LedgerFile], meter: Meter, *, suspect: bool = False
    ) -> dict[Restored, list[LedgerFile]]:
        ends: dict[Restored, list[LedgerFile]] = {"restored": [], "lost": [], "left": []}
        again = await self._fetch_again(claim, files, meter, suspect=suspect)
        for file, brought in zip(files, again, strict=True):
            ends[await self._end(claim, file, brought, meter)].append(file)
        return ends

    async def _end(
        self, claim: Claim, lost: LedgerFile, brought: FileResult, meter: Meter
    ) -> Restored:
        if brought.files:
            await self._replace(claim, lost, brought.files[0], meter)
            self._asked.pop(lost.name, None)
            return "restored"
        if brought.fault is not None and brought.fault.fault in PASSING:
            self._ask_later(lost)
            await self.mark_lost(claim, [lost])
            return "lost"
        await self.leave(claim, lost, "vanished", meter)
        return "left"

    async def mark_lost(self, claim: Claim, files: Sequence[LedgerFile]) -> None:
        """For now: they are asked for again with the next questions."""
        await self.store.mark_lost(claim, [file.name for file in files], self.clock())

    def _ask_later(self, lost: LedgerFile) -> None:
        times, _ = self._asked.pop(lost.name, (0, 0.0))
        wait_s = AGAIN_S[min(times, len(AGAIN_S) - 1)]
        self._asked[lost.name] = (times + 1, now_s() + wait_s)
        if len(self._asked) > REMEMBERED:
            del self._asked[next(iter(self._asked))]

    async def _fetch_again(
        self, claim: Claim, files: Sequence[LedgerFile], meter: Meter, *, suspect: bool = False
    ) -> tuple[FileResult, ...]:
        """From Telegram to OpenAI, side by side."""
        now = self.clock()
        requests = [replace(_request_anew(claim, file, now), is_suspect=suspect) for file in files]
        return await self.importer.import_files(claim, requests, meter)

    async def leave(self, claim: Claim, file: LedgerFile, reason: str, meter: Meter) -> None:
        meter.retired += await self.store.retire(claim, [file.name], self.clock(), reason=reason)


def _request_anew(claim: Claim, lost: LedgerFile, now: datetime) -> FileRequest:
    """As if its owner had sent it again with the claim's question, or with none."""
    message = Message(
        update_id=claim.messages[0].update_id if claim.messages else 0,
        conversation=claim.conversation,
        chat_id=lost.owner,
        message_id=0,
        user_id=lost.owner,
        sent_at=now,
    )
    position = FIRST_POSITION + (lost.label or 0)
    return FileRequest(
        message=message,
        file=_as_sent(lost),
        position=position,
        image_key=lost.image_key,
        part=lost.part,
    )


def _as_sent(lost: LedgerFile) -> TelegramFile:
    """The file as it was sent; of a document, the same pages."""
    if lost.document is None:
        return TelegramImage(kind="photo", telegram_id=lost.telegram_id, unique_id=lost.unique_id)
    return TelegramDocument(
        telegram_id=lost.telegram_id,
        unique_id=lost.unique_id,
        file_name=lost.document.name,
        chosen=lost.document.chosen,
    )
