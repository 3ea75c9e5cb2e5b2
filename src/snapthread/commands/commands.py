"""Commands that wait their turn.

A command is found in one of four places: `Commands._answers` here, `CHOICE_COMMANDS` in
choosing.py, `ADMIN_COMMANDS` in admin.py; and what waits for no question (/reset, /new, /stop) in
intake/urgent.py.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from snapthread.commands.admin import AdminCommands
from snapthread.commands.allowance import group_usage_text, usage_text
from snapthread.commands.asking_anew import AskingAnew
from snapthread.commands.choosing import CHOICE_COMMANDS, Choosing
from snapthread.commands.confirming import question
from snapthread.commands.exporter import Exporter
from snapthread.commands.history import History
from snapthread.commands.replies import reply_with
from snapthread.commands.rights import GroupRights
from snapthread.model import Claim, Message, owner_in_group
from snapthread.model.usage import day_of
from snapthread.ports import (
    Clock,
    Forgetting,
    ImageTransport,
    KnownImages,
    LastQuestions,
    OwnedFiles,
    PersonalData,
    StorageSums,
    UsageRecords,
)
from snapthread.texts.localizer import Localizer
from snapthread.turn.outcome import Outcome
from snapthread.turn.quotas import Quotas

CommandMethod = Callable[[Claim, Message, Localizer], Awaitable[Outcome]]
# What a person reads of themselves is nothing for a group.
IN_PRIVATE: Final = frozenset({"usage", "export", "delete_me"})


class CommandStore(
    KnownImages,
    LastQuestions,
    Forgetting,
    StorageSums,
    PersonalData,
    OwnedFiles,
    UsageRecords,
    Protocol,
):
    """The store as commands need it."""


@dataclass(slots=True, kw_only=True, eq=False)
class Commands:
    """One method a command; an unknown one is answered with a sentence that says so."""

    store: CommandStore
    quotas: Quotas
    rights: GroupRights
    asking_anew: AskingAnew
    choosing: Choosing
    history: History
    exporter: Exporter
    admin: AdminCommands
    clock: Clock
    retention_days: int
    transport: ImageTransport
    is_openais_own: bool  # the server that answers
    files_retired: Callable[[], None]
    _answers: dict[str, CommandMethod] = field(init=False)

    def __post_init__(self) -> None:
        self._answers = {
            "start": self._start,
            "help": self._help,
            "usage": self._usage,
            "undo": self._undo,
            "retry": self._retry,
            "forget": self._forget,
            "privacy": self._privacy,
            "history": self._history,
            "export": self._export,
            "delete_me": self._delete_me,
        }

    async def answer(self, claim: Claim, message: Message, t: Localizer) -> Outcome:
        if message.word in CHOICE_COMMANDS:
            return await self.choosing.answer(message, t)
        if self.admin.is_for(message):
            return await self.admin.answer(message, t)
        if message.word == "usage" and await self._is_for_group(message):
            return await self._group_usage(message, t)
        if message.word in IN_PRIVATE and not message.is_private:
            text = t("group_in_private", command=f"/{message.word}")
            return await self._refuse(message, text, message.word)
        answer = self._answers.get(message.word)
        if answer is None:
            return reply_with(t("unknown_command"))
        return await answer(claim, message, t)

    async def _start(self, _claim: Claim, _message: Message, t: Localizer) -> Outcome:
        return reply_with(t("start"))

    async def _help(self, _claim: Claim, _message: Message, t: Localizer) -> Outcome:
        return reply_with(t.help())

    async def _usage(self, _claim: Claim, message: Message, t: Localizer) -> Outcome:
        user_id, now = message.user_id, self.clock()
        since = day_of(now.replace(day=1))
        text = usage_text(
            t,
            await self.store.usage(since, user_id=user_id),
            await self.quotas.limits_of(user_id),
            await self.quotas.spending(user_id),
            now=now,
            stored_bytes=(await self.store.storage_of(user_id)).size_bytes,
        )
        return reply_with(text)

    async def _retry(self, claim: Claim, message: Message, t: Localizer) -> Outcome:
        """One that could not become the question it asks anew."""
        if not await self.asking_anew.can_retry(claim):
            return reply_with(t("retry_nothing"))
        return await self._refuse(message, t("group_not_asker"), "asker")

    async def _undo(self, claim: Claim, message: Message, t: Localizer) -> Outcome:
        """The end of the claim takes it back, in one transaction with the command: whatever kills
        us, it is done once."""
        last = await self.store.last_question(claim)
        if last is None:
            return reply_with(t("undo_nothing"))
        if not await self.rights.may_undo(message, last.owner):
            return await self._refuse(message, t("group_not_asker"), "asker")
        return replace(reply_with(t("undone")), taken_back_from=last.history_start)

    async def _refuse(self, message: Message, text: str, reason: str) -> Outcome:
        await self.rights.refuse(message, text, reason)
        return reply_with()

    async def _is_for_group(self, message: Message) -> bool:
        return not message.is_private and await self.rights.is_admin(message)

    async def _group_usage(self, message: Message, t: Localizer) -> Outcome:
        """The use of all of them in this group; nobody is named."""
        now = self.clock()
        rows = await self.store.group_usage(message.chat_id, day_of(now.replace(day=1)))
        return reply_with(group_usage_text(t, rows, now=now), seen_by=message.person_in_group)

    async def _forget(self, claim: Claim, message: Message, t: Localizer) -> Outcome:
        """Law 3, by the user's wish."""
        file = message.reply.file if message.reply else None
        if file is None:
            return reply_with(t("forget_how"))
        known = await self.store.image_of(claim, file.unique_id)
        if known and not await self.rights.may_forget(message, known[0].owner):
            return await self._refuse(message, t("group_not_yours"), "owner")
        forgotten = await self.store.forget(claim, file.unique_id, self.clock())
        if not forgotten:
            return reply_with(t("forget_unknown"))
        self.files_retired()
        return reply_with(*t.forgotten(forgotten))

    async def _privacy(self, _claim: Claim, message: Message, t: Localizer) -> Outcome:
        """As it is for the server and the way of images that run; and those of a way before."""
        whose = "openai" if self.is_openais_own else "other"
        is_inline = self.transport.way == "inline"
        kept = ["kept_with_files"] if is_inline else ["kept", f"files_{whose}"]
        days = t("privacy_days", n=self.retention_days)
        places = [t(f"privacy_{key}", days=days) for key in (*kept, f"sent_{whose}")]
        if left := await self._count_left_behind(message.user_id):
            key = "privacy_left_remote" if is_inline else "privacy_left_inline"
            places.insert(len(kept), t(key, n=left, days=days))
        return reply_with(t("privacy", places="\n".join(places)))

    async def _count_left_behind(self, user_id: int) -> int:
        """The number of their files that lie where none goes any more."""
        ids = [file.openai_id for file in await self.store.files_owned(user_id)]
        return sum(not self.transport.carries(id) for id in ids if id)

    async def _history(self, _claim: Claim, message: Message, t: Localizer) -> Outcome:
        """Pages of the history, with buttons; only the newest in a group where each has their own
        conversation, since the others could press them."""
        if owner_in_group(message.conversation) is not None:
            page = await self.history.answer(message, t)
            return replace(page, more=tuple(replace(each, buttons=()) for each in page.more))
        if not await self.rights.may_read_history(message):
            return reply_with(t("group_history_admins"), seen_by=message.person_in_group)
        return await self.history.answer(message, t)

    async def _export(self, _claim: Claim, message: Message, t: Localizer) -> Outcome:
        return await self.exporter.answer(message, t)

    async def _delete_me(self, _claim: Claim, _message: Message, t: Localizer) -> Outcome:
        return replace(reply_with(), more=(question("delete_me", t, self.clock()),))
