"""The store on Redis or Valkey: each verb one run of a script, so atomic (decision 0014).

A script's reply can be lost although it was run: then the verb raises StoreBusy, and may have been
done. Each is safe to be tried again, as it is after a crash of ours: `accept` knows its updates,
`uploaded` and `intend` know their file, `reserve` and `revise` their record; what was claimed or
taken for a while is free again when its lease is over; `finish`, `reset`, `stop` and `jumped` find
nothing to end the second time. Only a `say` without `once` and the last words of an erasure may be
said twice, and a `forget` that is asked again finds its photo gone already.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Self

from snapthread.errors import StoreBusy, StoreTooNew
from snapthread.limits import (
    ALBUM_GATHER_S,
    CUT_TEXT_GAP_S,
    LEASE_S,
    LONGEST_UPLOAD_S,
    SEEN_S,
    WAITING_MAX,
)
from snapthread.model import (
    Claim,
    ConversationKey,
    Deletion,
    Destination,
    Erased,
    FileName,
    Installation,
    IntendedFile,
    LedgerFile,
    Line,
    Message,
    News,
    Part,
    Say,
    Transcript,
    Waiting,
    private_conversation,
)
from snapthread.ports import Arrival, ResetWords
from snapthread.store.codec import dump_say, load_message
from snapthread.store.ledger import LOOK_AGAIN_S
from snapthread.store.redis_server import Server
from snapthread.store.redis_usage import (
    allowed,
    counted_in,
    load_days,
    load_over,
    load_spent,
    load_turns,
    load_used,
    noted,
    reserved,
)
from snapthread.store.redis_words import (
    arrived,
    dump_line,
    going,
    holder,
    in_order,
    intended,
    load_claim,
    load_deletions,
    load_export,
    load_file,
    load_files,
    load_line,
    load_news,
    load_parts,
    load_waiting,
    micros,
    micros_of,
    moment,
    told,
)
from snapthread.store.redis_words import (
    command as ended,
)
from snapthread.usage import (
    RECORDS_KEPT,
    STALE,
    DailyUsage,
    Limits,
    Over,
    Spent,
    TurnRecord,
    month_of,
)

VERSION: Final = 1  # of what is written; raised with a change that older versions cannot read
TIDIED_AT_ONCE: Final = 1000  # some milliseconds
RESET_TRIES: Final = 20  # the count of files changed between asking and resetting


class RedisStore:
    """`ports.Store` on one Redis or Valkey server, and on its replicas where it has some."""

    def __init__(self, server: Server) -> None:
        self._server = server

    @classmethod
    async def open(cls, url: str) -> Self:
        """`redis://`, `rediss://` (TLS), `valkey://` or `valkeys://`.

        Raises StoreDenied where the server is not fit to be the store, StoreTooNew, StoreBusy.
        """
        store = cls(await Server.open(url))
        try:
            await store._check_version()
        except BaseException:
            await store.close()
            raise
        return store

    async def close(self) -> None:
        await self._server.close()

    async def _do(self, verb: str, **arguments: Any) -> Any:
        return await self._server.run(verb, told(**arguments))

    # ------------------------------------------------------------ the store itself

    async def _check_version(self) -> None:
        version = await self._do("open", version=VERSION)
        if version > VERSION:
            raise StoreTooNew(
                f"the store has version {version}, this Snapthread knows up to {VERSION}:"
                " run the newer Snapthread again, or restore a backup"
            )

    async def installation(self) -> Installation:
        new = secrets.token_hex(4), secrets.token_hex(32)
        id, secret = await self._do("installation", id=new[0], secret=new[1])
        return Installation(id=id, secret=bytes.fromhex(secret))

    async def take_job(self, job: str, owner: str, now: datetime, *, lease_s: float) -> bool:
        return bool(
            await self._do(
                "take_job", job=job, owner=owner, now=micros(now), lease=micros_of(lease_s)
            )
        )

    async def pause(self, service: str, until: datetime) -> None:
        await self._do("pause", service=service, until_at=micros(until))

    async def tidy(self, now: datetime) -> int:
        """In runs of `TIDIED_AT_ONCE` of each kind: a script holds up everybody."""
        tidied = 0
        while count := await self._tidy_some(now):
            tidied += count
        return tidied

    async def _tidy_some(self, now: datetime) -> int:
        return int(
            await self._do(
                "tidy",
                now=micros(now),
                seen=micros_of(SEEN_S),
                month=month_of(now),
                old=micros(now - RECORDS_KEPT),
                limit=TIDIED_AT_ONCE,
            )
        )

    async def check(self) -> None:
        await self._do("check")

    # ------------------------------------------------------------ mailboxes

    async def accept(
        self, arrivals: Sequence[Arrival], now: datetime, *, quiet_s: float
    ) -> frozenset[ConversationKey]:
        keys = await self._do(
            "accept",
            arrivals=[arrived(arrival) for arrival in arrivals],
            now=micros(now),
            quiet=micros_of(quiet_s),
            seen=micros_of(SEEN_S),
            gap=micros_of(CUT_TEXT_GAP_S),
            gather=micros_of(ALBUM_GATHER_S),
            waiting_max=WAITING_MAX,
            first_token=_first_token(),
        )
        return frozenset(map(ConversationKey, keys))

    async def claim(
        self, now: datetime, *, lease_s: float, only: ConversationKey | None = None
    ) -> Claim | None:
        reply = await self._do("claim", now=micros(now), lease=micros_of(lease_s), only=only)
        return None if reply is None else load_claim(reply)

    async def renew(self, claim: Claim, now: datetime, *, lease_s: float) -> bool:
        return bool(
            await self._do("renew", claim=holder(claim), now=micros(now), lease=micros_of(lease_s))
        )

    async def release(
        self,
        claim: Claim,
        now: datetime,
        *,
        not_before: datetime | None = None,
        uncount: bool = False,
    ) -> None:
        await self._do(
            "release",
            claim=holder(claim),
            not_before=micros(not_before or now),
            uncount=uncount,
        )

    async def take_stragglers(self, claim: Claim) -> tuple[Message, ...]:
        return in_order(await self._do("take_stragglers", claim=holder(claim)))

    async def jumpers(self) -> tuple[Message, ...]:
        return tuple(map(load_message, await self._do("jumpers")))

    async def next_wake(self, now: datetime) -> datetime | None:
        at = await self._do("next_wake", now=micros(now))
        return None if at is None else moment(at)

    async def news(self, claims: Sequence[Claim], now: datetime) -> News:
        told_of = [{**holder(claim), "turn": claim.turn} for claim in claims]
        return load_news(claims, await self._do("news", claims=told_of, now=micros(now)))

    async def waiting(self, *, limit: int) -> tuple[Waiting, ...]:
        return load_waiting(await self._do("waiting", limit=limit))

    async def aside(self, *, limit: int) -> tuple[Waiting, ...]:
        return load_waiting(await self._do("aside", limit=limit))

    async def replay(self, update_id: int, now: datetime) -> bool:
        return bool(
            await self._do(
                "replay", update_id=update_id, now=micros(now), first_token=_first_token()
            )
        )

    async def count_waiting(self) -> int:
        return int(await self._do("count_waiting"))

    # ------------------------------------------------------------ conversations

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
        lines: Sequence[Line] = (),
        says: Sequence[Say] = (),
        to: Destination,
        put_aside: bool = False,
        record: TurnRecord | None = None,
    ) -> tuple[Part, ...]:
        photos = [photo for line in lines for photo in line.photos]
        parts = await self._do(
            "finish",
            claim=holder(claim),
            now=micros(now),
            lines=[dump_line(line) for line in lines],
            photos=[{"label": photo.label, "file": photo.file} for photo in photos],
            says=[dump_say(say) for say in says],
            put_aside=put_aside,
            note=None if record is None else noted(record),
            seen=micros_of(SEEN_S),
            **going(to),
        )
        return load_parts(parts)

    async def note_stream(self, claim: Claim, message_id: int) -> None:
        await self._do("note_stream", claim=holder(claim), message_id=message_id)

    async def stop(
        self, command: Message, now: datetime, *, if_nothing: Sequence[Say]
    ) -> int | None:
        turn = await self._do(
            "stop",
            now=micros(now),
            draft_id=command.draft_id,
            if_nothing=[dump_say(say) for say in if_nothing],
            **ended(command),
        )
        return None if turn is None else int(turn)

    async def reset(self, command: Message, now: datetime, *, render: ResetWords) -> int | None:
        """A script cannot render: it does nothing where the count that was told is not right."""
        files = await self._do("count_reset", **ended(command))
        for _ in range(RESET_TRIES):
            if files is None:
                return None
            said, say = files, dump_say(render(files))
            files = await self._do("reset", now=micros(now), files=said, say=say, **ended(command))
            if files == said:
                return int(files)
        raise StoreBusy("the files of a conversation changed while it was reset")

    async def jumped(self, command: Message, now: datetime, *, says: Sequence[Say]) -> bool:
        return bool(
            await self._do(
                "jumped", now=micros(now), says=[dump_say(say) for say in says], **ended(command)
            )
        )

    async def say(
        self,
        conversation: ConversationKey,
        to: Destination,
        say: Say,
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
                say=dump_say(say),
                now=micros(now),
                once=once,
                again_at=None if again_at is None else micros(again_at),
                first_token=_first_token(),
                **going(to),
            )
        )

    async def delivered(self, claim: Claim, part: Part) -> None:
        await self._do("delivered", key=claim.conversation, id=part.id)

    async def drop_parts(self, claim: Claim) -> int:
        return int(await self._do("drop_parts", claim=holder(claim)))

    # ------------------------------------------------------------ the ledger

    async def intend(self, claim: Claim, file: IntendedFile, now: datetime) -> LedgerFile:
        return load_file(
            await self._do("intend", claim=holder(claim), file=intended(file), now=micros(now))
        )

    async def uploaded(
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

    async def give_up(self, name: FileName, now: datetime, *, unknown: bool) -> None:
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

    async def named(self, claim: Claim, openai_ids: Sequence[str]) -> tuple[LedgerFile, ...]:
        return load_files(await self._do("named", claim=holder(claim), openai_ids=list(openai_ids)))

    async def restored(self, claim: Claim, name: FileName, now: datetime) -> bool:
        return bool(await self._do("restored", claim=holder(claim), name=name, now=micros(now)))

    async def gone(self, name: FileName) -> None:
        await self._do("gone", name=name)

    async def try_later(self, name: FileName, at: datetime) -> None:
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

    async def unknown(self, files: Sequence[tuple[FileName, str]]) -> tuple[str, ...]:
        return tuple(await self._do("unknown", files=[list(file) for file in files]))

    async def retire_stranded(self, now: datetime) -> int:
        return int(await self._do("retire_stranded", now=micros(now)))

    async def count_unsettled(self, now: datetime) -> int:
        return int(await self._do("count_unsettled", old=micros(now) - micros_of(LONGEST_UPLOAD_S)))

    async def live_after(self, name: FileName | None, *, limit: int) -> tuple[LedgerFile, ...]:
        return load_files(await self._do("live_after", name=name, limit=limit))

    # ------------------------------------------------------------ people

    async def erase(
        self,
        user_id: int,
        now: datetime,
        *,
        last_words: tuple[Destination, Say] | None = None,
        asked_by: Message | None = None,
    ) -> Erased:
        last = {**going(last_words[0]), "say": dump_say(last_words[1])} if last_words else {}
        files, lines, messages, parts = await self._do(
            "erase",
            key=private_conversation(user_id),
            user_id=user_id,
            now=micros(now),
            first_token=_first_token(),
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
        say: Say,
    ) -> int:
        return int(
            await self._do(
                "adopt",
                key=private_conversation(user_id),
                user_id=user_id,
                openai_ids=list(openai_ids),
                now=micros(now),
                due_at=micros(due_at),
                say=dump_say(say),
                first_token=_first_token(),
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

    # ------------------------------------------------------------ quotas and records

    async def reserve(
        self, claim: Claim, now: datetime, *, payer: str, estimate: TurnRecord, limits: Limits
    ) -> Over | None:
        over = await self._do(
            "reserve",
            claim=holder(claim),
            now=micros(now),
            limits=allowed(limits),
            **counted_in(payer, now),
            **reserved(estimate),
        )
        return load_over(over, now)

    async def revise(self, record: TurnRecord) -> bool:
        return bool(await self._do("revise", **reserved(record)))

    async def settle_stale(self, now: datetime, *, limit: int) -> int:
        return int(await self._do("settle_stale", old=micros(now - STALE), limit=limit))

    async def spent(self, payer: str, now: datetime) -> Spent:
        return load_spent(await self._do("spent", **counted_in(payer, now)))

    async def note_delivered(self, record_id: str, delivered_ms: int) -> None:
        await self._do("note_delivered", id=record_id, delivered_ms=delivered_ms)

    async def usage(self, since: str, *, user_id: int | None = None) -> tuple[DailyUsage, ...]:
        return load_days(await self._do("usage", since=since, user_id=user_id))

    async def records_after(
        self, at: datetime, record_id: str, *, limit: int
    ) -> tuple[TurnRecord, ...]:
        return load_turns(await self._do("records_after", at=micros(at), id=record_id, limit=limit))


def _first_token() -> int:
    """Scripts have no chance of their own."""
    return secrets.randbits(40)
