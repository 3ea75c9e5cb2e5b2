"""Paces of edits: the usual pace, and slower where Telegram said to wait."""

from dataclasses import dataclass, field
from typing import Final

from snapthread.clock import now_s

SLOWEST_S: Final = 10.0
SLOW_FOR_S: Final = 600.0


@dataclass(slots=True, kw_only=True, eq=False)
class EditPaces:
    """The chats of this process that were told to wait, each for ten minutes."""

    _slow: dict[int, tuple[float, float]] = field(default_factory=dict, init=False)

    def pace_s(self, chat_id: int, usual_s: float) -> float:
        pace_s, until_s = self._slow.get(chat_id, (usual_s, 0.0))
        return pace_s if now_s() < until_s else usual_s

    def slow_down(self, chat_id: int, usual_s: float) -> None:
        """Half as often as until now."""
        pace_s = min(SLOWEST_S, 2 * self.pace_s(chat_id, usual_s))
        self._slow = {chat: slow for chat, slow in self._slow.items() if now_s() < slow[1]}
        self._slow[chat_id] = pace_s, now_s() + SLOW_FOR_S
