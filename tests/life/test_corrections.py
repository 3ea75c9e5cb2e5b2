"""People who correct themselves, in the same lives: edits, /retry, /undo, Stop, and every button,
pressed in time, late and twice. After each step each question has at most one answer, and what
is live is what the items of the conversation name; at the end too."""

import os
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test

from snapthread.model import Message, private_conversation
from snapthread.store.codec import load_images
from snapthread.store.rules.exchanges import messages_of
from snapthread.store.schema.conversations import (
    CONVERSATIONS,
    EXCHANGES_OF,
    HISTORY_OF,
    HistoryRow,
)
from snapthread.store.schema.files import FILES_OF
from snapthread.store.transaction import Transaction
from tests import virtual
from tests.life.test_state_machine import EXAMPLES, LIMITS, MOMENTS, PARTS, USERS, Lives
from tests.line.mortal import Moment

CALLS = st.sampled_from(
    [
        "store.edit",
        "store.ask_again",
        "store.reopen",
        "store.is_being_answered",
        "store.complete_command",
        "store.finish",
        "store.mark_sent",
        "store.note_stream",
        "chat.edit",
        "chat.delete",
    ]
)
WAIT = st.floats(0, 3)
PICK = st.randoms(use_true_random=False)


class Corrections(Lives):
    """The same lives, with second thoughts."""

    def __init__(self) -> None:
        self.said: list[Message] = []
        self.buttons: list[tuple[int, int, str]] = []  # user, message, what it says when pressed
        super().__init__()

    def _says(self, user: int, **kw: Any) -> None:
        super()._says(user, **kw)
        message = self.telegram.waiting[-1].message
        if message is not None and message.kind == "question":
            self.said.append(message)

    @precondition(lambda self: self.said)
    @rule(pick=PICK, swaps=st.booleans(), is_newest=st.booleans(), wait=WAIT)
    def edits(self, pick: Any, swaps: bool, is_newest: bool, wait: float) -> None:
        old = self.said[-1] if is_newest else pick.choice(self.said)
        image = self._new_photo(old.user_id) if swaps and old.image else old.image
        text = f"changed {self.telegram.next_id()}"
        self._update(old.user_id, old.message_id, kind="edit", text=text, image=image)
        self.run(self._go_on(wait))

    @precondition(lambda self: self.said)
    @rule(pick=PICK)
    def edits_nothing(self, pick: Any) -> None:
        old = pick.choice(self.said)
        self._update(old.user_id, old.message_id, kind="edit", text=old.text, image=old.image)

    @rule(user=USERS, word=st.sampled_from(["retry", "undo", "stop"]), wait=WAIT)
    def commands(self, user: int, word: str, wait: float) -> None:
        self._says(user, kind="command", word=word)
        self.run(self._go_on(wait))

    @rule(pick=PICK, times=st.integers(1, 2), wait=WAIT)
    def presses(self, pick: Any, times: int, wait: float) -> None:
        """One that is shown, or one that was."""
        self._see_buttons()
        if self.buttons:
            user, message_id, word = pick.choice(self.buttons)
            for _ in range(times):
                self._update(user, message_id, kind="press", word=word, press_id="press")
        self.run(self._go_on(wait))

    @rule(answers=st.integers(1, 2))
    def answers_are_cut(self, answers: int) -> None:
        self.openai.cuts += answers

    @rule(call=CALLS, moment=MOMENTS, nth=st.integers(1, 2))
    def kill_is_ordered_there(self, call: str, moment: Moment, nth: int) -> None:
        self.process.life.kill_at(call, moment, nth=nth)

    def _see_buttons(self) -> None:
        for message_id, (to, outgoing) in self.telegram.shown.items():
            for button in outgoing.buttons:
                found = (to.chat_id, message_id, button.press)
                if not button.press.startswith("stop") and found not in self.buttons:
                    self.buttons.append(found)

    def _update(self, user: int, message_id: int, **kw: Any) -> None:
        message = Message(
            update_id=self.telegram.next_id(),
            conversation=private_conversation(user),
            chat_id=user,
            message_id=message_id,
            user_id=user,
            sent_at=self.run(_now()),
            **kw,
        )
        self.telegram.push(message)

    # ------------------------------------------------------------ the promises

    @invariant()
    def each_conversation_is_right(self) -> None:
        self._see_buttons()
        self.run(self.store.backend.read(_check_conversations))

    async def _check_end(self) -> None:
        await super()._check_end()
        await self.store.backend.read(_check_conversations)


def _check_conversations(tx: Transaction) -> None:
    for user in (1, 2):
        key = private_conversation(user)
        talk = tx.get(CONVERSATIONS, key)
        if talk is None:
            continue
        items = tx.range(HISTORY_OF, key)
        for first, second in pairwise([None, *items]):
            assert second is not None
            is_answer = second.role == "assistant"
            assert not is_answer or (first is not None and first.role == "user"), roles(items)
        named = {image.file for item in items for image in load_images(item.images)}
        live = {file.image_key for file in tx.range(FILES_OF, key, "live")}
        assert live <= named, (live - named, roles(items))
        _check_exchanges(tx, key, items)


def _check_exchanges(tx: Transaction, key: str, items: list[HistoryRow]) -> None:
    """In order, each with items of its own, and no question in two of them."""
    exchanges = tx.range(EXCHANGES_OF, key)
    starts = [exchange.history_start for exchange in exchanges]
    assert starts == sorted(set(starts)), starts
    asked = [message.message_id for row in exchanges for message in messages_of(row)]
    assert len(asked) == len(set(asked)), asked


def roles(items: list[HistoryRow]) -> list[str]:
    return [item.role for item in items]


async def _now() -> Any:
    return virtual.now()


@pytest.mark.parametrize("part", range(PARTS))
def test_corrections(part: int) -> None:
    lives = int(os.environ.get("LIVES", EXAMPLES // 3)) // PARTS
    born = seed(part)(type(f"Corrections{part}", (Corrections,), {}))
    run_state_machine_as_test(born, settings=settings(max_examples=lives, **LIMITS))
