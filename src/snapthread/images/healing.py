"""Law 4: a request failed and a file may be the reason. Find the dead ones and put them right.

Each file of the request is checked at OpenAI. What is missing is fetched from Telegram, which
keeps it, uploaded and put in place; what Telegram has lost too becomes a line of text. Where no
file is missing the picture itself is the reason, and it leaves the conversation: a conversation
is never broken for ever.
"""

from dataclasses import dataclass
from datetime import datetime

import structlog

from snapthread.errors import FilesGone, ImageRefused
from snapthread.images.importer import ImageImporter, ImageRequest
from snapthread.meter import Meter
from snapthread.model import Claim, LedgerFile, Message, TelegramImage
from snapthread.ports import Clock, Files, Store

log = structlog.get_logger()

RESTORED_MAX = 20  # a turn, newest first; the rest become lines of text
FIRST_PLACE = 1000  # of a restored image: apart from the places of a message's own images


@dataclass(slots=True, kw_only=True, eq=False)
class Healing:
    """Puts a conversation right whose files have gone behind our back."""

    store: Store
    files: Files
    importer: ImageImporter
    clock: Clock

    async def mend(
        self, claim: Claim, failure: FilesGone, asked: tuple[str, ...], meter: Meter
    ) -> int:
        """Put the files of a failed request right; how many changed.

        Raises ImageRefused where only the question's own pictures can be the reason, ChatBusy
        where Telegram is away (then nothing is removed), and the failure itself where no file is.
        """
        files = await self.store.files_by_id(claim, asked)
        missing = [file for file in files if not await self.is_there(file)]
        if missing:
            return await self._restore_all(claim, missing, meter)
        return await self._remove_bad(claim, failure, files, meter)

    async def _restore_all(self, claim: Claim, missing: list[LedgerFile], meter: Meter) -> int:
        for number, file in enumerate(missing):
            if number < RESTORED_MAX:
                await self.restore_or_leave(claim, file, meter)
            else:
                await self._leave(claim, file, "vanished", meter)
        return len(missing)

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

    async def _remove_bad(
        self, claim: Claim, failure: FilesGone, files: tuple[LedgerFile, ...], meter: Meter
    ) -> int:
        """Every file is there, so a picture is at fault: the one named, else the question's own,
        else all."""
        own = [file for file in files if file.state == "uploaded"]
        suspects = [file for file in files if file.openai_id in failure.openai_ids] or own
        if suspects and all(file.state == "uploaded" for file in suspects):
            raise ImageRefused("refused")
        suspects = suspects or list(files)
        if not suspects:
            raise failure
        for file in suspects:
            await self._leave(claim, file, "refused", meter)
        return len(suspects)

    async def _leave(self, claim: Claim, file: LedgerFile, reason: str, meter: Meter) -> None:
        meter.retired += await self.store.retire(claim, [file.name], self.clock(), reason=reason)


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
    picture = TelegramImage(kind="photo", telegram_id=lost.telegram_id, unique_id=lost.unique_id)
    place = FIRST_PLACE + (lost.label or 0)
    return ImageRequest(message=message, picture=picture, place=place, stands_for=lost.stands_for)
