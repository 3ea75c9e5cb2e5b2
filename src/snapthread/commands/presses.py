"""Pressed buttons: of settings, of pages, of the history, of admins, and of a question with two
answers. Those below an answer are in asking_anew.py."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from snapthread.commands import screens
from snapthread.commands.admin import AdminCommands
from snapthread.commands.admission import ADMIT, REFUSE, Admission
from snapthread.commands.choosing import Choosing
from snapthread.commands.confirming import MARKED_S, Confirmation, confirmation_in, mark_of
from snapthread.commands.eraser import UserEraser
from snapthread.commands.history import HISTORY_PRESS, History
from snapthread.commands.replies import PressAnswer
from snapthread.commands.rights import GroupRights
from snapthread.model import Message, OutgoingMessage, StopTurn
from snapthread.model.people import Caller
from snapthread.ports import AnsweredPresses, Clock, Outbox, PageChoices
from snapthread.texts.localizer import Localizer
from snapthread.turn.pages import ChosenPages, chosen_pages


class PressStore(AnsweredPresses, Outbox, PageChoices, Protocol):
    """The store as pressed buttons need it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Presses:
    """Finds whose button it is, and what it answers."""

    store: PressStore
    eraser: UserEraser
    rights: GroupRights
    choosing: Choosing
    history: History
    admission: Admission
    admin: AdminCommands
    clock: Clock
    files_retired: Callable[[], None]

    async def answer(
        self, press: Message, caller: Caller, t: Localizer, stop_turn: StopTurn
    ) -> PressAnswer:
        """A button that means nothing any more says so."""
        if (choice := screens.choice_in(press.word)) is not None:
            return await self.choosing.press(press, choice, caller, t)
        if chosen := chosen_pages(press.word):
            return await self._choose_pages(press, chosen, t)
        if press.word.startswith(HISTORY_PRESS):
            return await self._turn_page(press, t)
        if self.admin.is_for(press):
            return await self.admin.press(press, t)
        if press.word.startswith((ADMIT, REFUSE)) and press.user_id in self.admin.admins:
            return await self.admission.decide(press, t)
        answer = confirmation_in(press.word)
        if answer is None or not press.is_private:
            return PressAnswer(toast=t("press_unknown"))
        await self._confirm(press, answer, t, stop_turn)
        return PressAnswer()

    async def _confirm(
        self, press: Message, answer: Confirmation, t: Localizer, stop_turn: StopTurn
    ) -> None:
        """Do what was confirmed, in one transaction with the press: the first one counts. An
        answered question says so."""
        is_open = answer.is_open(self.clock())
        if is_open and answer.is_yes and await self._erase_once(press, t, stop_turn):
            return
        late = OutgoingMessage(text=t("press_too_late", command=f"/{answer.asked}"))
        kept = OutgoingMessage(text=t("delete_me_kept"))
        await self.store.answer_press(
            press,
            self.clock(),
            once=mark_of(press),
            again_after_s=MARKED_S,
            outgoing=kept if is_open else late,
            otherwise=late,
        )

    async def _choose_pages(self, press: Message, chosen: ChosenPages, t: Localizer) -> PressAnswer:
        """The question is asked anew, on these pages."""
        shown = OutgoingMessage(text=t("document_pages_chosen", pages=chosen.pages))
        is_known = await self.store.choose_pages(
            press, self.clock(), update_id=chosen.update_id, chosen=chosen.pages, shown=shown
        )
        if is_known:
            return PressAnswer()
        late = OutgoingMessage(text=t("document_pages_too_late"))
        return PressAnswer(replies=(late,), is_stale=True)

    async def _erase_once(self, press: Message, t: Localizer, stop_turn: StopTurn) -> bool:
        """False where an earlier press was answered."""
        once = mark_of(press)
        if await self.store.was_said(once, self.clock(), again_after_s=MARKED_S):
            return False
        await stop_turn()
        is_done = await self.eraser.erase_at_once(
            press,
            replace(press.destination, replaces=press.message_id),
            OutgoingMessage(text=t("deleted_me")),
            once=once,
            again_after_s=MARKED_S,
        )
        if is_done:
            self.files_retired()
        return is_done

    async def _turn_page(self, press: Message, t: Localizer) -> PressAnswer:
        if not await self.rights.may_read_history(press):
            return PressAnswer(toast=t("group_history_admins"))
        return await self.history.press(press, t)
