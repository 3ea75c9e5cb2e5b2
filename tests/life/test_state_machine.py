"""Any sequence of what people, time, operators, faults and kills can do, and the promises.

After each step: no request named a file that had left. At the end, after `reconcile`: OpenAI holds
exactly the ledger's files, none of a past epoch, and every accepted question was answered.
"""

import asyncio
import os
import random
import secrets
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, cast
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from snapthread.bot import Bot
from snapthread.errors import AssistantBusy, ChatBusy, FilesBusy, ImageRefused, OutOfCredit
from snapthread.images.housekeeping import LOOK_EVERY_S
from snapthread.images.transport import FilesOfBothWays, InlineFiles
from snapthread.model import (
    Message,
    RepliedMessage,
    TelegramDocument,
    TelegramFile,
    TelegramImage,
    private_conversation,
)
from snapthread.ports import Way
from snapthread.settings import Settings
from snapthread.store.rules.files import LOST, picture_of
from snapthread.store.schema.conversations import CONVERSATIONS, HELD, READY
from snapthread.store.schema.files import RETIRED, SHOWN_NAMES, UNSETTLED
from snapthread.store.schema.queues import ALL_QUEUED, OUTBOX_OF
from snapthread.store.table import Index
from snapthread.store.transaction import Transaction
from snapthread.wiring import (
    Adapters,
    FileComponents,
    build_bot,
    build_file_components,
    with_rate_limits,
)
from tests import virtual
from tests.doubles import FlatPrices
from tests.life.fakes import (
    TALL_PARTS,
    Blobs,
    Codec,
    Faults,
    OpenAI,
    Reader,
    Telegram,
    unknown_upload,
)
from tests.line.mortal import Life, Moment, Mortal, bury
from tests.stores import open_in_memory

USERS = st.sampled_from([1, 2])
EFFECTS = st.sampled_from(
    [
        "store.accept_and_claim",
        "store.claim",
        "chat.download",
        "store.intend",
        "files.upload",
        "store.record_upload",
        "store.compose",
        "store.reserve_and_compose",
        "assistant.ask",
        "store.finish",
        "chat.send",
        "store.conclude",
        "store.reset",
        "store.retire",
        "store.replace_file",
        "files.delete",
        "store.delete_file",
        "store.release",
    ]
)
MOMENTS: st.SearchStrategy[Moment] = st.sampled_from(["before", "reply lost", "after"])
FILE_CALLS = ["upload before", "delete before", "delete after", "exists", "list"]
DAY_S = 86_400.0
EXAMPLES = 1000 if settings.get_current_profile_name() == "ci" else 60
SOAK_EXAMPLES = 100_000
PARTS = 4


class Process:
    """One life of the bot on a store that outlives it."""

    def __init__(self, life: Life, bot: Bot, maintenance: FileComponents) -> None:
        self.life = life
        self.bot = bot
        self.maintenance = maintenance
        self.stopping = asyncio.Event()
        self.task = asyncio.create_task(bot.run(self.stopping))

    async def bury(self) -> None:
        await bury(self.task)


