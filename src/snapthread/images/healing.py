"""Healing (law 4): a request failed and a file may be why. Find the dead files and mend them.

Each file of the request is checked at OpenAI. What is missing is fetched from Telegram, which
keeps it, uploaded and put in place; what Telegram has lost too becomes a line of text. What it does
not give just now is lost for this request, and is asked for again with the next questions. Where no
file is missing, the one that the failure names is uploaded anew, once; named again it leaves the
conversation. Where it names none, the fault may be a passing one, so the question is asked again
unchanged; then every picture is uploaded anew; only then they leave, all: a conversation is never
broken for ever. The person is told of each that leaves.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import structlog

from snapthread.concurrency.retry import Backoff, Retry
from snapthread.errors import ChatBusy, FilesBusy, FilesGone, ImageRefused
from snapthread.images.restorer import RESTORED_MAX, Restorer
from snapthread.limits import ASK_RETRY_WITHIN_S
from snapthread.meter import Meter
from snapthread.model import (
    Claim,
    FileName,
    LedgerFile,
    LostFile,
)
from snapthread.ports import Files, KnownImages

log = structlog.get_logger()

LOOKING: Final = Retry(tries=3, backoff=Backoff(first_s=1.0), patience_s=ASK_RETRY_WITHIN_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """Repairs after a failed request: files that changed, labels of those that left, and of those
    that Telegram does not give now."""

    changed: int = 0
    left: tuple[LostFile, ...] = ()
    lost: tuple[LostFile, ...] = ()
    is_nameless: bool = False  # nobody knows which file it was about
    renewed: tuple[FileName, ...] = ()  # image keys of what was there, and named all the same


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Healing:
    """Puts a conversation right whose files have gone behind our back."""

    store: KnownImages
    files: Files
    restorer: Restorer

    async def mend(
        self,
        claim: Claim,
        failure: FilesGone,
        asked: tuple[str, ...],
        meter: Meter,
        *,
        nameless: int = 0,
        renewed: tuple[FileName, ...] = (),
    ) -> Mended:
        """Put the files of a failed request right. `nameless`: how many failures of this question
        named no file before, while every file was there. `renewed`: the image keys of what was
        uploaded anew for this question, though it was there.

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
        renewed: tuple[FileName, ...],
    ) -> Mended:
        """Once anew from Telegram; then without."""
        older = [file for file in named if not _is_own(file) and file.image_key not in renewed]
        if not older:
            return await self._leave_all(claim, named, "refused", meter)
        mended = await self._restore_all(claim, older, meter)
        return replace(mended, renewed=tuple(file.image_key for file in older))

    async def _mend_nameless(
        self, claim: Claim, files: tuple[LedgerFile, ...], meter: Meter, *, before: int
    ) -> Mended:
        """One step further each time: unchanged, uploaded anew, without."""
        if not before:
            return Mended(is_nameless=True)
        own = list(filter(_is_own, files))
        _only_older(own or files)
        if before == 1:
            changed = await self.restorer.upload_anew(claim, files[:RESTORED_MAX], meter)
            return Mended(changed=changed, is_nameless=True)
        return await self._leave_all(claim, files, "refused", meter)

    async def _restore_all(self, claim: Claim, missing: list[LedgerFile], meter: Meter) -> Mended:
        ends = await self.restorer.restore_each(claim, missing[:RESTORED_MAX], meter)
        lost, rest = ends["lost"], missing[RESTORED_MAX:]
        if any(file.label is None for file in lost):  # the question's own, which it just gave
            raise ChatBusy("a file of the question is not given again")
        if rest:
            await self.restorer.mark_lost(claim, rest)
        return Mended(changed=len(missing), left=_labels(ends["left"]), lost=_labels(lost))

    async def _leave_all(
        self, claim: Claim, files: Iterable[LedgerFile], reason: str, meter: Meter
    ) -> Mended:
        leaving = tuple(files)
        for file in leaving:
            await self.restorer.leave(claim, file, reason, meter)
        return Mended(changed=len(leaving), left=_labels(leaving))

    async def is_there(self, file: LedgerFile) -> bool:
        """Asked again where OpenAI is away for a moment; raises FilesBusy where it stays away."""
        if file.openai_id is None:
            return False
        return await LOOKING.run(partial(self.files.exists, file.openai_id), on=FilesBusy)


def _is_own(file: LedgerFile) -> bool:
    """It is the question's own, which is no part of the conversation yet."""
    return file.state == "uploaded"


def _only_older(suspects: Iterable[LedgerFile]) -> None:
    """The question's own pictures are refused."""
    if all(map(_is_own, suspects)):
        raise ImageRefused("refused")


def _lost_file(file: LedgerFile) -> LostFile:
    return LostFile(file.kind, file.label or 0)


def _labels(files: Iterable[LedgerFile]) -> tuple[LostFile, ...]:
    return tuple(dict.fromkeys(_lost_file(file) for file in files if file.label is not None))
