"""What a command does that waits its turn, and a pressed button; /reset is in jumping.py."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from snapthread.commands.allowance import usage_text
from snapthread.commands.eraser import UserEraser
from snapthread.model import Button, Claim, Destination, Document, Message, OutgoingMessage
from snapthread.ports import Clock, Store
from snapthread.texts.localizer import Localizer
from snapthread.turn.outcome import Outcome
from snapthread.turn.quotas import Quotas
from snapthread.usage import day_of

DELETE_ME = "delete_me:yes"
KEEP_ME = "delete_me:no"

Answer = Callable[[Claim, Message, Localizer], Awaitable[Outcome]]


@dataclass(slots=True, kw_only=True, eq=False)
class Commands:
    """One method a command; an unknown one is told so."""

    store: Store
    eraser: UserEraser
    quotas: Quotas
    clock: Clock
    retention_days: int
    files_retired: Callable[[], None]
    _answers: dict[str, Answer] = field(init=False)

    def __post_init__(self) -> None:
        self._answers = {
            "usage": self._usage,
            "forget": self._forget,
            "privacy": self._privacy,
            "export": self._export,
            "delete_me": self._delete_me,
        }

    async def answer(self, claim: Claim, message: Message, t: Localizer) -> Outcome:
        answer = self._answers.get(message.word)
        if answer is None:
            return _said(t.command(message.word))
        return await answer(claim, message, t)

    async def press(
        self, press: Message, t: Localizer, to: Destination
    ) -> tuple[OutgoingMessage, ...]:
        """What to say after a button was pressed. An old or unknown one says nothing."""
        if press.word == DELETE_ME:
            await self.eraser.erase_at_once(press, to, OutgoingMessage(text=t("deleted_me")))
            self.files_retired()
        if press.word == KEEP_ME:
            return (OutgoingMessage(text=t("delete_me_kept")),)
        return ()

    async def _usage(self, _claim: Claim, message: Message, t: Localizer) -> Outcome:
        user_id, now = message.user_id, self.clock()
        since = day_of(now.replace(day=1))
        text = usage_text(
            t,
            await self.store.usage(since, user_id=user_id),
            self.quotas.limits_of(user_id),
            await self.quotas.spent(user_id),
            now=now,
            stored_bytes=await self.store.bytes_of(user_id),
        )
        return _said(text)

    async def _forget(self, claim: Claim, message: Message, t: Localizer) -> Outcome:
        """Law 3, by the user's wish."""
        picture = message.reply.picture if message.reply else None
        if picture is None:
            return _said(t("forget_how"))
        labels = await self.store.forget(claim, picture.unique_id, self.clock())
        if not labels:
            return _said(t("forget_unknown"))
        self.files_retired()
        names = ", ".join(str(label) for label in labels)
        return _said(t("forgotten", n=len(labels), labels=names))

    async def _privacy(self, _claim: Claim, _message: Message, t: Localizer) -> Outcome:
        return _said(t("privacy", n=self.retention_days))

    async def _export(self, _claim: Claim, message: Message, t: Localizer) -> Outcome:
        held = await self.store.export(message.user_id)
        content = json.dumps(held, ensure_ascii=False, indent=2)
        document = Document(name="snapthread.json", content=content)
        outgoing = OutgoingMessage(text=t("export_caption"), document=document)
        return replace(_said(), more=(outgoing,))

    async def _delete_me(self, _claim: Claim, _message: Message, t: Localizer) -> Outcome:
        buttons = (
            Button(text=t("delete_me_yes"), press=DELETE_ME),
            Button(text=t("delete_me_no"), press=KEEP_ME),
        )
        return replace(
            _said(), more=(OutgoingMessage(text=t("delete_me_confirm"), buttons=buttons),)
        )


def _said(*texts: str) -> Outcome:
    return Outcome(result="answered", reason="command", texts=texts)
