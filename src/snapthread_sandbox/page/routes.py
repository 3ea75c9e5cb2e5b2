"""The page's routes: JSON for what a person does, one stream of what changes, the buttons."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final, Protocol

from aiohttp import web

from snapthread_sandbox.faults import Fault, cuts_stream, hangs, server_error
from snapthread_sandbox.openai.api import OpenAI
from snapthread_sandbox.page import acts as page_acts
from snapthread_sandbox.page import chats as page_chats
from snapthread_sandbox.page.behind import SOMEBODY, Requests, SeenFiles, faults_view
from snapthread_sandbox.page.server import SECURITY, add_static, body_of, guard, picture_response
from snapthread_sandbox.telegram.bot_api import BotApi
from snapthread_sandbox.telegram.params import BotError
from snapthread_sandbox.telegram.people import Person
from snapthread_sandbox.wire import Json

TICK_S: Final = 0.5  # what ends by itself, such as "typing…", nobody announces
PAUSE_S: Final = 0.05
FAULTS: Final[dict[str, Callable[[], Fault]]] = {
    "error": server_error,
    "hang": hangs,
    "cut": lambda: cuts_stream(after=12),
}


class Backstage(Protocol):
    """The demo behind the page: what it knows beside the doubles, and what its buttons do."""

    def status(self) -> Json:
        """Of the bot, the model and the clock; the same as long as nothing changes."""

    def events(self, after: int) -> list[Json]:
        """The events of the bot whose `number` is larger."""

    def kill(self) -> None:
        """Ends the bot at once; it is started again."""

    def pass_days(self, days: int) -> None:
        """Sets every clock forward."""

    def start_anew(self) -> None:
        """Begins with empty chats, an empty store and the real time."""


class Page:
    """The routes over two doubles; they join the doubles' own on one port."""

    def __init__(self, bot_api: BotApi, openai: OpenAI, backstage: Backstage) -> None:
        self._bot_api = bot_api
        self._openai = openai
        self._backstage = backstage
        self._requests = Requests(bot_api, openai)
        self._files = SeenFiles(openai)

    def began_anew(self, person: int) -> None:
        """A conversation was reset."""
        self._requests.read()
        self._requests.forget(person)

    def forget(self) -> None:
        """Everything began anew."""
        self._requests = Requests(self._bot_api, self._openai)
        self._files = SeenFiles(self._openai)

    def add_to(self, app: web.Application) -> None:
        app.middlewares.append(guard)
        add_static(app)
        app.router.add_get("/api/stream", self._stream)
        app.router.add_post(r"/api/people/{person:\d+}/media", self._media)
        app.router.add_post(r"/api/people/{person:\d+}/{act:text|edit|press|stop}", self._act)
        app.router.add_post("/api/{button:vanish|fault|mend|kill|pass|anew}", self._push)
        app.router.add_get("/media/telegram/{id}", self._telegram_file)
        app.router.add_get("/media/openai/{id}", self._openai_file)

    # ------------------------------------------------------------ what a person does

    async def _act(self, request: web.Request) -> web.Response:
        person, body = self._person(request), await body_of(request)
        match request.match_info["act"]:
            case "text":
                page_acts.say(person, str(body["text"]), body.get("reply_to"), self._place(body))
            case "edit":
                edited = (int(body["message"]), str(body["text"]))
                page_acts.edit(person, *edited, self._place(body))
            case "press":
                which = (int(body["message"]), int(body["row"]), int(body["column"]))
                note = await page_acts.press(person, *which, self._place(body))
                return web.json_response({"note": note})
            case _:
                page_acts.stop(person)
        return web.json_response({})

    async def _media(self, request: web.Request) -> web.Response:
        person, form = self._person(request), await request.post()
        files = [field for field in form.getall("file", []) if isinstance(field, web.FileField)]
        reply_to = str(form.get("reply_to", ""))
        place = self._place({name: form[name] for name in ("chat", "thread") if name in form})
        sending = page_acts.Sending(
            files=tuple([await _pick(file) for file in files]),
            caption=str(form.get("caption", "")).strip() or None,
            as_files=form.get("as_files") == "true",
            as_voice=form.get("as_voice") == "true",
            reply_to=page_acts.find_replied(person, int(reply_to) if reply_to else None, place),
            place=place,
        )
        if edited := form.get("edit"):
            await page_acts.swap(person, int(str(edited)), sending, place)
        else:
            await page_acts.send(person, sending)
        return web.json_response({})

    def _place(self, body: Json) -> page_acts.Place:
        """Private, where no group is named."""
        if body.get("chat") is None:
            return page_acts.PRIVATE
        group = self._bot_api.groups.get(int(body["chat"]))
        if group is None:
            raise web.HTTPNotFound
        thread = body.get("thread")
        return page_acts.Place(to=group, thread=None if thread is None else int(thread))

    def _person(self, request: web.Request) -> Person:
        person = self._bot_api.people.get(int(request.match_info["person"]))
        if person is None:
            raise web.HTTPNotFound
        return person

    # ------------------------------------------------------------ the buttons

    async def _push(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        match request.match_info["button"]:
            case "vanish":
                self._files.vanish(str(body["file"]))
            case "fault":
                self._openai.faults.add(on="POST /responses", reply=FAULTS[str(body["kind"])]())
            case "mend":
                self._openai.faults.clear()
            case "kill":
                self._backstage.kill()
            case "anew":
                self._backstage.start_anew()
            case _:
                self._backstage.pass_days(int(body["days"]))
        self._bot_api.world.note_change()
        return web.json_response({})

    # ------------------------------------------------------------ what is shown

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: each section whole, whenever it is another than before."""
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", **SECURITY}
        stream = web.StreamResponse(headers=headers)
        await stream.prepare(request)
        sent: dict[str, str] = {}
        last_event = 0
        with suppress(ConnectionResetError):
            while True:
                for name, section in self._sections():
                    text = json.dumps(section, ensure_ascii=False)
                    if sent.get(name) != text:
                        sent[name] = text
                        await stream.write(f"event: {name}\ndata: {text}\n\n".encode())
                if events := self._backstage.events(last_event):
                    last_event = events[-1]["number"]
                    text = json.dumps(events, ensure_ascii=False)
                    await stream.write(f"event: events\ndata: {text}\n\n".encode())
                await self._change()
        return stream

    def _sections(self) -> Iterator[tuple[str, Json | list[Json]]]:
        self._requests.read()
        self._files.read()
        waiting = page_chats.waiting(self._bot_api)
        people = page_chats.people(self._bot_api)
        chats = {str(id): page_chats.chat(p) for id, p in self._bot_api.people.items()}
        live = {str(id): page_chats.live(p, waiting) for id, p in self._bot_api.people.items()}
        for id, group in self._bot_api.groups.items():
            chats[str(id)] = page_chats.group_chat(group)
            live[str(id)] = page_chats.group_live(group, waiting)
        lines = {str(id): self._requests.view(id) for id in self._bot_api.people or [SOMEBODY]}
        yield "status", self._backstage.status() | {"faults": faults_view(self._openai)}
        yield "people", people
        yield "groups", page_chats.groups(self._bot_api)
        yield "chats", chats
        yield "live", live
        yield "lines", lines
        yield "files", self._files.view(self._requests.photos)

    async def _change(self) -> None:
        await asyncio.sleep(PAUSE_S)
        with suppress(TimeoutError):
            async with asyncio.timeout(TICK_S):
                await self._bot_api.world.change()

    async def _telegram_file(self, request: web.Request) -> web.Response:
        files = self._bot_api.world.files
        try:
            content = files.of(request.match_info["id"]).content
        except BotError:
            raise web.HTTPNotFound from None
        return picture_response(content)

    async def _openai_file(self, request: web.Request) -> web.Response:
        content = self._files.content(request.match_info["id"])
        if content is None:
            raise web.HTTPNotFound
        return picture_response(content)


async def _pick(field: web.FileField) -> page_acts.Picked:
    content = await asyncio.to_thread(field.file.read)
    return page_acts.Picked(name=field.filename, mime=field.content_type, content=content)
