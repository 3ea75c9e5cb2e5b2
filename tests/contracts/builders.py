"""Builders of the contract tests: small words for messages, and a bench for a store.

A bench owns a store and a clock, and calls the port's verbs from plain code. To run the contracts
over one more adapter, add its opener to `STORES`.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

from snapthread import ports
from snapthread.limits import LEASE_S, LOOK_AGAIN_S
from snapthread.model import (
    Claim,
    ConversationKey,
    Deletion,
    Destination,
    Ending,
    Erased,
    FileName,
    HistoryImage,
    HistoryItem,
    IntendedFile,
    LedgerFile,
    Message,
    OutboxMessage,
    OutgoingMessage,
    Part,
    RepliedMessage,
    Role,
    TelegramImage,
    Transcript,
    private_conversation,
)
from snapthread.model.quotas import LimitExceeded, Limits, Spending
from snapthread.model.usage import DailyUsage, TurnRecord, day_of
from snapthread.ports import Arrival, RequestBounds
from snapthread.store import Store
from snapthread.vision_tokens import Cut
from tests.servers import Server, redis_server, valkey
from tests.stores import open_in_memory, put_new_store

T = TypeVar("T")
Opener = Callable[[Path], Awaitable[Store]]

START: Final = datetime(2026, 11, 12, 14, 2, 0, 250_000, tzinfo=UTC)
QUIET_S: Final = 0.9
MONTH_S: Final = 30 * 86_400.0
ANN: Final = 7
BOB: Final = 8
EVER: Final = datetime(2000, 1, 1, tzinfo=UTC)
NO_LIMITS: Final = Limits()
FULL: Final = OutgoingMessage(text="Too many messages wait; please try again later.")


async def open_sqlite(folder: Path) -> Store:
    put_new_store(folder / "snapthread.db")
    return await Store.open(folder / "snapthread.db")


async def open_sqlite_in_memory(_: Path) -> Store:
    return await open_in_memory()


async def open_valkey(folder: Path) -> Store:
    return await _open_server(valkey(), folder)


async def open_redis(folder: Path) -> Store:
    return await _open_server(redis_server(), folder)


async def _open_server(server: Server, folder: Path) -> Store:
    """One database of the server for each folder; empty at the first time."""
    return await Store.open(f"redis://127.0.0.1:{server.port}/{server.database(folder)}")


STORES: Final[dict[str, Opener]] = {
    "sqlite": open_sqlite,
    "valkey": open_valkey,
    "redis": open_redis,
}

_ids = itertools.count(1)


def restart_ids() -> None:
    """So that the same story has the same ids each time it is told."""
    global _ids  # noqa: PLW0603
    _ids = itertools.count(1)


def next_id() -> int:
    return next(_ids)


def message(
    text: str = "What is this?",
    *,
    user: int = ANN,
    conversation: ConversationKey | None = None,
    update_id: int | None = None,
    sent_at: datetime = START,
    image: TelegramImage | None = None,
    album: str | None = None,
    reply: RepliedMessage | None = None,
) -> Message:
    """A question of one user; each has ids of its own, later ones higher."""
    number = next_id()
    return Message(
        update_id=number if update_id is None else update_id,
        conversation=conversation or private_conversation(user),
        chat_id=user,
        message_id=1000 + number,
        user_id=user,
        sent_at=sent_at,
        text=text,
        image=image,
        album_id=album,
        reply=reply,
    )


def command(word: str = "reset", *, user: int = ANN) -> Message:
    number = next_id()
    return Message(
        update_id=number,
        conversation=private_conversation(user),
        chat_id=user,
        message_id=1000 + number,
        user_id=user,
        sent_at=START,
        kind="command",
        word=word,
        text=f"/{word}",
    )


def picture(unique_id: str | None = None) -> TelegramImage:
    number = next_id()
    return TelegramImage(
        kind="photo", telegram_id=f"telegram-{number}", unique_id=unique_id or f"unique-{number}"
    )


def photo(text: str = "", *, user: int = ANN, album: str | None = None) -> Message:
    return message(text, user=user, image=picture(), album=album)


def album(parts: int, *, user: int = ANN, id: str | None = None) -> tuple[Message, ...]:
    album_id = id or f"album-{next_id()}"
    return tuple(photo(user=user, album=album_id) for _ in range(parts))


def cut_text(units: int = 4096, *, user: int = ANN, sent_at: datetime = START) -> Message:
    """A text so long that a client may have cut it."""
    return message("x" * units, user=user, sent_at=sent_at)


def line(
    role: Role = "user", text: str = "words", *, tokens: int = 10, photos: Any = ()
) -> HistoryItem:
    return HistoryItem(role=role, text=text, tokens=tokens, images=tuple(photos), at=START)


def turn(text: str = "words", *, tokens: int = 10) -> tuple[HistoryItem, HistoryItem]:
    return line("user", text, tokens=tokens), line("assistant", text, tokens=tokens)


def shown(file: LedgerFile, *, label: int = 1) -> HistoryItem:
    """A line of the conversation that holds a photo."""
    return shown_as(file.image_key, label=label)


def shown_as(name: FileName, *, label: int = 1) -> HistoryItem:
    return line(photos=[HistoryImage(label=label, file=name, sent_at=START)])


def destination(user: int = ANN) -> Destination:
    return Destination(chat_id=user)


def words(text: str = "An answer.") -> OutgoingMessage:
    return OutgoingMessage(text=text)


def reset_words(files: int) -> OutgoingMessage:
    return OutgoingMessage(text=f"cleared, {files} files")


class Bench:
    """A store with a clock of its own, called from plain code."""

    def __init__(self, opener: Opener, folder: Path) -> None:
        self._runner = asyncio.Runner()
        self.history_start: int | None = None  # of the last transcript, kept with its answer
        self.now = START
        try:
            self.store = self.run(_opened(opener, folder))
        except BaseException:  # a server that is not here skips the test
            self._runner.close()
            raise

    def run(self, verb: Coroutine[Any, Any, T]) -> T:
        return self._runner.get_loop().run_until_complete(verb)

    def close(self) -> None:
        self.run(self.store.close())
        self._runner.close()

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    # ------------------------------------------------------------ queues

    def send(
        self, *messages: Message, if_full: OutgoingMessage = FULL
    ) -> frozenset[ConversationKey]:
        """As Telegram brings them, a hundred at once."""
        ready: frozenset[ConversationKey] = frozenset()
        for start in range(0, max(len(messages), 1), 100):
            some = messages[start : start + 100]
            arrivals = [Arrival(message=message, if_full=if_full) for message in some]
            ready |= self.run(self.store.accept(arrivals, self.now, quiet_s=QUIET_S))
        return ready

    def send_and_claim(self, *messages: Message, claims: int) -> tuple[Claim, ...]:
        arrivals = [Arrival(message=message, if_full=FULL) for message in messages]
        _, found = self.run(
            self.store.accept_and_claim(
                arrivals, self.now, quiet_s=QUIET_S, claims=claims, lease_s=LEASE_S
            )
        )
        return found

    def claim(
        self, *, only: ConversationKey | None = None, lease_s: float = LEASE_S
    ) -> Claim | None:
        return self.run(self.store.claim(self.now, lease_s=lease_s, only=only))

    def take(self, *, only: ConversationKey | None = None) -> Claim:
        """A claim that must be there."""
        claim = self.claim(only=only)
        assert claim is not None, "nothing could be claimed"
        return claim

    def ask(self, *messages: Message) -> Claim:
        """Send a question and claim it."""
        self.send(*messages or (message(),))
        self.wait(QUIET_S)
        return self.take()

    def crash(self, claim: Claim) -> None:
        """The worker is gone, and its lease passes."""
        assert claim is not None
        self.wait(LEASE_S)

    def renew(self, claim: Claim, *, lease_s: float = LEASE_S) -> bool:
        return self.run(self.store.renew(claim, self.now, lease_s=lease_s))

    def release(
        self, claim: Claim, *, not_before: datetime | None = None, uncount: bool = False
    ) -> None:
        self.run(self.store.release(claim, self.now, not_before=not_before, uncount=uncount))

    def stragglers(self, claim: Claim) -> tuple[Message, ...]:
        return self.run(self.store.take_stragglers(claim))

    def jumpers(self) -> tuple[Message, ...]:
        return self.run(self.store.urgent_commands())

    def next_wake(self) -> datetime | None:
        return self.run(self.store.next_wake(self.now))

    # ------------------------------------------------------------ conversations

    def compose(
        self,
        claim: Claim,
        *,
        max_tokens: int = 60_000,
        question_tokens: int = 10,
        max_images: int = 0,
        question_files: tuple[FileName, ...] = (),
        file_tokens: ports.FileTokens | None = None,
    ) -> Transcript:
        transcript = self.run(
            self.store.compose(
                claim,
                self.now,
                max_tokens=max_tokens,
                question_tokens=question_tokens,
                max_images=max_images,
                question_files=question_files,
                file_tokens=file_tokens,
            )
        )
        self.history_start = transcript.history_start
        return transcript

    def finish(
        self,
        claim: Claim,
        *lines: HistoryItem,
        replies: tuple[OutgoingMessage, ...] = (),
        dead_letter: bool = False,
        reply_to: int | None = None,
        record: TurnRecord | None = None,
        taken_back_from: int | None = None,
        ending: Ending | None = None,
    ) -> tuple[OutboxMessage, ...]:
        start, self.history_start = self.history_start, None
        return self.run(
            self.store.finish(
                claim,
                self.now,
                history_start=start,
                items=lines,
                replies=replies,
                to=replace(destination(), reply_to=reply_to),
                dead_letter=dead_letter,
                record=record,
                taken_back_from=taken_back_from,
                ending=ending,
            )
        )

    def note_stream(self, claim: Claim, *message_ids: int) -> None:
        self.run(self.store.note_stream(claim, message_ids))

    def stop(self, command: Message, if_nothing: OutgoingMessage) -> int | None:
        return self.run(self.store.stop(command, self.now, if_nothing=[if_nothing]))

    def reset(self, command: Message) -> int | None:
        return self.run(self.store.reset(command, self.now, render=reset_words))

    def say(
        self,
        text: str = "A word.",
        *,
        user: int = ANN,
        once: str | None = None,
        again_after_s: float | None = None,
    ) -> bool:
        return self.run(
            self.store.enqueue(
                private_conversation(user),
                destination(user),
                OutgoingMessage(text=text),
                self.now,
                once=once,
                again_after_s=again_after_s,
            )
        )

    def delivered(self, claim: Claim, part: OutboxMessage) -> None:
        self.run(self.store.mark_sent(claim, part))

    def conclude(
        self,
        claim: Claim,
        part: OutboxMessage,
        *,
        record_id: str = "r1",
        delivered_ms: int = 1,
        message_ids: tuple[int, ...] = (),
    ) -> bool:
        return self.run(
            self.store.conclude(
                claim,
                part,
                self.now,
                record_id=record_id,
                delivered_ms=delivered_ms,
                message_ids=message_ids,
            )
        )

    def drop_outbox(self, claim: Claim) -> int:
        return self.run(self.store.drop_outbox(claim))

    def answer(
        self, claim: Claim, *lines: HistoryItem, replies: tuple[OutgoingMessage, ...] = ()
    ) -> None:
        """Finish the question, deliver what it says, and give the conversation back."""
        for part in self.finish(claim, *lines, replies=replies):
            self.delivered(claim, part)
        self.release(claim)

    def talk(self, *lines: HistoryItem) -> None:
        """Have one turn with these lines."""
        self.answer(self.ask(), *lines)

    # ------------------------------------------------------------ the ledger

    def intend(self, claim: Claim, message: Message, **kw: Any) -> LedgerFile:
        intended = self.intended(message, **kw)
        return self.run(self.store.intend(claim, intended, self.now))

    def intended(
        self,
        message: Message,
        *,
        place: int = 0,
        name: str | None = None,
        image_key: FileName | None = None,
        part: Part | None = None,
    ) -> IntendedFile:
        image = message.image or picture()
        return IntendedFile(
            name=FileName(name or f"name-{next_id()}"),
            owner=message.user_id,
            update_id=message.update_id,
            position=place,
            telegram_id=image.telegram_id,
            unique_id=image.unique_id,
            size_bytes=1000,
            width=640,
            height=480,
            image_key=image_key,
            part=part,
            album_id=message.album_id,
        )

    def uploaded(self, name: FileName, openai_id: str, *, leaves_in_s: float = MONTH_S) -> bool:
        leaves_at = self.now + timedelta(seconds=leaves_in_s)
        return self.run(
            self.store.record_upload(
                name,
                openai_id,
                self.now,
                leaves_at=leaves_at,
                expires_at=leaves_at + timedelta(days=1),
            )
        )

    def upload(
        self, claim: Claim, message: Message, openai_id: str, *, leaves_in_s: float = MONTH_S
    ) -> LedgerFile:
        """Law 1 for the image of one message."""
        file = self.intend(claim, message)
        assert self.uploaded(file.name, openai_id, leaves_in_s=leaves_in_s)
        return file

    def show_long(self, *openai_ids: str, leaves_in_s: float = MONTH_S) -> list[LedgerFile]:
        """Have one turn with a long picture that stays in the conversation, in parts."""
        question = photo()
        claim, files = self.ask(question), []
        for number, openai_id in enumerate(openai_ids, start=1):
            cut = Cut((640, 4800), (0, 480 * number, 640, 480 * (number + 1)))
            part = Part(number=number, of=len(openai_ids), cut=cut)
            files.append(self.intend(claim, question, part=part))
            assert self.uploaded(files[-1].name, openai_id, leaves_in_s=leaves_in_s + number)
        images = [image for file in files for image in shown(file).images]
        self.answer(claim, replace(shown(files[0]), images=tuple(images)))
        return files

    def replace(self, claim: Claim, lost: LedgerFile, openai_id: str) -> LedgerFile:
        """Upload a lost image again."""
        again = message(image=picture(lost.unique_id), update_id=claim.messages[0].update_id)
        file = self.intend(claim, again, place=1000, image_key=lost.image_key)
        assert self.uploaded(file.name, openai_id)
        return file

    def restored(self, claim: Claim, name: FileName) -> bool:
        return self.run(self.store.replace_file(claim, name, self.now))

    def named(self, claim: Claim, *ids: str) -> tuple[LedgerFile, ...]:
        return self.run(self.store.files_by_id(claim, ids))

    def retire(self, claim: Claim, *names: FileName) -> int:
        return self.run(self.store.retire(claim, names, self.now, reason="refused"))

    def show(self, openai_id: str, *, user: int = ANN, leaves_in_s: float = MONTH_S) -> LedgerFile:
        """Have one turn whose photo stays in the conversation."""
        question = photo(user=user)
        claim = self.ask(question)
        file = self.upload(claim, question, openai_id, leaves_in_s=leaves_in_s)
        self.answer(claim, shown(file))
        return file

    def give_up(self, name: FileName, *, unknown: bool) -> None:
        self.run(self.store.fail_upload(name, self.now, unknown=unknown))

    def label_of(self, claim: Claim, unique_id: str) -> int | None:
        image = self.run(self.store.image_of(claim, unique_id))
        return image[0].label if image else None

    def files_due(self, *, limit: int = 100, lease_s: float = 60.0) -> tuple[Deletion, ...]:
        return self.run(self.store.files_due(self.now, limit=limit, lease_s=lease_s))

    def intents_due(self, *, limit: int = 100) -> tuple[Deletion, ...]:
        return self.run(
            self.store.files_due(self.now, limit=limit, lease_s=LOOK_AGAIN_S, without_id=True)
        )

    def gone(self, name: FileName) -> None:
        self.run(self.store.delete_file(name))

    def try_later(self, name: FileName, at: datetime) -> None:
        self.run(self.store.retry_later(name, at))

    def user_files(self, owner: int = ANN) -> frozenset[str]:
        return self.run(user_files(self.store, owner))

    def tidy(self) -> int:
        return self.run(self.store.tidy(self.now))

    # ------------------------------------------------------------ quotas and records

    def record(self, id: str = "r1", *, user: int = ANN, **kw: Any) -> TurnRecord:
        """Of one message, answered now, unless told otherwise."""
        told: dict[str, Any] = {"model": "gpt-6-luna", "outcome": "answered", "messages": 1} | kw
        return TurnRecord(id=id, at=self.now, user_id=user, **told)

    def reserve(
        self, claim: Claim, estimate: TurnRecord, *, payer: str = "ann", limits: Limits = NO_LIMITS
    ) -> LimitExceeded | None:
        return self.run(
            self.store.reserve(claim, self.now, payer=payer, estimate=estimate, limits=limits)
        )

    def reserve_and_compose(
        self, claim: Claim, estimate: TurnRecord, *, limits: Limits = NO_LIMITS
    ) -> tuple[LimitExceeded | None, Transcript | None]:
        bounds = RequestBounds(
            max_tokens=60_000, question_tokens=10, max_images=0, max_image_bytes=0
        )
        return self.run(
            self.store.reserve_and_compose(
                claim, self.now, payer="ann", estimate=estimate, limits=limits, bounds=bounds
            )
        )

    def revise(self, record: TurnRecord) -> bool:
        return self.run(self.store.revise(record))

    def settle_stale(self, *, limit: int = 100) -> int:
        return self.run(self.store.settle_stale(self.now, limit=limit))

    def spent(self, payer: str = "ann") -> Spending:
        return self.run(self.store.spending(payer, self.now))

    def usage(self, *, user: int | None = None) -> tuple[DailyUsage, ...]:
        return self.run(self.store.usage(day_of(self.now), user_id=user))

    def records(self) -> tuple[TurnRecord, ...]:
        return self.run(self.store.records_after(EVER, "", limit=100))

    def erase(self, user: int = ANN) -> Erased:
        return self.run(self.store.erase(user, self.now))


async def user_files(store: ports.Store, owner: int) -> frozenset[str]:
    """The OpenAI ids of every file of a user that is not gone."""
    files = (await store.export(owner))["files"]
    return frozenset(file["openai_file_id"] for file in files) - {None}


async def _opened(opener: Opener, folder: Path) -> Store:
    return await opener(folder)


def openai_ids(deletions: tuple[Deletion, ...]) -> set[str | None]:
    return {deletion.openai_id for deletion in deletions}


def texts(parts: tuple[OutboxMessage, ...]) -> list[str]:
    return [part.outgoing.text for part in parts]
