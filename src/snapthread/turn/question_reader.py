"""Brings in the files and sounds of a question, also those of its parts that come meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from snapthread.images.importer import FileImporter
from snapthread.images.request import FileRequest
from snapthread.model import is_whole
from snapthread.ports import KnownImages, ReadableHistory, Stragglers
from snapthread.turn.overheard import Overheard
from snapthread.turn.question import (
    QuestionContext,
    can_go_on,
    file_requests,
    kept_images,
    replied_file,
)
from snapthread.turn.question_limits import QuestionLimits
from snapthread.turn.speech import ITEMS_WITH_NAMES, SpeechReader, names_of, with_speech
from snapthread.turn.state import TurnState


class QuestionStore(KnownImages, Stragglers, ReadableHistory, Protocol):
    """The store as a question that is read needs it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class QuestionReader:
    """Reads a question until it is whole: then it can be asked."""

    store: QuestionStore
    importer: FileImporter
    speech: SpeechReader
    limits: QuestionLimits
    overheard: Overheard

    async def read(self, turn: TurnState) -> None:
        """Raises only failures that no file and no sound is to blame for."""
        can_wait = can_go_on(turn.messages)
        await self._import(turn)
        while await self._transcribe(turn) and can_wait:
            await self._take_stragglers(turn)  # photos of what is said, while that was written down
            self.limits.check_size(turn)

    async def _import(self, turn: TurnState) -> None:
        """Bring every file in, also of the parts of the album that come meanwhile."""
        self.limits.check(turn, turn.messages)
        label = await self._replied_label(turn)
        turn.context = QuestionContext(is_late=turn.claim.is_late, replied_label=label)
        await self._import_more(turn, file_requests(turn.messages, replied=label is None))
        if can_go_on(turn.messages):
            await self._take_stragglers(turn)
        self.limits.check_size(turn)

    async def _replied_label(self, turn: TurnState) -> int | None:
        """The label of the file replied to, where it is in the conversation."""
        claim, replied = turn.claim, replied_file(turn.messages)
        known = await self.store.image_of(claim, replied.unique_id) if replied else ()
        label = known[0].label if is_whole(known) else None
        if claim.redo is not None and (label or 0) > claim.redo.last_label:
            return None  # it is one of those that the question itself brought in
        return label

    async def _take_stragglers(self, turn: TurnState) -> None:
        """Take the parts of the question that came meanwhile; what is no part of it gets a
        sentence."""
        while stragglers := await self.store.take_stragglers(turn.claim):
            came = tuple(map(self.speech.profile.mark_unsupported, stragglers))
            questions = tuple(filter(self.limits.is_answerable, came))
            turn.unsupported = (
                *turn.unsupported,
                *(message for message in came if message not in questions),
            )
            self.limits.check(turn, (*turn.messages, *questions))
            if questions and await self.limits.admit(turn, (*turn.messages, *questions)):
                await self._import_more(turn, file_requests(questions, replied=False))

    async def _import_more(self, turn: TurnState, requests: Sequence[FileRequest]) -> None:
        """Files that are there from the last time need no upload."""
        turn.requests = (*turn.requests, *requests)
        there = kept_images(requests, turn.claim.redo.files if turn.claim.redo else ())
        missing = tuple(one for one in requests if one not in there)
        admit = partial(self.limits.admit_opened, turn)
        imported = await self.importer.import_files(turn.claim, missing, turn.meter, admit=admit)
        results = {**there, **{one.request: one for one in imported}}
        turn.results = (*turn.results, *[results[one] for one in requests])

    async def _transcribe(self, turn: TurnState) -> bool:
        """Make the transcripts the text of the question. Is there any that was not there yet?"""
        known = {one.message.update_id for one in turn.heard}
        new = [one for one in turn.messages if one.sound and one.update_id not in known]
        names = await self._names(turn) if new else ()
        admit = partial(self.limits.admit_sound, turn)
        heard = await self.speech.read(new, turn.meter, admit=admit, names=names)
        turn.heard = (*turn.heard, *heard)
        turn.messages = with_speech(turn.messages, heard)
        is_spoken = any(one.text for one in turn.heard)
        turn.context = replace(turn.context, is_spoken=is_spoken)
        self.limits.check(turn, turn.messages)
        return bool(heard)

    async def _names(self, turn: TurnState) -> tuple[str, ...]:
        """Hints of what a sound may name: people and documents of the conversation."""
        page = await self.store.history_page(
            turn.claim.conversation, before=None, after=None, word="", most=ITEMS_WITH_NAMES
        )
        overheard = self.overheard.before(turn.messages)
        return names_of(turn.messages, [entry.item for entry in page.entries], overheard)
