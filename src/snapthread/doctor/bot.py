"""The bot that runs on this store, where one does: when it last polled, and last answered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from snapthread.doctor.check import Check, broken, good, warning
from snapthread.doctor.service import Reply

READY: Final = "bot.ready"
POLL: Final = "bot.poll"
ANSWER: Final = "bot.answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """Facts out of the store."""

    bot_is_alive: bool = False
    last_answer: datetime | None = None
    failing_deletions: int = 0
    limits_money: bool = False  # of one person at least, by a limit of their own


NOTHING_INSIDE: Final = Inside()


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """`ready`: what /readyz says, None where the port is off; `is_alive`: what the store says."""

    ready: Reply | None
    is_alive: bool
    last_answer: datetime | None = None

    @property
    def runs(self) -> bool:
        return self.is_alive or self.page is not None

    @property
    def page(self) -> Reply | None:
        """The health of the bot that answers on the port."""
        is_bot = self.ready is not None and isinstance(self.ready.body.get("ready"), bool)
        return self.ready if is_bot else None


def check_bot(signs: Signs, now: datetime) -> list[Check]:
    if signs.page is not None:
        return [_ready(signs.page), _poll(signs.page), _answer(signs.last_answer, now)]
    taken = signs.ready is not None and signs.ready.status
    port = [broken(READY, "Another program answers on HTTP_PORT: choose another one.")]
    if signs.is_alive:
        alive = good(POLL, "It polled, or listened to its webhook, within two minutes.")
        return [*(port if taken else ()), alive, _answer(signs.last_answer, now)]
    return [*(port if taken else ()), warning(POLL, "No bot runs here now.")]


def _ready(page: Reply) -> Check:
    if page.is_ok:
        return good(READY, "It runs, and can serve.")
    reasons = page.body.get("reasons")
    told = "; ".join(map(str, reasons)) if isinstance(reasons, list) else "it does not say why"
    return broken(READY, f"It runs and cannot serve: {told}.")


def _poll(page: Reply) -> Check:
    age_s = page.body.get("last_poll_s")
    if not isinstance(age_s, int | float):
        return good(POLL, "Another process polls, or Telegram calls.")
    return good(POLL, f"It polled {age_s:.0f} s ago.")


def _answer(at: datetime | None, now: datetime) -> Check:
    if at is None:
        return good(ANSWER, "Nobody was answered within a day.")
    return good(ANSWER, f"It answered {(now - at).total_seconds():.0f} s ago.")
