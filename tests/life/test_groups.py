"""The lives of a group: owners, topics, a move to another id, the bot sent away, erasures.

Everything of `Lives` happens, in private chats, in a group, in a topic of it and in a private
topic; the same promises hold. Beside them: what an erased person owned is shown nowhere.
"""

import os
from typing import Any, cast

import pytest
from hypothesis import seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from snapthread.model import (
    ConversationKey,
    Destination,
    Message,
    group_conversation,
    private_conversation,
)
from snapthread.ports import GroupChange, Update
from snapthread.reply.topics import Topics
from snapthread.store.schema.files import FILES_OWNED, SHOWN
from snapthread.store.transaction import Transaction
from tests import virtual
from tests.life.test_state_machine import EXAMPLES, LIMITS, USERS, Lives, _now

GROUP = -100
TOPIC = 7
TOPICS = st.sampled_from([None, TOPIC])
PARTS = 2


class GroupLives(Lives):
    """Two people, in private and in a group that moves, loses the bot, and loses a topic."""

    def __init__(self) -> None:
        self.group = GROUP
        self.said = 0
        self.places: dict[str, tuple[int, int | None]] = {}  # of albums
        super().__init__()

    def _says(self, user: int, **kw: Any) -> None:
        """Here and there in turn; an album stays where it began."""
        self.said += 1
        chat, thread = self._place(user, kw.get("album_id"))
        number = self.telegram.next_id()
        message = Message(
            update_id=number,
            conversation=self._key(user, chat, thread),
            chat_id=chat,
            thread_id=thread,
            message_id=number,
            user_id=user,
            sender_name="" if chat > 0 else f"Person {user}",
            sent_at=self.run(_now()),
            **kw,
        )
        self.telegram.push(message)

    def _place(self, user: int, album: str | None) -> tuple[int, int | None]:
        all_places = [(self.group, None), (self.group, TOPIC), (user, None), (user, TOPIC)]
        place = all_places[self.said % len(all_places)]
        return place if album is None else self.places.setdefault(album, place)

    def _key(self, user: int, chat: int, thread: int | None) -> ConversationKey:
        if chat > 0:
            return private_conversation(user, thread)
        return group_conversation(chat, thread)

    def _tell(self, change: GroupChange) -> None:
        self.telegram.tell(Update(update_id=self.telegram.next_id(), message=None, group=change))

    # ------------------------------------------------------------ what becomes of a group

    @rule(wait=st.floats(0, 3))
    def group_moves(self, wait: float) -> None:
        old, self.group = self.group, self.group - 1
        self._tell(GroupChange(kind="moved", chat_id=old, new_chat_id=self.group))
        self.run(self._go_on(wait))

    @rule(wait=st.floats(0, 3))
    def bot_is_sent_away(self, wait: float) -> None:
        self._tell(GroupChange(kind="left", chat_id=self.group))
        self.run(self._go_on(wait))

    @rule(thread=TOPICS)
    def topic_is_deleted(self, thread: int | None) -> None:
        place = (self.group, thread) if thread else (1, TOPIC)
        self.telegram.gone_topics.add(place)
        key = self._key(1, *place)
        self.run(self._look(key, Destination(chat_id=place[0], thread_id=place[1])))

    async def _look(self, key: ConversationKey, to: Destination) -> None:
        Topics(store=self.store, chat=cast(Any, self.telegram), clock=virtual.now).look(key, to)
        await self._go_on(6.0)
        self.telegram.gone_topics.clear()

    # ------------------------------------------------------------ what belongs to whom

    @rule(user=USERS)
    def operator_erases(self, user: int) -> None:
        owned, life = self.run(self._shown_of(user)), self.process.life
        self.run(self._beside(lambda maintenance: maintenance.eraser.erase(user)))
        assert life.died.is_set() or not owned & self.run(self._shown_of(user))

    async def _shown_of(self, user: int) -> set[str]:
        def names(tx: Transaction) -> set[str]:
            return {row.name for row in tx.range(FILES_OWNED, user) if row.state in SHOWN}

        return await self.store.backend.read(names)


@pytest.mark.parametrize("part", range(PARTS))
def test_lives_in_groups(part: int) -> None:
    """Parts that run side by side, each with lives of its own."""
    lives = int(os.environ.get("LIVES", EXAMPLES // 6)) // PARTS
    born = seed(100 + part)(type(f"GroupLives{part}", (GroupLives,), {}))
    run_state_machine_as_test(born, settings=settings(max_examples=lives, **LIMITS))
