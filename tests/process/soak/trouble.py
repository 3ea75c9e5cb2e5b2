"""All that goes wrong in a long run: faults of both services, vanished files, kills, jumps."""

import asyncio
import random
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from snapthread_sandbox.faults import (
    Fault,
    cuts_body,
    cuts_stream,
    drops,
    flood,
    loses_reply,
    not_json,
    openai_error,
    rate_limited,
    server_error,
    slow,
    telegram_error,
)
from snapthread_sandbox.telegram.files import GONE
from tests.process.bot import Bot
from tests.process.soak.figures import Figures
from tests.process.town import Town

FAULT_EVERY_S: Final = (0.5, 5.0)
KILL_EVERY_S: Final = (20.0, 40.0)
JUMP_EVERY_S: Final = (45.0, 150.0)
VANISH_EVERY_S: Final = (5.0, 25.0)
STARTS_S: Final = 60.0
AHEAD_S: Final = (-86_400, -7200, -3600, -600, -30, 0, 30, 600, 3600, 7200, 86_400)

SAYS: Final = "sendMessage"
TELEGRAM: Final[tuple[tuple[str, str, Callable[[], Fault]], ...]] = (
    ("429", "sendMessage", lambda: flood(1)),
    ("429", "editMessageText", lambda: flood(2)),
    ("429", "getFile", lambda: flood(1)),
    ("502", "sendMessage", lambda: telegram_error(502, "Bad Gateway")),
    ("500", "editMessageText", lambda: telegram_error(500, "Internal Server Error")),
    ("500", "getUpdates", lambda: telegram_error(500, "Internal Server Error")),
    ("no JSON", "*", not_json),
    ("dropped", "*", drops),
    ("reset", "getUpdates", lambda: drops("reset")),
    ("reply lost", SAYS, loses_reply),
    ("reply lost", "editMessageText", loses_reply),
    ("unavailable", "getFile", lambda: telegram_error(400, f"Bad Request: {GONE}")),
    ("404", "file", lambda: telegram_error(404, "Not Found")),
    ("cut", "file", lambda: cuts_body(after_bytes=200)),
    ("slow", "file", lambda: slow(3)),
)
OPENAI: Final[tuple[tuple[str, str, Callable[[], Fault]], ...]] = (
    ("429", "POST /responses", lambda: rate_limited(1)),
    ("500", "POST /responses", server_error),
    ("503", "POST /responses", lambda: server_error(503)),
    ("dropped", "POST /responses", drops),
    ("reply lost", "POST /responses", loses_reply),
    ("cut", "POST /responses", lambda: cuts_stream(after=5)),
    ("ends early", "POST /responses", lambda: cuts_stream(after=7, ending="ended")),
    ("slow", "POST /responses", lambda: slow(4)),
    ("500", "POST /files", server_error),
    ("429", "POST /files", lambda: rate_limited(1)),
    ("dropped", "POST /files", drops),
    ("reply lost", "POST /files", loses_reply),
    ("500", "DELETE /files/{id}", server_error),
    ("429", "DELETE /files/{id}", lambda: rate_limited(1)),
    ("reply lost", "DELETE /files/{id}", loses_reply),
    ("500", "GET /files/{id}", server_error),
    ("409", "POST /files", lambda: openai_error(409, "Conflict", code="conflict")),
)


