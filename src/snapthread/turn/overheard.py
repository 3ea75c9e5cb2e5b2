"""The last texts of a group that were not for the bot: in memory only, and only where the operator
wants them to be seen with a question."""

from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from snapthread.model import Message
from snapthread.model.context import text_tokens

TEXT_MAX: Final = 500  # characters of one of them
PLACES_MAX: Final = 1000  # groups and topics; those that were silent longest are forgotten
QUESTIONS_MAX: Final = 1000  # that wait to be asked

Topic = tuple[int, int | None]


class HeardText(NamedTuple):
    message_id: int
    user_id: int
    line: str


@dataclass(slots=True, kw_only=True, eq=False)
class Overheard:
    """One instance a process, filled by the intake and read by turns. `most`: texts a question
    takes along; 0: none is kept. After a restart, and in another process, there are none."""

    most: int = 0
    _texts: OrderedDict[Topic, deque[HeardText]] = field(default_factory=OrderedDict, init=False)
    _before: OrderedDict[int, tuple[HeardText, ...]] = field(
        default_factory=OrderedDict, init=False
    )

    def hear(self, message: Message) -> None:
        """Remember what was said to others, once, as an update that could not be kept comes again;
        pictures and sounds never."""
        if self.most and message.kind == "question" and message.text.strip():
            topic = message.chat_id, message.thread_id
            text = HeardText(message.message_id, message.user_id, _line(message))
            said = self._texts.setdefault(topic, deque(maxlen=self.most))
            self._texts.move_to_end(topic)
            if text not in said:
                said.append(text)
            _bound(self._texts, PLACES_MAX)

    def ask(self, messages: Sequence[Message]) -> None:
        """Keep what was said before this question, until it was asked; what turns out to be a part
        of it was said to nobody else."""
        own = {message.message_id for message in messages}
        for message in messages:
            said = self._texts.get((message.chat_id, message.thread_id), ())
            before = tuple(text for text in said if text.message_id not in own)
            if before and message.kind == "question":
                self._before[message.update_id] = before
                _bound(self._before, QUESTIONS_MAX)

    def before(self, messages: Sequence[Message]) -> tuple[str, ...]:
        """A line for each text, "Ann: …", oldest first."""
        if not self._before:
            return ()
        known = (self._before.get(message.update_id) for message in messages)
        return tuple(text.line for text in next(filter(None, known), ()))

    def tokens(self, messages: Sequence[Message]) -> int:
        """The lines that they add to the question."""
        return sum(map(text_tokens, self.before(messages)))

    def forget(self, chat_id: int) -> None:
        """The bot is there no more, or the group begins anew."""
        for topic in [topic for topic in self._texts if topic[0] == chat_id]:
            del self._texts[topic]

    def forget_person(self, user_id: int) -> None:
        """They were erased: what they said goes with no question any more."""
        for said in self._texts.values():
            kept = [text for text in said if text.user_id != user_id]
            said.clear()
            said.extend(kept)
        for update_id, before in self._before.items():
            self._before[update_id] = tuple(text for text in before if text.user_id != user_id)


def _line(message: Message) -> str:
    """One line, whatever it says: it is text, and must not look like more."""
    return f"{message.sender_name}: {' '.join(message.text.split())[:TEXT_MAX]}"


def _bound(kept: OrderedDict[Any, Any], most: int) -> None:
    while len(kept) > most:
        kept.popitem(last=False)
