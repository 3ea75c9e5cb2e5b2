"""Urgent commands, run side by side: those of one conversation in order, and no conversation waits
for another's turn to end, or for what Telegram says of another's admins."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from typing import Final

import structlog

from snapthread.errors import StoreBusy, StoreFull
from snapthread.model import ConversationKey, Message, StopTurn

log = structlog.get_logger()

COMMANDS_AT_ONCE: Final = 100  # conversations; each command takes a call or two of Telegram
AGAIN_S: Final = 1.0  # where the store is away

RunUrgent = Callable[[Message, StopTurn], Coroutine[None, None, None]]
# Ends what runs in a conversation; until the stack is closed nothing begins there.
EndTurns = Callable[[ConversationKey, AsyncExitStack], Coroutine[None, None, None]]


@dataclass(slots=True, kw_only=True, eq=False)
class CommandRunner:
    """`note_done`: told of each conversation whose commands were run, and whether others are
    left in the store."""

    urgent: RunUrgent
    end_turns: EndTurns
    note_done: Callable[[ConversationKey, bool], None]
    _running: dict[ConversationKey, asyncio.Task[None]] = field(default_factory=dict, init=False)
    _has_more: bool = field(default=False, init=False)  # than could be begun

    @property
    def conversations(self) -> frozenset[ConversationKey]:
        """Those whose commands run."""
        return frozenset(self._running)

    def begin(self, commands: Sequence[Message], ran_before: frozenset[ConversationKey]) -> bool:
        """Those of a conversation where some run already wait until these are done. `ran_before`:
        where some ran when the store was asked, which may be done with by now; True where it must
        be asked again because of that."""
        is_stale = False
        by_conversation = sorted(commands, key=_conversation)  # stable: in order within each
        for key, of_one in groupby(by_conversation, key=_conversation):
            if key in self._running or len(self._running) >= COMMANDS_AT_ONCE:
                self._has_more = True
            elif key in ran_before:
                is_stale = True
            else:
                self._running[key] = asyncio.create_task(self._run(key, list(of_one)))
        return is_stale

    @property
    def tasks(self) -> set[asyncio.Task[None]]:
        """Those that run."""
        return set(self._running.values())

    def cancel(self) -> None:
        """Cancel what runs: it is done at the next start."""
        for task in self.tasks:
            task.cancel()

    async def _run(self, key: ConversationKey, commands: Sequence[Message]) -> None:
        is_done = False
        try:
            is_done = await self._run_all(commands)
        finally:
            del self._running[key]
            has_more, self._has_more = self._has_more, False
            self.note_done(key, has_more or not is_done)

    async def _run_all(self, commands: Sequence[Message]) -> bool:
        try:
            for command in commands:
                async with AsyncExitStack() as held:
                    await self.urgent(command, partial(self.end_turns, command.conversation, held))
        except (StoreBusy, StoreFull) as error:
            log.warning("trouble", kind="store", why=str(error))
        except Exception as error:
            log.error("command.broke", exc_info=error)
        else:
            return True
        await asyncio.sleep(AGAIN_S)
        return False


def _conversation(command: Message) -> ConversationKey:
    return command.conversation