class Trouble:
    """Each kind comes at its own random instants, until it is told to end."""

    def __init__(self, town: Town, figures: Figures, clock: Path, dice: random.Random) -> None:
        self._town = town
        self._figures = figures
        self._clock = clock
        self._dice = dice
        self._gone: set[str] = set()  # vanished behind the bot's back
        self.sets_clock(0)

    async def strikes(self, until: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._again(until, FAULT_EVERY_S, self._fault))
            group.create_task(self._again(until, VANISH_EVERY_S, self._vanish))
            group.create_task(self._again(until, JUMP_EVERY_S, self._jump))
            group.create_task(self._kill(until))

    async def _again(
        self, until: asyncio.Event, every_s: tuple[float, float], strike: Callable[[], None]
    ) -> None:
        while not until.is_set():
            await asyncio.sleep(self._dice.uniform(*every_s))
            strike()

    def _fault(self) -> None:
        for double in (self._town.telegram, self._town.openai):
            double.faults.rules[:] = [rule for rule in double.faults.rules if rule.left]
        is_telegram = self._dice.random() < 0.5
        name, on, fault = self._dice.choice(TELEGRAM if is_telegram else OPENAI)
        double = self._town.telegram if is_telegram else self._town.openai
        if len(double.faults.rules) >= 6:  # of calls that nobody makes just now
            double.faults.rules.pop(0)
        double.faults.add(on=on, reply=fault(), times=self._dice.choice((1, 1, 2)))
        self._figures.faults[f"{on}: {name}"] += 1
        self._figures.twice_allowed += 2 if (name, on) == ("reply lost", SAYS) else 0

    def _vanish(self) -> None:
        files = list(self._town.openai.files)
        if files:
            file = self._dice.choice(files)
            self._town.openai.vanish(file)
            self._gone.add(file)
            self._figures.vanished += 1

    def _jump(self) -> None:
        self.sets_clock(self._dice.choice(AHEAD_S))
        self._figures.jumps += 1

    def sets_clock(self, ahead_s: int) -> None:
        self._clock.write_text(str(ahead_s))

    async def _kill(self, until: asyncio.Event) -> None:
        """Mostly at any instant; at times again and again while it starts; at times politely."""
        while not until.is_set():
            await asyncio.sleep(self._dice.uniform(*KILL_EVERY_S))
            if self._dice.random() < 0.1:
                await self._ends(politely=True)
            quick = self._dice.randint(2, 6) if self._dice.random() < 0.1 else 1
            for _ in range(quick):
                await self._ends()
                await asyncio.sleep(self._dice.uniform(0.2, 2.5))
            await self._lives()

    async def _lives(self) -> None:
        """Until it serves: on a machine that does other things it would be killed unborn."""
        bot, began = self._town.bots[-1], time.time()
        while "bot.started" not in bot.log and time.time() - began < STARTS_S:
            await asyncio.sleep(1.0)

    async def _ends(self, *, politely: bool = False) -> None:
        bot = self._town.bots[-1]
        if not bot.is_running:
            self._figures.is_bad(f"the bot ended by itself: {bot.log[-600:]}")
        elif politely:
            bot.terminate()
            self._figures.stops += 1
        else:
            bot.kill()
            self._figures.kills += 1
            self._figures.twice_allowed += 1
        await bot.ended()
        self.reads_log(bot)
        self._town.bots[:] = [self._town.starts()]

    def reads_log(self, bot: Bot) -> None:
        lines = bot.log.splitlines()
        if not lines:
            return
        for line in lines[:-1]:  # the last one may be cut by the kill
            if '"level": "error"' in line or '"level": "critical"' in line:
                self._figures.errors[line[:400]] += 1
        if any(secret in bot.log for secret in self._town.secrets):
            self._figures.is_bad(f"a secret in {bot.log_path}")

    def looks(self) -> None:
        """Adds up what the doubles saw, and lets them forget it."""
        openai, figures = self._town.openai, self._figures
        dead = [id for asked in openai.requests for id in asked.dead_ids]
        figures.named_vanished += sum(id in self._gone for id in dead)
        for id in dead:
            if id not in self._gone:
                figures.is_bad(f"a request named {id}, which the bot had deleted")
        for asked in openai.requests:
            is_about_gone = any(id in asked.refusal for id in self._gone)  # since it was sent
            if asked.status == 400 and not (asked.dead_ids or is_about_gone):
                figures.is_bad(f"refused: {asked.refusal[:300]}; {asked.file_ids}")
        figures.requests += len(openai.requests)
        figures.uploads = openai.counts["POST /files"]
        figures.files = len(openai.files)
        bot = self._town.bots[-1]
        with suppress(ValueError, OSError):  # it was killed just now
            figures.largest_mb = max(figures.largest_mb, bot.resident_mb())
        openai.requests.clear()
        openai.broken_off.clear()
        self._town.telegram.calls.clear()
        self._town.model.questions.clear()
