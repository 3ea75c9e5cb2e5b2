"""Claims conversations and has them served: each in order, one question at a time; people side by
side."""

import asyncio
import secrets
from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from snapthread.clock import now_s
from snapthread.concurrency.retry import Backoff
from snapthread.errors import ConversationBroken, SnapthreadError, StoreBusy, StoreFull
from snapthread.intake.broken import BrokenConversations
from snapthread.intake.command_runner import CommandRunner, RunUrgent
from snapthread.intake.keeping import ClaimKeeper, end_work
from snapthread.limits import LEASE_S, SHUTDOWN_S
from snapthread.model import Claim, ConversationKey, Served
from snapthread.ports import Claims, Clock

log = structlog.get_logger()

LOOK_EVERY_S = 2.0  # for what another process left in the store
STORE_AWAY_S = 1.0
BROKE = Backoff(first_s=1.0, longest_s=60.0)
ENDING_S = 3.0  # for what was ended to write down what it cost; the process ends with what is left
SENTENCES_AT_ONCE = 20  # beyond the slots: each takes a call or two of Telegram

Serve = Callable[[Claim], Coroutine[None, None, Served]]


@dataclass(slots=True, kw_only=True, eq=False)
class Worker:
    """Claims what is ready and keeps its lease while it is served."""

    store: Claims
    clock: Clock
    keeper: ClaimKeeper
    serve: Serve
    urgent: RunUrgent
    parallel: int
    _kept_free: int = field(default=0, init=False)  # slots, for what is being taken in
    _misses_kept_slots: bool = field(default=False, init=False)  # the loop found them taken
    _running: dict[Claim, "_Running"] = field(default_factory=dict, init=False)
    _woken: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _expected: int = field(default=1, init=False)  # conversations that are likely to be ready
    _look_at_s: float = field(default=0.0, init=False)  # when to look for urgent commands again
    _works: asyncio.Event = field(
        default_factory=asyncio.Event, init=False
    )  # set while anything runs
    _stopping: bool = field(default=False, init=False)
    _commands: CommandRunner = field(init=False)
    _broken: BrokenConversations = field(init=False)
    _failures: int = field(default=0, init=False)  # of the loop, in a row
    _commands_done: deque[ConversationKey] = field(
        default_factory=deque, init=False
    )  # where: their sentences are to be delivered
    # Held while a conversation is claimed, and while a command does what it ended the turn for.
    _claiming: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    def __post_init__(self) -> None:
        self._broken = BrokenConversations(store=self.store, clock=self.clock)
        self._commands = CommandRunner(
            urgent=self.urgent, end_turns=self._end_turns, note_done=self._note_commands_done
        )

    def wake(self, ready: int = 1, *, is_urgent: bool = True) -> None:
        """Note that this many conversations may be ready, or an urgent command may wait."""
        self._expected += ready
        if is_urgent:
            self._look_at_s = 0.0
        self._woken.set()

    @contextmanager
    def free_slots(self) -> Iterator[int]:
        """Lend the slots that nobody waits for, to conversations that are claimed in the
        transaction that takes them in."""
        is_awaited = self._expected or self._stopping
        free = 0 if is_awaited else max(self.parallel - self._taken_slots, 0)
        self._kept_free += free
        try:
            yield free
        finally:
            self._kept_free -= free
            if free and (self._expected or self._misses_kept_slots):
                self._woken.set()  # who came meanwhile, or was due, found them taken

    def begin(self, claims: Sequence[Claim], asked_s: float) -> None:
        """Serve these claims; their leases began at that time."""
        for claim in claims:
            self._begin(claim, asked_s)

    @property
    def _taken_slots(self) -> int:
        return len(self._running) + self._kept_free

    @property
    def active(self) -> int:
        return len(self._running)

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Claims that are being served here."""
        return tuple(self._running)

    async def works(self) -> None:
        """Wait until something is being served."""
        await self._works.wait()

    def lose(self, claim: Claim) -> None:
        """End what runs here for a conversation that somebody else has by now."""
        running = self._running.get(claim)
        if running and end_work(running.work):
            log.warning("trouble", kind="lease", why="the conversation was taken over or reset")

    # ------------------------------------------------------------ the loop

    async def run(self) -> None:
        """Run until `stop`; then what runs ends by itself, or is given back. Where another part of
        the bot broke, it is given back at once."""
        try:
            while not self._stopping:
                await self._run_once()
        finally:
            await self._end_running(SHUTDOWN_S if self._stopping else 0.0)

    async def _run_once(self) -> None:
        try:
            await self._run_urgent_commands()
            await self._wait(await self._claim_what_is_ready())
            self._failures = 0
        except (StoreBusy, StoreFull) as error:
            log.warning("trouble", kind="store", why=str(error))
            await asyncio.sleep(STORE_AWAY_S)
        except SnapthreadError:
            raise
        except Exception as error:  # a mistake of ours: what runs is not to blame
            self._failures += 1
            log.error("worker.broke", exc_info=error)
            await asyncio.sleep(BROKE.wait_s(self._failures))

    def stop(self) -> None:
        self._stopping = True
        self._woken.set()

    async def _run_urgent_commands(self) -> None:
        """Commands of this process come with `wake`; those of others are looked for."""
        while self._commands_done:
            await self._claim_sentence(self._commands_done.popleft())
        if now_s() < self._look_at_s:
            return
        self._look_at_s = now_s() + LOOK_EVERY_S
        try:
            ran_before = self._commands.conversations
            if self._commands.begin(await self.store.urgent_commands(), ran_before):
                self._look_at_s = 0.0
                self._woken.set()
        except ConversationBroken as error:
            self._look_at_s = 0.0
            await self._broken.put_off(error)
            self._woken.set()
        except BaseException:
            self._look_at_s = 0.0
            raise

    def _note_commands_done(self, key: ConversationKey, has_more: bool) -> None:
        self._commands_done.append(key)
        if has_more:
            self._look_at_s = 0.0
        self._woken.set()

    async def _claim_what_is_ready(self) -> datetime | None:
        """When the next conversation is ready; None where none is, or no slot is free. To ask for
        a claim that is not there costs as much as one that is, so where nothing is expected the
        store is asked for the time first."""
        self._misses_kept_slots = False
        while self._taken_slots < self.parallel and not self._stopping:
            wake_at = None if self._expected else await self.store.next_wake(self.clock())
            if not self._expected and (wake_at is None or wake_at > self.clock()):
                return wake_at
            self._expected = max(self._expected - 1, 0)
            if not await self._claim():
                self._expected = 0
                return await self.store.next_wake(self.clock())
        self._misses_kept_slots = bool(self._kept_free)
        return None

    async def _claim_sentence(self, key: ConversationKey) -> None:
        """The sentence of an urgent command waits for no slot; a question behind it does."""
        if len(self._running) < self.parallel:
            await self._claim(only=key)
        elif len(self._running) < self.parallel + SENTENCES_AT_ONCE:
            await self._claim(only=key, sentence_only=True)

    async def _claim(
        self, only: ConversationKey | None = None, *, sentence_only: bool = False
    ) -> bool:
        async with self._claiming:
            asked_s = now_s()
            try:
                claim = await self.store.claim(self.clock(), lease_s=LEASE_S, only=only)
            except ConversationBroken as error:
                await self._broken.put_off(error)
                return True
            if claim is None:
                return False
            self._broken.note_claimed(claim.conversation)
            if sentence_only and not claim.outbox:
                await self.store.release(claim, self.clock(), not_before=None, uncount=True)
                return False
            self._begin(claim, asked_s)
            return True

    def _begin(self, claim: Claim, asked_s: float) -> None:
        with structlog.contextvars.bound_contextvars(turn=secrets.token_hex(4)):
            work = asyncio.create_task(self.serve(claim))
            holder = asyncio.create_task(self._hold(claim, work, asked_s))
        self._running[claim] = _Running(work, holder)
        self._works.set()

    async def _wait(self, wake_at: datetime | None) -> None:
        """Wait until woken, or until the next conversation is ready."""
        wait_s = LOOK_EVERY_S
        if wake_at is not None:
            wait_s = min(wait_s, (wake_at - self.clock()).total_seconds())
        try:
            async with asyncio.timeout(max(wait_s, 0.001)):
                await self._woken.wait()
        except TimeoutError:
            pass
        self._woken.clear()

    # ------------------------------------------------------------ one claim

    async def _hold(self, claim: Claim, work: asyncio.Task[Served], asked_s: float) -> None:
        is_idle = await self.keeper.keep(claim, work, asked_s)
        was_full = len(self._running) >= self.parallel
        del self._running[claim]
        if not self._running:
            self._works.clear()
        if was_full or not is_idle:
            self._woken.set()

    async def _end_turns(self, key: ConversationKey, held: AsyncExitStack) -> None:
        """Stop what runs in a conversation and wait until it has ended. Until `held` is closed
        nothing is claimed: what a command ends must not begin anew before it is done."""
        if holders := self._end_of(key):
            await asyncio.wait(holders)
        await held.enter_async_context(self._claiming)
        if holders := self._end_of(key):  # it was claimed meanwhile, and has hardly begun
            await asyncio.wait(holders)

    def _end_of(self, key: ConversationKey) -> set[asyncio.Task[None]]:
        """End the work in a conversation; the tasks that hold it until then."""
        of_it = [running for claim, running in self._running.items() if claim.conversation == key]
        for running in of_it:
            end_work(running.work)
        return {running.holder for running in of_it}

    async def _end_running(self, within_s: float) -> None:
        """Let turns end by themselves for a while; what still runs is asked again at the start."""
        holders = {running.holder for running in self._running.values()}
        if ending := holders | self._commands.tasks:
            _, late = await asyncio.wait(ending, timeout=within_s)
            for running in list(self._running.values()):
                end_work(running.work)
            self._commands.cancel()
            if late:
                await asyncio.wait(late, timeout=ENDING_S)


@dataclass(frozen=True, slots=True)
class _Running:
    work: asyncio.Task[Served]
    holder: asyncio.Task[None]
