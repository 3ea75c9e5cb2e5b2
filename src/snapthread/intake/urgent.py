"""Urgent commands, which wait for no question: /reset, /new, /stop, pressed buttons and edits."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import structlog

from snapthread.commands.access import AccessControl
from snapthread.commands.asking_anew import PRESS, AskingAnew
from snapthread.commands.presses import Presses
from snapthread.commands.replies import PressAnswer
from snapthread.commands.rights import GroupRights
from snapthread.errors import SnapthreadError, StoreBusy, StoreFull
from snapthread.model import RESET_COMMANDS, Message, OutgoingMessage, StopTurn
from snapthread.model.people import Caller
from snapthread.ports import Chat, Clock, ConversationControl, Outbox
from snapthread.turn.running import RunningTurns
from snapthread.turn.sentences import unexpected_failure

log = structlog.get_logger()


class UrgentStore(ConversationControl, Outbox, Protocol):
    """The store as urgent commands need it."""


@dataclass(slots=True, kw_only=True, eq=False)
class UrgentCommands:
    """Runs an urgent command: its work and its last word are one transaction of the store. What
    Telegram is told beside it (a toast, a screen, buttons that go) runs in the background."""

    store: UrgentStore
    chat: Chat
    running_turns: RunningTurns
    presses: Presses
    asking_anew: AskingAnew
    access: AccessControl
    rights: GroupRights
    clock: Clock
    files_retired: Callable[[], None]
    _background: set[asyncio.Task[None]] = field(default_factory=set, init=False)  # kept alive

    async def run(self, command: Message, stop_turn: StopTurn) -> None:
        """A command that waits for no question before it. Raises StoreBusy and StoreFull only."""
        toast = ""
        try:
            toast = await self._run(command, stop_turn)
        except (StoreBusy, StoreFull):
            raise
        except Exception as error:  # noqa: BLE001 - else it would be tried for ever
            outcome = unexpected_failure(error, self.access.localizer(command))
            await self.store.complete_command(command, self.clock(), replies=outcome.replies())
        log.debug("urgent.done", kind=command.kind, user=command.user_id)
        if command.press_id is not None:
            self._in_background(self.chat.answer_press(command.press_id, toast))

    def _in_background(self, call: Coroutine[Any, Any, None]) -> None:
        """Nobody waits for it: Telegram may be slow, and the queue must not be."""
        task = asyncio.create_task(call)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _run(self, command: Message, stop_turn: StopTurn) -> str:
        """The note shown for a moment to whoever pressed a button."""
        caller = await self.access.caller(command)
        if command.kind == "press" and (answer := await self.access.press(command, caller)):
            return await self._complete_press(command, answer)
        refusal = await self.access.refusal(command, caller)
        if refusal is not None:
            await self.store.complete_command(command, self.clock(), replies=refusal.replies())
        elif command.kind == "edit":
            await self.asking_anew.edit(command, stop_turn)
        elif PRESS.fullmatch(command.word) and command.kind == "press":
            return await self._ask_again(command)
        elif command.kind == "press":
            return await self._press(command, caller, stop_turn)
        elif not await self.rights.may_end(command):
            return await self._refuse(command)
        elif command.word in RESET_COMMANDS:
            await stop_turn()
            await self._reset(command)
        elif command.word == "stop":
            await self._stop(command)
        else:
            await self.store.complete_command(command, self.clock(), replies=())
        return ""

    async def _refuse(self, command: Message) -> str:
        """Whoever pressed a button gets a note that nobody else sees."""
        text = self.access.localizer(command)("group_not_asker")
        if command.press_id is None:
            await self.rights.refuse(command, text, "asker")
        await self.store.complete_command(command, self.clock(), replies=())
        return text

    async def _press(self, press: Message, caller: Caller, stop_turn: StopTurn) -> str:
        """A screen is shown past the outbox: an answer that runs would hold it up, and a screen
        that is lost is asked for again."""
        t = self.access.localizer(press)
        return await self._complete_press(
            press, await self.presses.answer(press, caller, t, stop_turn)
        )

    async def _complete_press(self, press: Message, answer: PressAnswer) -> str:
        await self.store.complete_command(press, self.clock(), replies=answer.replies)
        if answer.screen is not None:
            self._in_background(self._show(press, answer.screen))
        elif answer.is_stale:
            self._in_background(self.chat.remove_buttons(press.destination, press.message_id))
        return answer.toast

    async def _show(self, press: Message, screen: OutgoingMessage) -> None:
        """In the place of the message with the button; where that is gone, after it."""
        to = replace(press.destination, replaces=press.message_id)
        try:
            await self.chat.edit(to, press.message_id, screen)
        except SnapthreadError as error:
            log.info("screen.not_shown", why=str(error))
            with suppress(StoreBusy, StoreFull):
                await self.store.enqueue(press.conversation, to, screen, self.clock())

    async def _ask_again(self, press: Message) -> str:
        """Buttons that have done their work go."""
        if not await self.asking_anew.may_press(press):
            return await self._refuse(press)
        if await self.asking_anew.press(press):
            self._in_background(self.chat.remove_buttons(press.destination, press.message_id))
        return ""

    async def _stop(self, command: Message) -> None:
        """The answer that runs ends with what it has said. The button is silent where none does:
        it is pressed on what may have ended just now."""
        nothing = self.access.localizer(command)("stop_nothing")
        replies = () if command.draft_id is not None else (OutgoingMessage(text=nothing),)
        turn = await self.store.stop(command, self.clock(), if_nothing=replies)
        if turn is not None:
            self.running_turns.stop(command.conversation, turn)
        elif command.press_id is not None and not await self.asking_anew.has_ended(command):
            self._in_background(self.chat.remove_buttons(command.destination, command.message_id))

    async def _reset(self, command: Message) -> None:
        """Law 2: the conversation begins anew; its running turn was stopped before."""
        t = self.access.localizer(command)
        files = await self.store.reset(
            command, self.clock(), render=lambda files: OutgoingMessage(text=t.reset(files))
        )
        if files is not None:
            log.info("conversation.reset", user=command.user_id, files=files)
            self.files_retired()
