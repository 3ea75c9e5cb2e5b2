"""Both sides, each started when a part first needs it, and ended together."""

from pathlib import Path
from types import TracebackType
from typing import Self

from bench.sides import Bot, Side


class Town:
    """The processes of one run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._bots: dict[str, Bot] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: object, _where: TracebackType | None
    ) -> None:
        for bot in self._bots.values():
            bot.close()

    def bot(self, side: Side, name: str = "", **settings: str) -> Bot:
        """The one that runs under this name."""
        key = f"{side}-{name}"
        if key not in self._bots:
            self._bots[key] = bot = Bot(side, self.folder / key, **settings)
            bot.doubles("says", words=12)
            bot.doubles("turns", person=bot.doubles("people", count=1)[0], count=5)  # warm
        return self._bots[key]

    def end(self, side: Side, name: str) -> None:
        self._bots.pop(f"{side}-{name}").close()
