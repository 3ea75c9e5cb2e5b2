"""A question that is asked anew: /retry, the buttons below answers, and edits."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, cast

import structlog

from snapthread.commands.access import AccessControl
from snapthread.commands.rights import GroupRights
from snapthread.limits import ATTEMPTS_MAX
from snapthread.model import AskAgain, AskAnewResult, Claim, Message, OutgoingMessage, StopTurn
from snapthread.ports import Clock, ConversationControl, EditReplies, Exchanges
from snapthread.texts.localizer import Localizer
from snapthread.turn.again import again_button

log = structlog.get_logger()

PRESS: Final = re.compile(r"(retry|continue|from):(\d{1,15})(?::-?\d{1,15})?", re.ASCII)
RETRY: Final = "retry"


class ExchangeStore(Exchanges, ConversationControl, Protocol):
    """The store as asking anew needs it."""


@dataclass(slots=True, kw_only=True, eq=False)
class AskingAnew:
    """Decides nothing itself: each verb of the store is one transaction."""

    store: ExchangeStore
    access: AccessControl
    rights: GroupRights
    clock: Clock

    async def reopen(self, claim: Claim) -> Claim:
        """The claim of a `/retry` becomes that of the question it asks anew; any other, and one
        that nothing can be done for, stays."""
        message = claim.messages[0]
        if message.kind != "command" or message.word != RETRY or claim.attempt > ATTEMPTS_MAX:
            return claim
        if await self.access.refusal(message, await self.access.caller(message)):
            return claim
        last = await self.store.last_exchange(claim)
        if last is None or not await self.rights.may_undo(message, last.owner):
            return claim
        return await self.store.reopen(claim, last.turn, self.clock()) or claim

    async def can_retry(self, claim: Claim) -> bool:
        """Is there something that whoever asked it may ask anew?"""
        return await self.store.last_exchange(claim) is not None

    # ------------------------------------------------------------ buttons

    async def may_press(self, press: Message) -> bool:
        _, turn = _parse_press(press)
        known = await self.store.exchange(press.conversation, turn)
        return known is None or await self.rights.may_undo(press, known.owner)

    async def press(self, press: Message) -> bool:
        """Do what the button says; True where it has done its work, or never will."""
        how, turn = _parse_press(press)
        t = self.access.localizer(press)
        asked = await self.store.ask_again(
            press, turn, how, self.clock(), otherwise=_otherwise(press, turn, t)
        )
        return asked != "busy"

    async def has_ended(self, stop: Message) -> bool:
        """Is the message of this Stop button an answer by now, with other buttons maybe?"""
        if stop.draft_id is None:
            return False
        known = await self.store.exchange(stop.conversation, stop.draft_id)
        return known is not None and stop.message_id in known.message_ids

    # ------------------------------------------------------------ edits

    async def edit(self, edit: Message, stop_turn: StopTurn) -> None:
        if await self.store.is_being_answered(edit):
            await stop_turn()
        t = self.access.localizer(edit)

        def older(turn: int) -> Sequence[OutgoingMessage]:
            button = again_button("from", turn, edit.conversation, t)
            text = _with_what_leaves("edited_older", edit, t)
            return (OutgoingMessage(text=text, buttons=(button,)),)

        what = await self.store.edit(
            edit,
            self.clock(),
            replies=EditReplies(
                unknown=(OutgoingMessage(text=t("edited_unknown")),),
                command=(OutgoingMessage(text=t("edited_command")),),
                older=older,
            ),
        )
        log.info("question.edited", user=edit.user_id, outcome=what)


def _parse_press(press: Message) -> tuple[AskAgain, int]:
    found = PRESS.fullmatch(press.word)
    if found is None:
        raise ValueError("no button below an answer")
    return cast("AskAgain", found[1]), int(found[2])


def _otherwise(
    press: Message, turn: int, t: Localizer
) -> Mapping[AskAnewResult, Sequence[OutgoingMessage]]:
    button = again_button("from", turn, press.conversation, t)
    whose = press.person_in_group
    return {
        "gone": (OutgoingMessage(text=t("again_gone"), seen_by=whose),),
        "older": (
            OutgoingMessage(text=_with_what_leaves("again_older", press, t), buttons=(button,)),
        ),
        "busy": (OutgoingMessage(text=t("again_busy"), seen_by=whose),),
    }


def _with_what_leaves(key: str, message: Message, t: Localizer) -> str:
    """In a group the answers stay to be read by the others."""
    return f"{t(key)} {t('again_takes_away')}" if message.is_private else t(key)
