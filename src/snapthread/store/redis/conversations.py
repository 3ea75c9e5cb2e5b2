"""`ports.Conversations`, in scripts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from snapthread.errors import StoreBusy
from snapthread.limits import SEEN_S
from snapthread.model import (
    Claim,
    ConversationKey,
    Destination,
    FileName,
    HistoryItem,
    Message,
    OutboxMessage,
    OutgoingMessage,
    Transcript,
)
from snapthread.ports import ResetReply
from snapthread.store.codec import dump_say
from snapthread.store.redis.scripts import Scripts, first_token
from snapthread.store.redis.usage_words import noted
from snapthread.store.redis.words import command as ended
from snapthread.store.redis.words import (
    dump_line,
    going,
    holder,
    load_line,
    load_parts,
    micros,
    micros_of,
)
from snapthread.usage import TurnRecord

RESET_TRIES: Final = 20  # the count of files changed between asking and resetting


class RedisConversations(Scripts):
    async def compose(
        self,
        claim: Claim,
        now: datetime,
        *,
        max_tokens: int,
        question_tokens: int,
        max_images: int = 0,
        question_files: Sequence[FileName] = (),
    ) -> Transcript:
        lines, live, next_label, turn = await self._do(
            "compose",
            claim=holder(claim),
            now=micros(now),
            max_tokens=max_tokens,
            question_tokens=question_tokens,
            max_images=max_images,
            question_files=list(question_files),
        )
        return Transcript(
            lines=tuple(map(load_line, lines)),
            live={FileName(name): openai_id for name, openai_id in live},
            next_label=next_label,
            turn=turn,
        )

    async def shorten(self, claim: Claim) -> bool:
        return bool(await self._do("shorten", claim=holder(claim)))

    async def finish(
        self,
        claim: Claim,
        now: datetime,
        *,
        lines: Sequence[HistoryItem] = (),
        replies: Sequence[OutgoingMessage] = (),
        to: Destination,
        dead_letter: bool = False,
        record: TurnRecord | None = None,
    ) -> tuple[OutboxMessage, ...]:
        photos = [photo for line in lines for photo in line.photos]
        parts = await self._do(
            "finish",
            claim=holder(claim),
            now=micros(now),
            lines=[dump_line(line) for line in lines],
            photos=[{"label": photo.label, "file": photo.file} for photo in photos],
            replies=[dump_say(reply) for reply in replies],
            dead_letter=dead_letter,
            note=None if record is None else noted(record),
            seen=micros_of(SEEN_S),
            **going(to),
        )
        return load_parts(parts)

    async def note_stream(self, claim: Claim, message_id: int) -> None:
        await self._do("note_stream", claim=holder(claim), message_id=message_id)

    async def stop(
        self, command: Message, now: datetime, *, if_nothing: Sequence[OutgoingMessage]
    ) -> int | None:
        turn = await self._do(
            "stop",
            now=micros(now),
            draft_id=command.draft_id,
            if_nothing=[dump_say(reply) for reply in if_nothing],
            **ended(command),
        )
        return None if turn is None else int(turn)

    async def reset(self, command: Message, now: datetime, *, render: ResetReply) -> int | None:
        """A script cannot render: it does nothing where the count that was told is not right."""
        files = await self._do("count_reset", **ended(command))
        for _ in range(RESET_TRIES):
            if files is None:
                return None
            said, reply = files, dump_say(render(files))
            files = await self._do(
                "reset", now=micros(now), files=said, say=reply, **ended(command)
            )
            if files == said:
                return int(files)
        raise StoreBusy("the files of a conversation changed while it was reset")

    async def complete_command(
        self, command: Message, now: datetime, *, replies: Sequence[OutgoingMessage]
    ) -> bool:
        return bool(
            await self._do(
                "jumped",
                now=micros(now),
                replies=[dump_say(reply) for reply in replies],
                **ended(command),
            )
        )

    async def enqueue(
        self,
        conversation: ConversationKey,
        to: Destination,
        outgoing: OutgoingMessage,
        now: datetime,
        *,
        once: str | None = None,
        again_after_s: float | None = None,
    ) -> bool:
        again_at = None if again_after_s is None else now + timedelta(seconds=again_after_s)
        return bool(
            await self._do(
                "say",
                key=conversation,
                say=dump_say(outgoing),
                now=micros(now),
                once=once,
                again_at=None if again_at is None else micros(again_at),
                first_token=first_token(),
                **going(to),
            )
        )

    async def mark_sent(self, claim: Claim, part: OutboxMessage) -> None:
        await self._do("delivered", key=claim.conversation, id=part.id)

    async def drop_outbox(self, claim: Claim) -> int:
        return int(await self._do("drop_parts", claim=holder(claim)))
