"""The third process: doubles of Telegram and OpenAI over HTTP, and the people who ask.

Ordered by lines of JSON on standard input, each answered by one on standard output. What the
doubles' own work takes is known here, so it can be taken off: `Busy` counts the time in which any
call of the bot (but its poll) is being answered.
"""

import asyncio
import json
import resource
import sys
import time
from base64 import b64decode
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from typing import Any, Final

from snapthread_sandbox.faults import slow
from snapthread_sandbox.openai import api, request, sdk_types
from snapthread_sandbox.openai.api import OpenAI
from snapthread_sandbox.openai.question import Question
from snapthread_sandbox.openai.scripted_model import Answer, ScriptedModel
from snapthread_sandbox.server import serve
from snapthread_sandbox.telegram.bot_api import BotApi
from snapthread_sandbox.telegram.people import Person
from snapthread_sandbox.wire import Request, Response

END: Final = "∎"  # of every answer: who sees it has the whole of it
TOKEN: Final = "123456:" + "t" * 35
KEY: Final = "sk-" + "k" * 40
LIMIT_S: Final = 240.0
SMALL: Final = 40  # items of a request; of larger ones each twentieth is checked against the types
EACH: Final = 20
now_s = time.perf_counter


class Busy:
    """The time in which at least one call is being answered."""

    def __init__(self) -> None:
        self._calls = 0
        self._since_s = self._sum_s = 0.0

    def __enter__(self) -> None:
        if not self._calls:
            self._since_s = now_s()
        self._calls += 1

    def __exit__(self, *_: object) -> None:
        self._calls -= 1
        if not self._calls:
            self._sum_s += now_s() - self._since_s

    @property
    def seconds(self) -> float:
        return self._sum_s + (now_s() - self._since_s if self._calls else 0.0)


@dataclass(slots=True, kw_only=True, eq=False)
class Waiting:
    """Somebody who looks at a chat."""

    after: int  # messages that were there before
    whole: bool  # the end of an answer, or any word of it
    count: int
    seen: asyncio.Future[float]


class Telegram(BotApi):
    """Knows when the bot polls, and when a person sees an answer."""

    def __init__(self, busy: Busy) -> None:
        super().__init__(TOKEN, now=time.time)
        self.polled = asyncio.Event()
        self.waiting: dict[int, list[Waiting]] = {}
        self._busy = busy

    async def respond(self, token: str, method: str, params: Mapping[str, object]) -> Response:
        if method == "getUpdates":
            self.polled.set()
            return await super().respond(token, method, params)
        with self._busy:
            response = await super().respond(token, method, params)
        self.calls.clear()
        if "chat_id" in params:
            self._look(int(str(params["chat_id"])))
        return response

    async def download(self, token: str, path: str) -> Response:
        with self._busy:
            return await super().download(token, path)

    def sees(self, person: Person, *, whole: bool = True, count: int = 1) -> asyncio.Future[float]:
        """When the next answer is there, or its first word (a draft counts)."""
        seen: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        looks = Waiting(after=len(person.chat.messages), whole=whole, count=count, seen=seen)
        self.waiting.setdefault(person.id, []).append(looks)
        return seen

    def _look(self, chat_id: int) -> None:
        chat = self.chats.get(chat_id)
        if chat is None:
            return
        for looks in list(self.waiting.get(chat_id, ())):
            texts = [m.text for m in chat.messages[looks.after :] if m.is_from_bot]
            if not looks.whole:
                texts += [chat.draft.text] if chat.draft else []
            if sum(map(bool, texts) if not looks.whole else map(_is_whole, texts)) >= looks.count:
                self.waiting[chat_id].remove(looks)
                if not looks.seen.done():
                    looks.seen.set_result(now_s())


def _is_whole(text: str) -> bool:
    return text.endswith((END, "\N{CLOCKWISE GAPPED CIRCLE ARROW}")) or "cleared" in text


class Model(ScriptedModel):
    """Remembers when it said its first word."""

    spoke_s = 0.0

    async def answer(self, question: Question) -> AsyncGenerator[Any, None]:
        first = True
        async with aclosing(super().answer(question)) as pieces:
            async for piece in pieces:
                if isinstance(piece, str) and first:
                    self.spoke_s, first = now_s(), False
                yield piece
        self.questions.clear()


