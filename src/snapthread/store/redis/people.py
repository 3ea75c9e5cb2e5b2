"""`ports.People`, in scripts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from snapthread.model import Destination, Erased, Message, OutgoingMessage, private_conversation
from snapthread.store.codec import dump_say
from snapthread.store.redis.scripts import Scripts, first_token
from snapthread.store.redis.usage_words import load_used
from snapthread.store.redis.words import going, load_export, micros


class RedisPeople(Scripts):
    async def erase(
        self,
        user_id: int,
        now: datetime,
        *,
        last_words: tuple[Destination, OutgoingMessage] | None = None,
        asked_by: Message | None = None,
    ) -> Erased:
        last = {**going(last_words[0]), "say": dump_say(last_words[1])} if last_words else {}
        files, lines, messages, parts = await self._do(
            "erase",
            key=private_conversation(user_id),
            user_id=user_id,
            now=micros(now),
            first_token=first_token(),
            asked_by=None if asked_by is None else asked_by.update_id,
            **last,
        )
        return Erased(files=files, lines=lines, messages=messages, parts=parts)

    async def files_of(self, user_id: int) -> int:
        return int(await self._do("files_of", user_id=user_id))

    async def bytes_of(self, user_id: int) -> int:
        return int(await self._do("bytes_of", user_id=user_id))

    async def export(self, user_id: int) -> dict[str, Any]:
        key = private_conversation(user_id)
        *held, days, turns = await self._do("export", key=key, user_id=user_id)
        return load_export(user_id, held) | load_used(days, turns)

    async def adopt(
        self,
        user_id: int,
        openai_ids: Sequence[str],
        now: datetime,
        *,
        due_at: datetime,
        outgoing: OutgoingMessage,
    ) -> int:
        return int(
            await self._do(
                "adopt",
                key=private_conversation(user_id),
                user_id=user_id,
                openai_ids=list(openai_ids),
                now=micros(now),
                due_at=micros(due_at),
                say=dump_say(outgoing),
                first_token=first_token(),
                **going(Destination(chat_id=user_id)),
            )
        )

    async def note_blocked(self, user_id: int, blocked_at: datetime | None) -> None:
        at = None if blocked_at is None else micros(blocked_at)
        await self._do("note_blocked", user_id=user_id, at=at)

    async def blocked_before(self, before: datetime, *, limit: int) -> tuple[int, ...]:
        return tuple(map(int, await self._do("blocked_before", before=micros(before), limit=limit)))

    async def user_files(self, owner: int) -> frozenset[str]:
        return frozenset(await self._do("user_files", owner=owner))