class Lives(RuleBasedStateMachine):
    """Two people, one bot that dies and comes back, and everything that can go wrong."""

    way: Way = "files"  # by which images reach the model, at first

    def __init__(self) -> None:
        super().__init__()
        self.names = patch.object(secrets, "token_hex", _names())  # a life can be lived again
        self.names.start()
        self.runner = asyncio.Runner(loop_factory=virtual.VirtualLoop)
        self.sent: list[tuple[int, TelegramFile, str | None]] = []
        self.disturbances = 1

    @initialize(seed=st.integers(0, 9999))
    def begin(self, seed: int) -> None:
        """Not before a first choice is made: one example in six is given up before it."""
        self.run(self._begin())
        virtual.shuffle(self.runner.get_loop(), seed)

    def run(self, coroutine: Any) -> Any:
        return self.runner.get_loop().run_until_complete(coroutine)

    async def _begin(self) -> None:
        self.faults = Faults()
        self.telegram = Telegram(self.faults)
        self.openai = OpenAI(self.faults)
        self.openai.transport.way = self.way
        self.store = await open_in_memory()
        self.settings = Settings(
            image_window=4, file_retention_days=20, user_storage_mb=0.00012, http_port=0
        )
        self.openai.retired = self._retired
        await self._start()

    async def _retired(self) -> set[str]:
        rows = await self.store.backend.read(lambda tx: tx.range(RETIRED))
        return {row.openai_id for row in rows if row.openai_id is not None}

    async def _start(self) -> None:
        life = Life()
        files = FilesOfBothWays(
            transport=self.openai.transport,
            remote=self.openai,
            inline=InlineFiles(blobs=Blobs(self.openai), clock=virtual.now),
            has_remote=True,
        )

        def mortal(name: str, edge: object) -> Any:
            return cast(Any, Mortal(name, edge, life))

        adapters = Adapters(
            store=mortal("store", self.store),
            chat=mortal("chat", self.telegram),
            assistant=mortal("assistant", self.openai),
            files=mortal("files", files),
            transport=self.openai.transport,
            transcriber=mortal("transcriber", self.openai),
            codec=Codec(),
            documents=Reader(),
            sounds=cast(Any, None),  # none is sent as a file
            clock=virtual.now,
        )
        bot = await build_bot(adapters, self.settings, FlatPrices())
        self.process = Process(
            life, bot, await build_file_components(with_rate_limits(adapters), self.settings)
        )

    async def _go_on(self, seconds: float) -> None:
        """Let time pass; a bot that died meanwhile is started again."""
        until = virtual.loop().time() + seconds
        while (left := until - virtual.loop().time()) > 1e-3:
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self.process.life.died.wait()
            if self.process.life.died.is_set():
                self.disturbances += 1
                await self.process.bury()
                await self._start()

    # ------------------------------------------------------------ people

    def _says(self, user: int, **kw: Any) -> None:
        number = self.telegram.next_id()
        message = Message(
            update_id=number,
            conversation=private_conversation(user),
            chat_id=user,
            message_id=number,
            user_id=user,
            sent_at=self.run(_now()),
            **kw,
        )
        self.telegram.push(message)

    def _new_photo(self, user: int, album: str | None = None, name: str = "photo") -> TelegramImage:
        number = len(self.sent)
        picture = TelegramImage(
            kind="photo", telegram_id=f"{name} {number:03}", unique_id=f"u{number}"
        )
        self.sent.append((user, picture, album))
        return picture

    def _new_document(self, user: int, album: str | None = None) -> TelegramDocument:
        number = len(self.sent)
        document = TelegramDocument(
            telegram_id=f"%PDF- {number:03}", unique_id=f"u{number}", file_name=f"{number}.pdf"
        )
        self.sent.append((user, document, album))
        return document

    @rule(user=USERS, wait=st.floats(0, 3))
    def asks(self, user: int, wait: float) -> None:
        self._says(user, text="question")
        self.run(self._go_on(wait))

    @rule(user=USERS, wait=st.floats(0, 3))
    def sends_photo(self, user: int, wait: float) -> None:
        self._says(user, image=self._new_photo(user))
        self.run(self._go_on(wait))

    @rule(user=USERS, wait=st.floats(0, 3))
    def sends_tall_picture(self, user: int, wait: float) -> None:
        """Sent as a file: it goes up in three parts, which live and leave together."""
        self._says(user, image=self._new_photo(user, name="tall"))
        self.run(self._go_on(wait))

    @rule(user=USERS, wait=st.floats(0, 3))
    def sends_document(self, user: int, wait: float) -> None:
        self._says(user, document=self._new_document(user))
        self.run(self._go_on(wait))

    @rule(
        user=USERS,
        parts=st.integers(2, 4),
        has_document=st.booleans(),
        wait=st.floats(0, 3),
    )
    def sends_album(self, user: int, parts: int, has_document: bool, wait: float) -> None:
        album = f"album {len(self.sent)}"
        if has_document:
            self._says(user, document=self._new_document(user, album), album_id=album)
        for _ in range(parts - has_document):
            self._says(user, image=self._new_photo(user, album), album_id=album)
        self.run(self._go_on(wait))

    @precondition(lambda self: self.sent)
    @rule(pick=st.randoms(use_true_random=False), forgets=st.booleans(), wait=st.floats(0, 3))
    def replies_to_a_file(self, pick: Any, forgets: bool, wait: float) -> None:
        user, file, _ = pick.choice(self.sent)
        named = {"image" if isinstance(file, TelegramImage) else "document": file}
        reply = RepliedMessage(message_id=1, **named)
        if forgets:
            self._says(user, kind="command", word="forget", reply=reply)
        else:
            self._says(user, text="and this?", reply=reply)
        self.run(self._go_on(wait))

    @rule(user=USERS, wait=st.floats(0, 3))
    def resets(self, user: int, wait: float) -> None:
        self._says(user, kind="command", word="reset")
        self.run(self._go_on(wait))

    # ------------------------------------------------------------ time and operators

    @rule(days=st.sampled_from([0.001, 1, 10, 19.4, 40]))
    def time_passes(self, days: float) -> None:
        self.run(self._sleep(days * DAY_S))

    async def _sleep(self, seconds: float) -> None:
        """The machine sleeps: days of polling would only take the test's time."""
        virtual.jump(seconds)
        self.disturbances += 1
        await self._go_on(1.0)

    @rule()
    def operator_sweeps(self) -> None:
        self.run(self._beside(lambda maintenance: maintenance.housekeeping.sweep()))

    @rule(dry_run=st.booleans())
    def operator_reconciles(self, dry_run: bool) -> None:
        self.run(self._beside(lambda maintenance: maintenance.reconcile.run(dry_run=dry_run)))

    @rule(user=USERS)
    def operator_erases(self, user: int) -> None:
        self.run(self._beside(lambda maintenance: maintenance.eraser.erase(user)))

    async def _beside(self, job: Any) -> None:
        work = asyncio.create_task(job(self.process.maintenance))
        died = asyncio.create_task(self.process.life.died.wait())
        await asyncio.wait({work, died}, return_when=asyncio.FIRST_COMPLETED)
        died.cancel()
        if work.done() and not work.cancelled() and (error := work.exception()):
            assert isinstance(error, FilesBusy | ChatBusy), error
        if not work.done():
            work.cancel()
        await self._go_on(0.01)

    # ------------------------------------------------------------ what goes wrong

    @precondition(lambda self: self.run(self._files()))
    @rule(pick=st.randoms(use_true_random=False))
    def file_vanishes(self, pick: Any) -> None:
        self.openai.vanish(pick.choice(sorted(self.run(self._files()))))

    @precondition(lambda self: self.run(self._tall()))
    @rule(user=USERS, pick=st.randoms(use_true_random=False))
    def a_part_is_gone_for_good(self, user: int, pick: Any) -> None:
        """At OpenAI and at Telegram: the other parts of its picture leave with it."""
        openai_id, telegram_id = pick.choice(self.run(self._tall()))
        self.openai.vanish(openai_id)
        self.telegram.lost.add(telegram_id)
        self._says(user, text="and now?")
        self.run(self._go_on(3.0))

    @rule(pick=st.randoms(use_true_random=False))
    def telegram_forgets_a_file(self, pick: Any) -> None:
        if self.sent:
            self.telegram.lost.add(pick.choice(self.sent)[1].telegram_id)

    @rule(times=st.integers(1, 3))
    def telegram_gives_no_file_just_now(self, times: int) -> None:
        self.faults.order("download", *[ImageRefused("unavailable")] * times)

    @rule(is_away=st.booleans())
    def telegram_is_away(self, is_away: bool) -> None:
        self.telegram.is_away = is_away
        self.disturbances += 1

    @rule(
        call=st.sampled_from(["upload before", "delete before", "delete after", "exists", "list"])
    )
    def files_are_busy(self, call: str) -> None:
        self.faults.order(call, FilesBusy("busy"), FilesBusy("busy", retry_after_s=1.0))
        self.disturbances += 1

    @rule()
    def upload_reply_is_lost(self) -> None:
        self.faults.order("upload after", unknown_upload())

    @rule()
    def assistant_fails(self) -> None:
        self.faults.order("ask", AssistantBusy("busy"), OutOfCredit("spent"))

    @rule()
    def sending_fails(self) -> None:
        self.faults.order("send", ChatBusy("away"), ChatBusy("slow down", retry_after_s=20.0))

    @rule(effect=EFFECTS, moment=MOMENTS, nth=st.integers(1, 3))
    def kill_is_ordered(self, effect: str, moment: Moment, nth: int) -> None:
        self.process.life.kill_at(effect, moment, nth=nth)

    @rule(seconds=st.floats(0, 30))
    def killed(self, seconds: float) -> None:
        self.process.life.kill()
        self.run(self._dead_for(seconds))

    async def _dead_for(self, seconds: float) -> None:
        self.disturbances += 1
        await self.process.bury()
        await asyncio.sleep(seconds)
        await self._start()

    @rule(way=st.sampled_from(["files", "inline"]))
    def operator_changes_the_transport(self, way: Way) -> None:
        """With a restart: what lies on the other way is brought anew, and deleted there."""
        self.process.life.kill()
        self.openai.transport.way = way
        self.run(self._dead_for(1.0))

    @rule(user=USERS)
    def lease_is_lost(self, user: int) -> None:
        """As if the process had been paused: somebody else may take the conversation."""
        self.run(self._lose_lease(user))

    async def _lose_lease(self, user: int) -> None:
        self.disturbances += 1
        key = private_conversation(user)

        def lose(tx: Transaction) -> None:
            row = tx.get(CONVERSATIONS, key)
            if row is not None:
                tx.update(row, row._replace(lease_until=1))

        await self.store.backend.write(lose)

    # ------------------------------------------------------------ the promises

    @invariant()
    def no_request_names_a_file_that_the_bot_deleted_or_knows_to_be_gone(self) -> None:
        assert not self.openai.violations, self.openai.violations

    @invariant()
    def a_vanished_file_costs_one_failed_request(self) -> None:
        most = max(self.openai.failed_for.values(), default=0)
        assert most <= self.disturbances, self.openai.failed_for

    def teardown(self) -> None:
        try:
            if hasattr(self, "process"):  # it has begun
                self.run(self._end())
        finally:
            self.runner.close()
            self.names.stop()

    async def _end(self) -> None:
        self.faults.clear()
        self.telegram.is_away = False
        self.process.life.orders.clear()
        await self._rest(30.0)
        for _ in range(2):  # what is looked for, or was put off, is due after that
            virtual.jump(4000.0)
            await self._rest(15.0)
            await self.process.maintenance.reconcile.run()
        await self._go_on(10.0)
        await self._check_end()
        self.process.life.kill()
        await self.process.bury()
        await self.store.close()

    async def _rest(self, at_most_s: float) -> None:
        """Until all is done that can be, and housekeeping has looked at least once."""
        looked_s = LOOK_EVERY_S + 1.0
        await self._go_on(looked_s)
        until = virtual.loop().time() + at_most_s - looked_s
        while await self.store.backend.read(_has_work) and virtual.loop().time() < until:
            await self._go_on(2.0)

    async def _check_end(self) -> None:
        assert not self.openai.violations, self.openai.violations
        await self.store.backend.read(self._check_rows)

    def _check_rows(self, tx: Transaction) -> None:
        retired = [row for row in tx.range(RETIRED) if row.reason != LOST]  # is not at OpenAI
        rows = [*tx.range(SHOWN_NAMES), *retired, *tx.range(UNSETTLED)]
        ledger = {row.openai_id for row in rows}
        assert ledger == self.openai.files, (ledger, self.openai.files)
        lost = [row for row in tx.range(RETIRED) if row.reason == LOST]
        parts = [row for row in (*rows, *lost) if row.part is not None]
        pictures = Counter(map(picture_of, parts))
        assert set(pictures.values()) <= {TALL_PARTS}, "a part without the others"
        for row in rows:
            talk = tx.get(CONVERSATIONS, row.conversation)
            assert talk is not None
            assert (row.state, row.epoch) == ("live", talk.epoch)
            assert (talk.queued, talk.urgent, talk.undelivered) == (0, 0, 0)
            assert tx.range(OUTBOX_OF, talk.key) == []
        assert tx.count(ALL_QUEUED) == 0

    async def _tall(self) -> list[tuple[str, str]]:
        return self.openai.tall

    async def _files(self) -> set[str]:
        return self.openai.files


