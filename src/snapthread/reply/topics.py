"""Topics: a new one gets a name, and one that is gone takes its conversation along."""

import asyncio
from dataclasses import dataclass, field
from typing import Final

import structlog

from snapthread.errors import StoreBusy, StoreFull
from snapthread.model import ConversationKey, Destination, Message, is_topic
from snapthread.ports import Chat, Clock, TopicConversations

log = structlog.get_logger()

NAME_MAX: Final = 40  # characters: what a list of topics shows; Telegram takes 128
LOOK_AGAIN_S: Final = 5.0


@dataclass(slots=True, kw_only=True, eq=False)
class Topics:
    """One instance a process."""

    store: TopicConversations
    chat: Chat
    clock: Clock
    _looking: dict[ConversationKey, asyncio.Task[None]] = field(default_factory=dict, init=False)
    _naming: set[asyncio.Task[None]] = field(default_factory=set, init=False)

    def name(self, question: Message, answer: str) -> None:
        """After its first exchange: by what was asked, else by what was answered. The conversation
        was given back before, so nobody waits for it. A kill before this leaves the name that the
        topic has."""
        name = topic_name(question.text) or topic_name(answer)
        if name and is_topic(question.conversation):
            task = asyncio.create_task(self._name(question, name))
            self._naming.add(task)
            task.add_done_callback(self._naming.discard)

    async def _name(self, question: Message, name: str) -> None:
        try:
            if await self.store.take_unnamed(question.conversation):
                await self.chat.name_topic(question.destination, name)
        except (StoreBusy, StoreFull) as error:
            log.warning("trouble", kind="topic", why=str(error))

    def look(self, conversation: ConversationKey, to: Destination) -> None:
        """Telegram said that the topic is not there; nobody tells a bot when one is deleted. It is
        believed when it is said twice."""
        if to.thread_id is not None and conversation not in self._looking:
            task = asyncio.create_task(self._look_again(conversation, to))
            self._looking[conversation] = task
            task.add_done_callback(lambda _: self._looking.pop(conversation, None))

    async def _look_again(self, conversation: ConversationKey, to: Destination) -> None:
        await asyncio.sleep(LOOK_AGAIN_S)
        if await self.chat.has_topic(to):
            return
        try:
            files = await self.store.end_topic(conversation, self.clock())
        except (StoreBusy, StoreFull) as error:
            log.warning("trouble", kind="topic", why=str(error))
            return
        if files is not None:
            log.info("topic.gone", chat=to.chat_id, files=files)


def topic_name(text: str) -> str:
    """The first words."""
    line = " ".join(text.split())
    if len(line) <= NAME_MAX:
        return line
    return line[:NAME_MAX].rsplit(" ", 1)[0] + "…"