class Project(OpenAI):
    """OpenAI, timed."""

    def __init__(self, busy: Busy, model: Model) -> None:
        super().__init__(now=time.time, model=model, key=KEY)
        self._busy = busy
        self.most_items = self.input_tokens = 0

    async def handle(self, request: Request) -> Response:
        with self._busy:
            response = await super().handle(request)
        if self.requests:
            self.most_items = len(self.requests[-1].body.get("input", ()))
            self.requests.clear()
        if isinstance(response.body, bytes):
            return response
        return replace(response, body=self._timed(response.body))

    async def _timed(self, body: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
        with self._busy:
            async with aclosing(body):
                async for chunk in body:
                    yield chunk


class Doubles:
    """Orders of the harness."""

    def __init__(self) -> None:
        self.busy = Busy()
        self.model = Model()
        self.telegram = Telegram(self.busy)
        self.openai = Project(self.busy, self.model)
        self.photos: list[bytes] = []
        self._next_id = 1000

    async def polled(self, within_s: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self.telegram.polled.wait()
        return self.telegram.polled.is_set()

    async def says(self, words: int, first_s: float = 0.0, between_s: float = 0.0) -> None:
        text = " ".join(WORDS[number % len(WORDS)] for number in range(words))
        self.model.otherwise = Answer(
            text=lambda asked: f"{text} {END}", first_s=first_s, between_s=between_s
        )

    async def pictures(self, photos: list[str]) -> None:
        self.photos = [b64decode(photo) for photo in photos]

    async def slow(self, on: str, seconds: float) -> None:
        self.openai.faults.clear()
        self.openai.faults.add(on=on, times=None, reply=slow(seconds))

    async def people(self, count: int) -> list[int]:
        """Newcomers, who have said hello and were answered."""
        people = [self.telegram.person(self._next_id + n) for n in range(count)]
        self._next_id += count
        for person in people:
            person.sends("Good morning")
        await self._all(self.telegram.sees(person) for person in people)
        return [person.id for person in people]

    async def turns(self, person: int, count: int, photo_each: int = 0) -> dict[str, Any]:
        """One question after the other; own time, of each."""
        own_ms = []
        for number in range(count):
            began_s, busy_s = now_s(), self.busy.seconds
            asked = self.telegram.person(person)
            seen = self.telegram.sees(asked)
            if photo_each and number % photo_each == photo_each - 1:
                asked.sends_photo(self.photos[number % len(self.photos)], caption="What is it?")
            else:
                asked.sends(f"Question {number}: how far is it from here to there, on foot?")
            async with asyncio.timeout(LIMIT_S):
                ended_s = await seen
            own_ms.append((ended_s - began_s - self.busy.seconds + busy_s) * 1000)
        return {"own_ms": own_ms, "items": self.openai.most_items, "cpu_s": _cpu_s()}

    async def closed_loop(self, people: list[int], count: int) -> float:
        """Each asks when the answer is there; seconds."""
        began_s = now_s()
        async with asyncio.TaskGroup() as group:
            for person in people:
                group.create_task(self.turns(person, count))
        return now_s() - began_s

    async def at_once(self, people: list[int], count: int) -> float:
        """Each asks everything without waiting; seconds."""
        began_s, asking = now_s(), [self.telegram.person(id) for id in people]
        seen = [self.telegram.sees(person, count=count) for person in asking]
        for number in range(count):
            for person in asking:
                person.sends(f"Question {number}")
        await self._all(seen)
        return now_s() - began_s

    async def album(self, person: int, count: int, answers: int) -> dict[str, float]:
        began_s, busy_s, asking = now_s(), self.busy.seconds, self.telegram.person(person)
        asked = self.openai.counts["POST /responses"]
        seen = self.telegram.sees(asking, count=answers)
        asking.sends_album([self.photos[n % len(self.photos)] for n in range(count)])
        async with asyncio.timeout(LIMIT_S):
            ended_s = await seen
        requests = self.openai.counts["POST /responses"] - asked
        own_s = ended_s - began_s - self.busy.seconds + busy_s
        return {"seconds": ended_s - began_s, "own_s": own_s, "requests": requests}

    async def reset(self, person: int) -> dict[str, float]:
        """Seconds until the sentence, and until every file is gone."""
        began_s, asking = now_s(), self.telegram.person(person)
        files, seen = len(self.openai.files), self.telegram.sees(asking)
        asking.sends("/reset")
        async with asyncio.timeout(LIMIT_S):
            ended_s = await seen
            while self.openai.files:
                await asyncio.sleep(0.01)
        return {"said_s": ended_s - began_s, "gone_s": now_s() - began_s, "files": files}

    async def overheard(self, people: int, count: int) -> int:
        """A group in which so many talk to each other, and the bot hears all of it; updates."""
        group = self.telegram.group()
        self.telegram.has_privacy = False
        talking = [self.telegram.person(self._next_id + n) for n in range(people)]
        self._next_id += people
        async with asyncio.timeout(LIMIT_S):
            for number in range(count):
                talking[number % people].sends(f"See you at {number % 24}, Bob?", to=group)
                while self.telegram.pending:
                    await asyncio.sleep(0.001)
        return count

    async def first_words(self, person: int) -> float:
        """Milliseconds from the model's first token to the first words on the screen."""
        asking = self.telegram.person(person)
        first, whole = self.telegram.sees(asking, whole=False), self.telegram.sees(asking)
        asking.sends("Tell me a story")
        async with asyncio.timeout(LIMIT_S):
            shown_s = await first
            await whole
        return (shown_s - self.model.spoke_s) * 1000

    async def large_photos(self, people: list[int], count: int) -> float:
        began_s, asking = now_s(), [self.telegram.person(id) for id in people]
        seen = [self.telegram.sees(person) for person in asking]
        for person in asking:
            name = person.new_album()
            for _ in range(count):
                person.sends_document(self.photos[0], mime_type="image/jpeg", album=name)
        await self._all(seen)
        return now_s() - began_s

    async def cpu(self) -> float:
        return _cpu_s()

    async def _all(self, seen: Any) -> None:
        async with asyncio.timeout(LIMIT_S):
            await asyncio.gather(*seen)


WORDS: Final = "It is a long way but a good one, and you will see the sea.".split()


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _check_some() -> None:
    """The types of long requests are checked in one of twenty: it takes milliseconds an item."""
    check, number = sdk_types.check_types, 0

    def check_some(body: Any, kind: str) -> None:
        nonlocal number
        number += 1
        if len(body.get("input", ())) <= SMALL or number % EACH == 0:
            check(body, kind)

    sdk_types.check_types = check_some


async def main() -> None:
    doubles, loop = Doubles(), asyncio.get_running_loop()
    async with serve(doubles.telegram, doubles.openai) as url:
        print(json.dumps(url), flush=True)
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            order = json.loads(line)
            try:
                done = {"done": await getattr(doubles, order.pop("do"))(**order)}
            except TimeoutError:
                done = {"failed": "it took too long"}
            print(json.dumps(done), flush=True)


if __name__ == "__main__":
    assert vars(api)["check_question"] is request.check_question
    _check_some()
    asyncio.run(main())
