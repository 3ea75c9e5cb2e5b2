"""Paces of edits: the usual pace of a chat, shared by the answers that grow in it, and slower where
Telegram said to wait."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from snapthread.clock import now_s

SLOWEST_S: Final = 10.0
SLOW_FOR_S: Final = 600.0


@dataclass(slots=True, kw_only=True, eq=False)
class EditPaces:
    """The chats of this process that have to wait, each for ten minutes."""

    _slow: dict[int, tuple[float, float]] = field(default_factory=dict, init=False)
    _growing: Counter[int] = field(default_factory=Counter, init=False)  # answers in a chat

    @contextmanager
    def share(self, chat_id: int) -> Iterator[None]:
        """One more answer grows in this chat, in another topic or for another person."""
        self._growing[chat_id] += 1
        try:
            yield
        finally:
            self._growing[chat_id] -= 1
            if not self._growing[chat_id]:
                del self._growing[chat_id]

    def pace_s(self, chat_id: int, usual_s: float) -> float:
        """Seconds between edits of one of them: Telegram counts what comes to the chat."""
        return self._of_chat(chat_id, usual_s) * max(1, self._growing[chat_id])

    def _of_chat(self, chat_id: int, usual_s: float) -> float:
        pace_s, until_s = self._slow.get(chat_id, (usual_s, 0.0))
        return pace_s if now_s() < until_s else usual_s

    def slow_down(self, chat_id: int, usual_s: float) -> None:
        """Half as often as until now."""
        pace_s = min(SLOWEST_S, 2 * self._of_chat(chat_id, usual_s))
        self._slow = {chat: slow for chat, slow in self._slow.items() if now_s() < slow[1]}
        self._slow[chat_id] = pace_s, now_s() + SLOW_FOR_S
