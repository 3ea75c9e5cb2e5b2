"""Limits of a question: what one request can hold, and what the person's quotas let in."""

from dataclasses import dataclass

from snapthread.errors import (
    AlbumTooLarge,
    DocumentRefused,
    ImageRefused,
    ImagesTooLarge,
    QuestionTooLong,
)
from snapthread.images.documents import OpenedDocument
from snapthread.images.request import Opened
from snapthread.model import Message
from snapthread.turn.bounds import ContextBounds
from snapthread.turn.estimate import sure_tokens
from snapthread.turn.media import files_of
from snapthread.turn.quotas import Quotas
from snapthread.turn.state import TurnState


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class QuestionLimits:
    """Asked as the question grows: by its messages, by what was opened, by what was uploaded."""

    quotas: Quotas
    bounds: ContextBounds

    def is_answerable(self, message: Message) -> bool:
        return message.kind == "question" and (self.bounds.has_sight or not message.images)

    def check(self, turn: TurnState, messages: tuple[Message, ...]) -> None:
        """Refuse what a request cannot hold, before these are downloaded."""
        self._check_count(len(files_of(messages)))
        if sure_tokens(messages, self.quotas.profile_of(turn.meter)) > self.bounds.tokens:
            raise QuestionTooLong

    def check_size(self, turn: TurnState) -> None:
        """Refuse images that one request cannot carry: only now their parts and size are known."""
        files = [file for one in turn.results for file in one.files]
        self._check_count(len(files))
        size_bytes = sum(file.size_bytes for file in files)
        if 0 < self.bounds.image_bytes < size_bytes:
            raise ImagesTooLarge

    def _check_count(self, files: int) -> None:
        if 0 < self.bounds.images < files:
            raise AlbumTooLarge(self.bounds.images)

    async def admit(self, turn: TurnState, messages: tuple[Message, ...]) -> bool:
        """Let stragglers in where the limits let all of them in."""
        is_admitted = await self._reserve(turn, messages, turn.opened_tokens)
        if is_admitted:
            turn.messages = messages
        return is_admitted

    async def admit_sound(self, turn: TurnState, measured: Message) -> bool:
        """Reserve for its seconds, before it is transcribed."""
        messages = [
            measured if one.update_id == measured.update_id else one for one in turn.messages
        ]
        return await self.admit(turn, tuple(messages))

    async def admit_opened(self, turn: TurnState, opened: Opened) -> bool:
        """Before it goes up, and where what it may cost still fits; one after the other."""
        async with turn.one_opened:
            tokens = turn.opened_tokens + self._opened_tokens(turn, opened)
            if tokens > self.bounds.tokens:
                raise _too_long(opened, tokens)
            is_admitted = await self._reserve(turn, turn.messages, tokens)
            if is_admitted:
                turn.opened_tokens = tokens
            return is_admitted

    async def _reserve(
        self, turn: TurnState, messages: tuple[Message, ...], opened_tokens: int
    ) -> bool:
        reserved = await self.quotas.reserve(
            turn.claim, messages, turn.meter, opened_tokens=opened_tokens
        )
        turn.exceeded = reserved.exceeded or turn.exceeded
        return reserved.exceeded is None

    def _opened_tokens(self, turn: TurnState, opened: Opened) -> int:
        if isinstance(opened, OpenedDocument):
            return opened.facts.tokens
        profile = self.quotas.profile_of(turn.meter)
        return sum(profile.image_tokens(tile.width, tile.height) for tile in opened.tiles)


def _too_long(opened: Opened, tokens: int) -> DocumentRefused | ImageRefused:
    refused = DocumentRefused if isinstance(opened, OpenedDocument) else ImageRefused
    return refused("too_long", f"{tokens} tokens")
