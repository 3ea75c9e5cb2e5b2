"""Law 4: a request failed and a file may be the reason. Find the dead ones and put them right.

Each file of the request is checked at OpenAI. What is missing is fetched from Telegram, which
keeps it, uploaded and put in place; what Telegram has lost too becomes a line of text. What it does
not give just now is lost for this request, and is asked for again with the next questions. Where no
file is missing, the one that the failure names is uploaded anew, once; named again it leaves the
conversation. Where it names none, the fault may be a passing one, so the question is asked again
unchanged; then every picture is uploaded anew; only then they leave, all: a conversation is never
broken for ever. The person is told of each that leaves.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Final, Literal, Protocol

import structlog

from snapthread.clock import now_s
from snapthread.concurrency.retry import Backoff, Retry
from snapthread.errors import Busy, ChatBusy, FilesBusy, FilesGone, ImageRefused
from snapthread.images.importer import FileImporter
from snapthread.images.request import FileRequest, FileResult
from snapthread.limits import ASK_RETRY_WITHIN_S
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

LOOKING: Final = Retry(tries=3, backoff=Backoff(first_s=1.0), patience_s=ASK_RETRY_WITHIN_S)
RESTORED_MAX: Final = 20  # at once, newest first; the rest are lost until they are asked for
# A lost image is asked for with the next question, and where Telegram never gives it, ever rarer.
AGAIN_S: Final = (0.0, 60.0, 600.0, 3600.0, 86_400.0)
SOUGHT_AT_ONCE: Final = 4  # and the first that is not given ends the asking of this turn
REMEMBERED: Final = 10_000  # lost images that were asked for
FIRST_PLACE = 1000  # of a restored image: apart from the places of a message's own images


Restored = Literal["restored", "lost", "left"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """Repairs after a failed request: files that changed, labels of those that left, and of those
    that Telegram does not give now."""

    changed: int = 0
    left: tuple[LostFile, ...] = ()
    lost: tuple[LostFile, ...] = ()
    is_nameless: bool = False  # nobody knows which file it was about
    renewed: tuple[LostFile, ...] = ()  # of those that were there, and were named all the same


class HealingStore(KnownImages, Repairs, Protocol):
    """The store as healing needs it."""


@dataclass(slots=True, kw_only=True, eq=False)
class Healing:
    """Puts a conversation right whose files have gone behind our back."""

    store: HealingStore
    files: Files
    importer: FileImporter
    clock: Clock
    # By the name of a lost image: how often it was asked for, and when it is again.
    _asked: dict[str, tuple[int, float]] = field(default_factory=dict, init=False)

    async def mend(
        self,
        claim: Claim,
        failure: FilesGone,
        asked: tuple[str, ...],
        meter: Meter,
        *,
        nameless: int = 0,
        renewed: tuple[LostFile, ...] = (),
    ) -> Mended:
        """Put the files of a failed request right. `nameless`: how many failures of this question
        named no file before, while every file was there. `renewed`: what was uploaded anew for
        this question, though it was there.

        Raises ImageRefused where only the question's own pictures can be the reason, ChatBusy
        where Telegram is away (then nothing is removed), and the failure itself where no file is.
        """
        files = await self.store.files_by_id(claim, asked)
        if not files:
            raise failure
        if missing := [file for file in files if not await self.is_there(file)]:
            return await self._restore_all(claim, missing, meter)
        if named := [file for file in files if file.openai_id in failure.openai_ids]:
            if failure.is_missing and not nameless and all(map(_is_own, named)):
                return Mended(is_nameless=True)  # uploaded just now, and not known everywhere yet
            _only_older(named)
            return await self._mend_named(claim, named, meter, renewed)
        return await self._mend_nameless(claim, files, meter, before=nameless)

    async def _mend_named(
        self,
        claim: Claim,
        named: list[LedgerFile],
        meter: Meter,
        renewed: tuple[LostFile, ...],
    ) -> Mended:
        """Once anew from Telegram; then without."""
        older = [file for file in named if not _is_own(file) and _lost(file) not in renewed]
        if not older:
            return await self._leave_all(claim, named, "refused", meter)
        mended = await self._restore_all(claim, older, meter)
        return replace(mended, renewed=tuple(map(_lost, older)))

    async def _mend_nameless(
        self, claim: Claim, files: tuple[LedgerFile, ...], meter: Meter, *, before: int
    ) -> Mended:
        """One step further each time: unchanged, uploaded anew, without."""
        if not before:
            return Mended(is_nameless=True)
        own = list(filter(_is_own, files))
        _only_older(own or files)
        if before == 1:
            changed = await self._upload_anew(claim, files[:RESTORED_MAX], meter)
            return Mended(changed=changed, is_nameless=True)
        return await self._leave_all(claim, files, "refused", meter)

    async def _upload_anew(self, claim: Claim, files: Sequence[LedgerFile], meter: Meter) -> int:
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

    async def _restore_all(self, claim: Claim, missing: list[LedgerFile], meter: Meter) -> Mended:
        ends = await self._restore_each(claim, missing[:RESTORED_MAX], meter)
        lost, rest = ends["lost"], missing[RESTORED_MAX:]
        if any(file.label is None for file in lost):  # the question's own, which it just gave
            raise ChatBusy("a file of the question is not given again")
        if rest:
            await self.store.mark_lost(claim, [file.name for file in rest], self.clock())
        return Mended(changed=len(missing), left=_labels(ends["left"]), lost=_labels(lost))

    async def bring_back(self, claim: Claim, lost: Sequence[LedgerFile], meter: Meter) -> int:
        """Ask Telegram again for what was lost earlier; how many are back. Nobody waits for long:
        the question goes on without what is not to be had now."""
        due = [file for file in lost if self._asked.get(file.name, (0, 0.0))[1] <= now_s()]
        restored = 0
        try:
            for start in range(0, min(len(due), RESTORED_MAX), SOUGHT_AT_ONCE):
                some = due[start : start + SOUGHT_AT_ONCE]
                ends = await self._restore_each(claim, some, meter)
                restored += len(ends["restored"])
                if ends["lost"]:
                    break
        except Busy as busy:
            log.info("file.still_lost", why=str(busy))
        return restored

    async def _leave_all(
        self, claim: Claim, files: Iterable[LedgerFile], reason: str, meter: Meter
    ) -> Mended:
        leaving = tuple(files)
        for file in leaving:
            await self._leave(claim, file, reason, meter)
        return Mended(changed=len(leaving), left=_labels(leaving))

    async def is_there(self, file: LedgerFile) -> bool:
        """Asked again where OpenAI is away for a moment; raises FilesBusy where it stays away."""
        if file.openai_id is None:
            return False
        return await LOOKING.run(partial(self.files.exists, file.openai_id), on=FilesBusy)

    async def restore(self, claim: Claim, lost: LedgerFile, meter: Meter) -> Restored:
        """Bring a lost image back; else it becomes a line of text, for ever only where Telegram
        surely has it no more."""
        ends = await self._restore_each(claim, [lost], meter)
        return next(end for end, files in ends.items() if files)

    async def _restore_each(
        self, claim: Claim, files: Sequence[LedgerFile], meter: Meter
    ) -> dict[Restored, list[LedgerFile]]:
        ends: dict[Restored, list[LedgerFile]] = {"restored": [], "lost": [], "left": []}
        again = await self._fetch_again(claim, files, meter)
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
        if brought.fault is not None and brought.fault.fault == "unavailable":
            self._ask_later(lost)
            await self.store.mark_lost(claim, [lost.name], self.clock())
            return "lost"
        await self._leave(claim, lost, "vanished", meter)
        return "left"

    def _ask_later(self, lost: LedgerFile) -> None:
        times, _ = self._asked.pop(lost.name, (0, 0.0))
        wait_s = AGAIN_S[min(times, len(AGAIN_S) - 1)]
        self._asked[lost.name] = (times + 1, now_s() + wait_s)
        if len(self._asked) > REMEMBERED:
            del self._asked[next(iter(self._asked))]

    async def _fetch_again(
        self, claim: Claim, files: Sequence[LedgerFile], meter: Meter
    ) -> tuple[FileResult, ...]:
        """From Telegram to OpenAI, side by side."""
        wanted = [_wanted_again(claim, file, self.clock()) for file in files]
        return await self.importer.import_files(claim, wanted, meter)

    async def _leave(self, claim: Claim, file: LedgerFile, reason: str, meter: Meter) -> None:
        meter.retired += await self.store.retire(claim, [file.name], self.clock(), reason=reason)


def _is_own(file: LedgerFile) -> bool:
    """Of the question, which is no part of the conversation yet."""
    return file.state == "uploaded"


def _only_older(suspects: Iterable[LedgerFile]) -> None:
    """The question's own pictures are refused."""
    if all(map(_is_own, suspects)):
        raise ImageRefused("refused")


def _lost(file: LedgerFile) -> LostFile:
    return LostFile(file.kind, file.label or 0)


def _labels(files: Iterable[LedgerFile]) -> tuple[LostFile, ...]:
    return tuple(dict.fromkeys(_lost(file) for file in files if file.label is not None))


def _wanted_again(claim: Claim, lost: LedgerFile, now: datetime) -> FileRequest:
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
    return FileRequest(
        message=message,
        file=_as_sent(lost),
        place=place,
        image_key=lost.image_key,
        part=lost.part,
    )


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
