"""One person of a long run: asks in rounds, waits, and reads what came."""

import asyncio
import random
import time
from typing import Final

from snapthread_sandbox.telegram.chats import Message
from snapthread_sandbox.telegram.people import Person
from tests.line.photos import COLOURS, photo
from tests.process.soak.answers import Item, Reading, name_of
from tests.process.soak.figures import SLOW_S, Figures

PAUSE_S: Final = (0.5, 9.0)
ROUND: Final = (6, 16)  # things sent before the person waits
SETTLES_S: Final = 330.0  # of the end: five faults in a row, and a pause for 429s
HALF_S: Final = 45.0  # after this the beginning of an answer is not gone on with
LATER_S: Final = 4.0  # a message that comes twice comes soon
KEPT: Final = 30  # messages that can still be replied to
STEP_S: Final = 0.25


class Talker:
    """`figures` hears of everything that breaks a promise."""

    def __init__(self, person: Person, figures: Figures, dice: random.Random) -> None:
        self._person = person
        self._figures = figures
        self._dice = dice
        self._numbers = 0
        self._items: list[Item] = []
        self._read_until = 0  # of the person's chat

    async def talks(self, until: asyncio.Event) -> None:
        while not until.is_set():
            for _ in range(self._dice.randint(*ROUND)):
                self._sends()
                await asyncio.sleep(self._dice.uniform(*PAUSE_S))
            await self._settles(until)

    def _sends(self) -> None:
        photos = [message for message in self._person.chat.messages if "photo" in message.json]
        match self._dice.random():
            case chance if chance < 0.04:
                self._person.sends("/reset")
                self._asked(Item(kind="reset", name="", sent_at=time.time()))
            case chance if chance < 0.06 and photos:
                self._person.replies_to(self._dice.choice(photos), "/forget")
                self._asked(Item(kind="forget", name="", sent_at=time.time()))
            case chance if chance < 0.12 and photos:
                name = self._name(0)
                self._person.replies_to(self._dice.choice(photos), f"And this? {name}")
                self._asked(Item(kind="question", name=name, photos=None, sent_at=time.time()))
            case chance if chance < 0.22:
                self._shows(self._dice.randint(2, 4))
            case chance if chance < 0.45:
                self._shows(1)
            case _:
                self._shows(0)

    def _shows(self, count: int) -> None:
        name = self._name(count, is_long=not count and self._dice.random() < 0.06)
        sizes = [(320, 200 + self._dice.randrange(60)) for _ in range(count)]
        pictures = [photo(self._dice.choice(COLOURS), size) for size in sizes]
        if count > 1:
            self._person.sends_album(pictures, caption=f"What is this? {name}")
        elif pictures:
            self._person.sends_photo(pictures[0], caption=f"What is this? {name}")
        else:
            self._person.sends(f"A question: {name}")
        self._asked(Item(kind="question", name=name, photos=count, sent_at=time.time()))

    def _name(self, photos: int, *, is_long: bool = False) -> str:
        self._numbers += 1
        return name_of(self._person.id, self._numbers, photos, is_long=is_long)

    def _asked(self, item: Item) -> None:
        self._items.append(item)
        kind = f"photos {item.photos}" if item.photos else item.kind
        self._figures.asked[kind] += 1

    async def _settles(self, over: asyncio.Event) -> None:
        """Until everything is answered; what is not at the end of the run is lost."""
        began, first = time.time(), ""
        whole_at = over_at = began
        while not self._reading().is_whole or self._growing():
            over_at = time.time() if not over.is_set() else over_at
            if time.time() - max(began, over_at) > SETTLES_S and over.is_set():
                break
            if not self._reading().is_whole:
                whole_at = time.time()
            elif time.time() - whole_at > HALF_S:
                break
            await asyncio.sleep(STEP_S)
            if not first and time.time() - began > SLOW_S:
                first = next((item.name or item.kind for item in self._reading().unanswered()), "")
        self._figures.waited(time.time() - began, f"person {self._person.id} ({first})")
        await asyncio.sleep(LATER_S)
        self._judge(self._reading())
        self._forgets()

    def _judge(self, reading: Reading) -> None:
        figures, name = self._figures, self._person.id
        lost = list(reading.unanswered())
        figures.answered += len(self._items) - len(lost)
        figures.ended_by_reset += reading.ended_by_reset
        figures.twice += reading.twice
        figures.sentences.update(reading.sentences)
        for what in reading.bad:
            figures.is_bad(f"person {name}: {what}")
        for item in lost:
            at = time.strftime("%H:%M:%S", time.gmtime(item.sent_at))
            figures.is_bad(f"person {name}: LOST {item.kind} {item.name} of {at}")
        figures.twice += len(self._growing())  # of which nobody heard that it had been taken
        if lost or reading.bad:
            figures.is_bad(f"person {name} saw: {[text[:90] for text in self._texts()]}")

    def _forgets(self) -> None:
        """So that a long run does not grow."""
        chat = self._person.chat
        del chat.messages[:-KEPT]
        self._items, self._read_until = [], len(chat.messages)
        chat.actions.clear()

    def _reading(self) -> Reading:
        return Reading(self._items).read(self._texts())

    def _texts(self) -> list[str]:
        growing = self._growing()
        return [message.text for message in self._new() if message not in growing]

    def _new(self) -> list[Message]:
        new = self._person.chat.messages[self._read_until :]
        return [message for message in new if message.is_from_bot and not message.is_deleted]

    def _growing(self) -> list[Message]:
        return [m for m in self._new() if "stop:" in str(m.json.get("reply_markup"))]