def _has_work(tx: Transaction) -> bool:
    """A message or an answer that waits, a file on its way in or out."""
    kinds: tuple[Index[Any], ...] = (ALL_QUEUED, READY, HELD, UNSETTLED, RETIRED)
    return any(tx.count(kind) for kind in kinds)


async def _now() -> Any:
    return virtual.now()


def _names() -> Callable[[int], str]:
    chance = random.Random(0)
    return lambda length: chance.randbytes(length).hex()


class LongLives(Lives):
    """The same, for hours."""


LIMITS: Final[dict[str, Any]] = {
    "stateful_step_count": 15,
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
}


@pytest.mark.parametrize("part", range(PARTS))
def test_lives(part: int) -> None:
    """Parts that run side by side, each with lives of its own; half of them begin with images that
    travel within the request."""
    lives = int(os.environ.get("LIVES", EXAMPLES)) // PARTS
    way = ("files", "inline")[part % 2]
    born = seed(part)(type(f"Lives{part}", (Lives,), {"way": way}))
    run_state_machine_as_test(born, settings=settings(max_examples=lives, **LIMITS))


LongLives.TestCase.settings = settings(
    max_examples=int(os.environ.get("LIVES", SOAK_EXAMPLES)), **LIMITS
)
test_long_lives = pytest.mark.soak(LongLives.TestCase)
