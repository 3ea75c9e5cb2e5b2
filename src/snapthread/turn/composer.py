"""The conversation that a question is asked on, read from the store, and made to fit."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from snapthread.images.restorer import Restorer
from snapthread.limits import LEASE_S
from snapthread.model import HistoryItem, Transcript
from snapthread.ports import Clock, Context, KnownImages, RequestBounds
from snapthread.turn.bounds import ContextBounds
from snapthread.turn.items import ItemBuilder
from snapthread.turn.overheard import Overheard
from snapthread.turn.question import replied_file
from snapthread.turn.quotas import Quotas
from snapthread.turn.state import TurnState
from snapthread.turn.transcript import labels_of, without_older_half


class ComposerStore(Context, KnownImages, Protocol):
    """The store as what a question is asked on needs it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Composer:
    """Composes the transcript of each attempt anew: what is live is decided then."""

    store: ComposerStore
    restorer: Restorer
    items: ItemBuilder
    quotas: Quotas
    bounds: ContextBounds
    overheard: Overheard
    clock: Clock

    def bounds_of(self, turn: TurnState) -> RequestBounds | None:
        """The room of the request, where it can be composed before anything is brought in."""
        return self._bounds(turn, self.items.question(turn)) if turn.is_words_alone else None

    async def compose(self, turn: TurnState) -> Transcript:
        """The transcript and the question's item, whose labels go on from it."""
        transcript = await self._compose_to_fit(turn)
        if transcript.lost and not turn.is_sought:
            turn.is_sought = True
            if await self.restorer.bring_back(turn.claim, transcript.lost, turn.meter):
                transcript = await self._compose_to_fit(turn)
        if await self._recall(turn, transcript):
            transcript = await self._compose_to_fit(turn)
        redo = turn.claim.redo
        first_label = redo.last_label + 1 if redo else transcript.next_label
        turn.question = self.items.question(turn, first_label=first_label)
        return transcript

    async def _recall(self, turn: TurnState, transcript: Transcript) -> bool:
        """Show the file replied to again, where the transcript left it behind."""
        label = turn.context.replied_label
        if label is None or label in labels_of(transcript) or turn.context.recalled:
            return False
        replied = replied_file(turn.messages)
        if replied is None:
            return False
        recalled = await self.store.image_of(turn.claim, replied.unique_id)
        turn.context = replace(turn.context, recalled=recalled)
        return bool(recalled)

    async def _compose_to_fit(self, turn: TurnState) -> Transcript:
        """Read the transcript, and halve it as often as the model found it too long."""
        transcript = await self._read_fresh(turn)
        if not self.bounds.has_sight:  # a line of text stands for what was shown before
            transcript = replace(transcript, live={})
        turn.history_start = transcript.history_start
        for _ in range(turn.halvings):
            transcript = without_older_half(transcript)
        return transcript

    async def _read_fresh(self, turn: TurnState) -> Transcript:
        """The transcript as it is now; the first time it may have come with the reservation."""
        reserved, turn.reserved = turn.reserved, None
        if reserved is not None and reserved.transcript is not None:
            transcript, began = reserved.transcript, reserved.at
        else:
            began = self.clock()
            transcript = await self._read(turn, began)
        if self.clock() - began > timedelta(seconds=LEASE_S):
            return await self._read_fresh(turn)  # the machine slept: what was live may be gone
        return transcript

    async def _read(self, turn: TurnState, now: datetime) -> Transcript:
        question = self.items.question(turn)
        bounds = self._bounds(turn, question)
        return await self.store.compose(
            turn.claim,
            now,
            max_tokens=bounds.max_tokens,
            question_tokens=bounds.question_tokens,
            max_images=bounds.max_images,
            max_image_bytes=bounds.max_image_bytes,
            question_files=[photo.file for photo in question.images],
            before=turn.asked_before,
            file_tokens=bounds.file_tokens,
        )

    def _bounds(self, turn: TurnState, question: HistoryItem) -> RequestBounds:
        return RequestBounds(
            max_tokens=self.bounds.tokens,
            question_tokens=question.tokens + self.overheard.tokens(turn.messages),
            max_images=self.bounds.images,
            max_image_bytes=self.bounds.image_bytes,
            file_tokens=self.quotas.profile_of(turn.meter).file_tokens,
        )
