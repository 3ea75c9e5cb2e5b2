"""The bot's log as the page shows it: the steps of each turn, and what happened beside them."""

import json
import time
from collections import deque
from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Any, Final

Json = dict[str, Any]

KEPT: Final = 400
# Fields without text that anybody wrote; the log has none such, and here it stays so.
FIELDS: Final = frozenset(
    "ms bytes pixels parts seconds pages tokens format kind outcome reason input_tokens"
    " output_tokens images messages first_token_ms wait_s why again_in_s files code route method"
    " already_gone label fault count file number found never_were user signal days exit_code"
    " pid".split()
)
# Routine that would drown the rest.
SHOWN_DEBUG: Final = frozenset({"openai.request", "turn.started", "urgent.done"})
SILENT: Final = frozenset({"getUpdates", "sendChatAction", "sendMessageDraft", "getMe"})


class Feed:
    """Events with a number each; what belongs to a turn carries its id."""

    def __init__(self) -> None:
        self.changed: Callable[[], None] = lambda: None
        self._events: deque[Json] = deque(maxlen=KEPT)
        self._numbers = count(1)
        self._turn: str | None = None  # the last one that is not done
        self._done: set[str] = set()
        self.people: set[int] = set()
        self.username = ""  # of the bot
        self.when: dict[str, Callable[[Json], None]] = {}  # by event: whom to tell

    def after(self, number: int) -> list[Json]:
        return [event for event in self._events if event["number"] > number]

    def read(self, bot: str) -> Json | None:
        """One line of the bot's log; None where it is none."""
        try:
            event = json.loads(bot)
            at = datetime.fromisoformat(event["timestamp"]).timestamp()
        except (ValueError, KeyError, TypeError):
            return None
        if self._is_worth_showing(event):
            self._add(event["event"], at, event)
        return dict(event)

    def begin_anew(self) -> None:
        """Forgets what happened; the page hears of that."""
        self._events.clear()
        self._done.clear()
        self._turn = None
        self.note("demo.anew")

    def note(self, name: str, **fields: object) -> None:
        """Something that the demo did or saw itself."""
        self._add(name, time.time(), fields)

    def note_in_turn(self, name: str, **fields: object) -> None:
        """The same, as a step of the turn that runs."""
        self.note(name, turn=self._turn, **fields)

    def _add(self, name: str, at: float, event: Json) -> None:
        turn = event.get("turn")
        if turn and turn not in self._done:
            self._turn = turn
        if name == "turn.done" and turn:
            self._done.add(turn)
            self._turn = None
        self.username = event.get("username", self.username)
        if isinstance(user := event.get("user"), int):
            self.people.add(user)
        known = {key: value for key, value in event.items() if key in FIELDS}
        self._events.append(
            {
                "number": next(self._numbers),
                "name": name,
                "at": round(at * 1000),
                "turn": turn,
                "level": event.get("level", "info"),
                **({"fields": known} if known else {}),
            }
        )
        if told := self.when.get(name):
            told(event)
        self.changed()

    def _is_worth_showing(self, event: Json) -> bool:
        if event.get("event") == "telegram.request":
            return event.get("code") != "ok" and event.get("method") not in SILENT
        return event.get("level") != "debug" or event.get("event") in SHOWN_DEBUG
