"""Several processes of one bot on one store server, and a balancer in front of their webhook."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from aiohttp import web

from snapthread_sandbox.telegram.people import Person
from tests.process.bot import Bot
from tests.process.town import Town
from tests.servers import Server


class Fleet:
    """The processes that run, by their place; one that ended is replaced in its place."""

    def __init__(self, town: Town, server: Server, **settings: str) -> None:
        self.town = town
        self.server = server
        self._settings = {"STORE_URL": server.url, **settings}
        self.bots: list[Bot] = []

    async def start(self, replicas: int) -> None:
        self.bots = [self._start() for _ in range(replicas)]
        await asyncio.gather(*(bot.ready() for bot in self.bots))

    def _start(self) -> Bot:
        bot = self.town.starts(cold=False, **self._settings)
        self.town.bots.append(bot)
        return bot

    async def kill(self, place: int) -> None:
        """`kill -9`, and another in its place."""
        self.bots[place].kill()
        await self._replace(place)

    async def roll(self, place: int) -> int:
        """As a rolling restart does: the exit status of the one that was asked to stop."""
        bot = self.bots[place]
        bot.terminate()
        await self._replace(place)
        return await bot.ended()

    async def _replace(self, place: int) -> None:
        await self.bots[place].ended()
        self.bots[place] = self._start()
        await self.bots[place].ready()

    async def command(self, *arguments: str) -> dict[str, object]:
        return await self.town.command(*arguments, **self._settings)


class Crowd:
    """People who ask numbered questions, and what they got for them."""

    def __init__(self, town: Town, people: int) -> None:
        self.people = [town.newcomer() for _ in range(people)]
        self.asked: dict[int, list[str]] = {person.id: [] for person in self.people}

    def ask(self, name: str) -> None:
        """Each one question."""
        for person in self.people:
            text = f"question {person.id}.{name};"
            person.sends(text)
            self.asked[person.id].append(text)

    async def answered(self, town: Town) -> None:
        await town.until(lambda: not any(self._missing(person) for person in self.people))

    def _missing(self, person: Person) -> set[str]:
        return set(self.asked[person.id]) - set(person.sees)

    def check_order(self) -> int:
        """Every question answered, in order; how many messages came twice at most to one person, or
        stayed a beginning because a kill came before they were written down. One kill may come upon
        an answer to each of them."""
        for person in self.people:
            asked = self.asked[person.id]
            whole = [text for text in person.sees if text in asked]
            assert list(dict.fromkeys(whole)) == asked
            begun = [text for text in person.sees if text not in asked]
            assert all(is_beginning(text, asked) for text in begun), begun
        return max(len(person.sees) - len(self.asked[person.id]) for person in self.people)


def is_beginning(text: str, answers: Sequence[str]) -> bool:
    return any(answer.startswith(text.rstrip("…").rstrip()) for answer in answers)


@asynccontextmanager
async def balancer(fleet: Fleet, port: int) -> AsyncIterator[None]:
    """Brings each request to the next process that takes it, as a proxy does."""
    turn = 0

    async def forward(request: web.Request) -> web.Response:
        nonlocal turn
        body = await request.read()
        for _ in fleet.bots:
            turn += 1
            bot = fleet.bots[turn % len(fleet.bots)]
            url = f"http://127.0.0.1:{bot.settings['HTTP_PORT']}{request.path}"
            try:
                async with session.post(url, data=body, headers=request.headers) as response:
                    return web.Response(status=response.status)
            except aiohttp.ClientConnectionError:
                continue
        return web.Response(status=502)

    app = web.Application()
    app.router.add_post("/{path:.*}", forward)
    runner = web.AppRunner(app, access_log=None)
    async with aiohttp.ClientSession() as session:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        try:
            yield
        finally:
            await runner.cleanup()


@asynccontextmanager
async def opened(folder: Path, server: Server, **settings: str) -> AsyncIterator[Fleet]:
    """A town of its own, whose bots are the fleet's; at the end all of them are gone."""
    town = Town(folder, asyncio.Runner())
    await town.open()
    try:
        yield Fleet(town, server, **settings)
    finally:
        await town.close()
