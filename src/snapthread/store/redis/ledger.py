"""`ports.Ledger`, in scripts."""

from collections.abc import Sequence
from datetime import datetime

from snapthread.limits import LEASE_S, LONGEST_UPLOAD_S, LOOK_AGAIN_S
from snapthread.model import Claim, ConversationKey, Deletion, FileName, IntendedFile, LedgerFile
from snapthread.store.redis.scripts import Scripts
from snapthread.store.redis.words import (
    holder,
    intended,
    load_deletions,
    load_file,
    load_files,
    micros,
    micros_of,
)


class RedisLedger(Scripts):
    async def intend(self, claim: Claim, file: IntendedFile, now: datetime) -> LedgerFile:
        return load_file(
            await self._do("intend", claim=holder(claim), file=intended(file), now=micros(now))
        )

    async def record_upload(
        self,
        name: FileName,
        openai_id: str,
        now: datetime,
        *,
        leaves_at: datetime,
        expires_at: datetime,
    ) -> bool:
        return bool(
            await self._do(
                "uploaded",
                name=name,
                openai_id=openai_id,
                now=micros(now),
                leaves_at=micros(leaves_at),
                expires_at=micros(expires_at),
            )
        )

    async def fail_upload(self, name: FileName, now: datetime, *, unknown: bool) -> None:
        await self._do("give_up", name=name, now=micros(now), unknown=unknown)

    async def label_of(self, claim: Claim, unique_id: str) -> int | None:
        label = await self._do("label_of", claim=holder(claim), unique_id=unique_id)
        return None if label is None else int(label)

    async def files_due(self, now: datetime, *, limit: int, lease_s: float) -> tuple[Deletion, ...]:
        return load_deletions(
            await self._do("files_due", now=micros(now), limit=limit, lease=micros_of(lease_s))
        )

    async def intents_due(self, now: datetime, *, limit: int) -> tuple[Deletion, ...]:
        return load_deletions(
            await self._do(
                "intents_due",
                now=micros(now),
                limit=limit,
                old=micros(now) - micros_of(LONGEST_UPLOAD_S),
                again=micros(now) + micros_of(LOOK_AGAIN_S),
            )
        )

    async def retire(
        self, claim: Claim, names: Sequence[FileName], now: datetime, *, reason: str
    ) -> int:
        return int(
            await self._do(
                "retire", claim=holder(claim), names=list(names), now=micros(now), reason=reason
            )
        )

    async def files_by_id(self, claim: Claim, openai_ids: Sequence[str]) -> tuple[LedgerFile, ...]:
        return load_files(await self._do("named", claim=holder(claim), openai_ids=list(openai_ids)))

    async def replace_file(self, claim: Claim, name: FileName, now: datetime) -> bool:
        return bool(await self._do("restored", claim=holder(claim), name=name, now=micros(now)))

    async def delete_file(self, name: FileName) -> None:
        await self._do("gone", name=name)

    async def retry_later(self, name: FileName, at: datetime) -> None:
        await self._do("try_later", name=name, at=micros(at))

    async def retire_leaving(self, now: datetime, *, limit: int) -> int:
        return int(
            await self._do("retire_leaving", now=micros(now), limit=limit, lease=micros_of(LEASE_S))
        )

    async def count_remaining(self, now: datetime) -> int:
        return int(await self._do("count_remaining", now=micros(now)))

    async def make_room(
        self, claim: Claim, size_bytes: int, now: datetime, *, room_bytes: int
    ) -> int:
        return int(
            await self._do(
                "make_room",
                claim=holder(claim),
                size_bytes=size_bytes,
                room_bytes=room_bytes,
                now=micros(now),
            )
        )

    async def forget(self, claim: Claim, unique_id: str, now: datetime) -> tuple[int, ...]:
        return tuple(
            await self._do("forget", claim=holder(claim), unique_id=unique_id, now=micros(now))
        )

    async def borrow(self, key: ConversationKey, now: datetime, *, lease_s: float) -> Claim | None:
        held = await self._do("borrow", key=key, now=micros(now), lease=micros_of(lease_s))
        return None if held is None else Claim(conversation=key, token=held[0], epoch=held[1])

    async def unknown_files(self, files: Sequence[tuple[FileName, str]]) -> tuple[str, ...]:
        return tuple(await self._do("unknown", files=[list(file) for file in files]))

    async def retire_stranded(self, now: datetime) -> int:
        return int(await self._do("retire_stranded", now=micros(now)))

    async def count_unsettled(self, now: datetime) -> int:
        return int(await self._do("count_unsettled", old=micros(now) - micros_of(LONGEST_UPLOAD_S)))

    async def live_after(self, name: FileName | None, *, limit: int) -> tuple[LedgerFile, ...]:
        return load_files(await self._do("live_after", name=name, limit=limit))
