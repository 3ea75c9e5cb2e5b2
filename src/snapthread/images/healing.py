"""Law 4: a request failed and a file may be the reason. Find the dead ones and put them right.

Each file of the request is checked at OpenAI. What is missing is fetched from Telegram, which
keeps it, uploaded and put in place; what Telegram has lost too becomes a line of text. Where no
file is missing a picture itself is the reason: the one that the failure names leaves the
conversation. Where it names none, the fault may be a passing one, so the question is asked again
unchanged; then every picture is uploaded anew; only then they leave, all: a conversation is never
broken for ever. The person is told of each that leaves.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog

from snapthread.errors import FilesGone, ImageRefused
from snapthread.images.importer import ImageImporter, ImageRequest
from snapthread.meter import Meter
from snapthread.model import (
    Claim,
    LedgerFile,
    LostFile,
    Message,
    TelegramDocument,
    TelegramFile,
    TelegramImage,
)
from snapthread.ports import Clock, Files, KnownImages, Repairs

log = structlog.get_logger()

RESTORED_MAX = 20  # a turn, newest first; the rest become lines of text
FIRST_PLACE = 1000  # of a restored image: apart from the places of a message's own images


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """Repairs after a failed request: files that changed, labels of those that left."""

    changed: int = 0
    left: tuple[LostFile, ...] = ()
    is_nameless: bool = False  # nobody knows which file it was about


class HealingStore(KnownImages, Repairs, Protocol):
    """The store as healing needs it."""


@dataclass(slots=True, kw_only=True, eq=False)
class Healing:
    """Puts a conversation right whose files have gone behind our back."""

    store: HealingStore
    files: Files
    importer: ImageImporter
    clock: Clock

    async def mend(
        self,
        claim: Claim,
        failure: FilesGone,
        asked: tuple[str, ...],
        meter: Meter,
        *,
        nameless: int = 0,
    ) -> Mended:
        """Put the files of a failed request right. `nameless`: how many failures of this question
        named no file before, while every file was there.

        Raises ImageRefused where only the question's own pictures can be the reason, ChatBusy
        where Telegram is away (then nothing is removed), and the failure itself where no file is.
        """
        files = await self.store.files_by_id(claim, asked)
        if not files:
            raise failure
        if missing := [file for file in files if not await self.is_there(file)]:
            return await self._restore_all(claim, missing, meter)
        if named := [file for file in files if file.openai_id in failure.openai_ids]:
            _only_older(named)
            return await self._leave_all(claim, named, "refused", meter)
        return await self._mend_nameless(claim, files, meter, before=nameless)

    async def _mend_nameless(
        self, claim: Claim, files: tuple[LedgerFile, ...], meter: Meter, *, before: int
    ) -> Mended:
        """One step further each time: unchanged, uploaded anew, without."""
        if not before:
            return Mended(is_nameless=True)
        own = [file for file in files if file.state == "uploaded"]
        _only_older(own or files)
        if before == 1:
            restored = [await self._restore(claim, file, meter) for file in files[:RESTORED_MAX]]
            return Mended(changed=sum(restored), is_nameless=True)
        return await self._leave_all(claim, files, "refused", meter)

    async def _restore_all(self, claim: Claim, missing: list[LedgerFile], meter: Meter) -> Mended:
        left = []
        for number, file in enumerate(missing):
            if number >= RESTORED_MAX:
                await self._leave(claim, file, "vanished", meter)
                left.append(file)
            elif not await self.restore_or_leave(claim, file, meter):
                left.append(file)
        return Mended(changed=len(missing), left=_labels(left))

    async def _leave_all(
        self, claim: Claim, files: Iterable[LedgerFile], reason: str, meter: Meter
    ) -> Mended:
        leaving = tuple(files)
        for file in leaving:
            await self._leave(claim, file, reason, meter)
        return Mended(changed=len(leaving), left=_labels(leaving))

    async def is_there(self, file: LedgerFile) -> bool:
        return file.openai_id is not None and await self.files.exists(file.openai_id)

    async def restore_or_leave(self, claim: Claim, lost: LedgerFile, meter: Meter) -> bool:
        """Bring a lost image back; else it becomes a line of text. Was it restored?"""
        restored = await self._restore(claim, lost, meter)
        if not restored:
            await self._leave(claim, lost, "vanished", meter)
        return restored

    async def _restore(self, claim: Claim, lost: LedgerFile, meter: Meter) -> bool:
        """Bring one image back from Telegram; False where Telegram has it no more."""
        wanted = _wanted_again(claim, lost, self.clock())
        (brought,) = await self.importer.import_images(claim, [wanted], meter)
        if brought.file is None:
            return False
        await self.store.replace_file(claim, brought.file.name, self.clock())
        meter.restored += 1
        log.info("file.restored", file=brought.file.name, label=lost.label)
        return True

    async def _leave(self, claim: Claim, file: LedgerFile, reason: str, meter: Meter) -> None:
        meter.retired += await self.store.retire(claim, [file.name], self.clock(), reason=reason)


def _only_older(suspects: Iterable[LedgerFile]) -> None:
    """The question's own pictures are no part of the conversation yet: they are refused."""
    if all(file.state == "uploaded" for file in suspects):
        raise ImageRefused("refused")


def _labels(files: Iterable[LedgerFile]) -> tuple[LostFile, ...]:
    return tuple(LostFile(file.kind, file.label) for file in files if file.label is not None)


def _wanted_again(claim: Claim, lost: LedgerFile, now: datetime) -> ImageRequest:
    """As if its owner had sent it again with the claim's question, or with none."""
    message = Message(
        update_id=claim.messages[0].update_id if claim.messages else 0,
        conversation=claim.conversation,
        chat_id=lost.owner,
        message_id=0,
        user_id=lost.owner,
        sent_at=now,
    )
    place = FIRST_PLACE + (lost.label or 0)
    return ImageRequest(message=message, file=_as_sent(lost), place=place, image_key=lost.image_key)


def _as_sent(lost: LedgerFile) -> TelegramFile:
    """Of a document, the same pages again."""
    if lost.document is None:
        return TelegramImage(kind="photo", telegram_id=lost.telegram_id, unique_id=lost.unique_id)
    return TelegramDocument(
        telegram_id=lost.telegram_id,
        unique_id=lost.unique_id,
        file_name=lost.document.name,
        chosen=lost.document.chosen,
    )
