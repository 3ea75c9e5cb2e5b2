"""The control API under /sandbox: lets another process act as people and arrange what happens.

Bodies and answers are JSON; pictures travel as base64. A wrong request is a 400 with a sentence.
"""

import json
import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Final

from snapthread_sandbox import faults
from snapthread_sandbox.clock import Clock
from snapthread_sandbox.faults import Fault
from snapthread_sandbox.openai.api import OpenAI
from snapthread_sandbox.openai.dead_files import BadImageShape, DeadFileShape
from snapthread_sandbox.openai.scripted_model import ScriptedModel
from snapthread_sandbox.openai.servers import Pictures
from snapthread_sandbox.telegram.bot_api import BotApi
from snapthread_sandbox.telegram.chats import Chat, Message
from snapthread_sandbox.telegram.groups import Group
from snapthread_sandbox.telegram.people import Person
from snapthread_sandbox.wire import Json, Request, Response, json_response

FAULTS: Final[dict[str, Callable[..., Fault]]] = {
    build.__name__: build
    for build in (
        faults.slow,
        faults.drops,
        faults.loses_reply,
        faults.hangs,
        faults.cuts_stream,
        faults.cuts_body,
        faults.replies,
        faults.not_json,
        faults.malformed_json,
        faults.openai_error,
        faults.server_error,
        faults.rate_limited,
        faults.out_of_credit,
        faults.telegram_error,
        faults.flood,
    )
}

Act = Callable[[Person, Json], Message | list[Message] | None]


class Control:
    """Everything that a test in another process may do."""

    def __init__(self, bot_api: BotApi, openai: OpenAI, clock: Clock | None = None) -> None:
        self._bot_api = bot_api
        self._openai = openai
        self._clock = clock
        self._groups: dict[int, Group] = {}

    async def handle(self, request: Request) -> Response:
        """Answers a request below /sandbox."""
        path = request.path.removeprefix("/sandbox")
        for method, pattern, act in self._routes():
            found = re.fullmatch(pattern, path)
            if found and method == request.method:
                return _answer(act, found.groups(), request.body)
        return json_response({"error": f"There is no {request.method} {path}"}, status=404)

    def _routes(self) -> list[tuple[str, str, Callable[..., object]]]:
        return [
            ("POST", r"/people/(\d+)", self._meet),
            ("GET", r"/people/(\d+)/chat", self._chat),
            ("POST", r"/people/(\d+)/(\w+)", self._act),
            ("POST", r"/groups/(-\d+)", self._gather),
            ("GET", r"/groups/(-\d+)/chat", self._group_chat),
            ("POST", r"/groups/(-\d+)/(\w+)", self._change_group),
            ("POST", r"/updates", self._bot_api.push_raw),
            ("GET", r"/updates", lambda body: self._bot_api.pending),
            ("GET", r"/calls", lambda body: [call._asdict() for call in self._calls()]),
            ("GET", r"/requests", lambda body: [asdict(one) for one in self._openai.requests]),
            ("GET", r"/files", lambda body: [f.as_json() for f in self._openai.files.values()]),
            ("DELETE", r"/files/([\w-]+)", lambda body, file_id: self._openai.vanish(file_id)),
            ("POST", r"/faults", self._add_fault),
            ("DELETE", r"/faults", self._clear_faults),
            ("POST", r"/answers", self._script),
            ("POST", r"/switches", self._switch),
            ("POST", r"/clock", self._set_clock),
        ]

    def _meet(self, body: Json, user_id: str) -> Json:
        return self._bot_api.person(int(user_id), **body).user

    def _group_chat(self, _body: Json, chat_id: str) -> Json:
        return chat_view(self._groups[int(chat_id)].chat)

    def _gather(self, body: Json, chat_id: str) -> Json:
        self._groups[int(chat_id)] = group = self._bot_api.group(int(chat_id), **body)
        return group.chat.json

    def _change_group(self, body: Json, chat_id: str, change: str) -> object:
        if change not in CHANGES:
            raise ValueError(f"there is no {change}")
        return CHANGES[change](self._groups[int(chat_id)], body)

    def _act(self, body: Json, user_id: str, act: str) -> object:
        if "to" in body:
            body["to"] = self._groups[body["to"]]
        done = ACTS[act](self._bot_api.person(int(user_id)), body)
        return [one.json for one in done] if isinstance(done, list) else done and done.json

    def _chat(self, _body: Json, user_id: str) -> Json:
        return chat_view(self._bot_api.person(int(user_id)).chat)

    def _calls(self) -> list[Any]:
        return [call for call in self._bot_api.calls if call.method != "getUpdates"]

    def _add_fault(self, body: Json) -> None:
        services = {"openai": self._openai.faults, "bot_api": self._bot_api.faults}
        ordered = services[body.pop("service")]
        fault = FAULTS[body.pop("fault")](**body.pop("with", {}))
        ordered.add(reply=fault, **body)

    def _clear_faults(self, _body: Json) -> None:
        self._openai.faults.clear()
        self._bot_api.faults.clear()

    def _script(self, body: Json) -> None:
        model = self._openai.model
        if not isinstance(model, ScriptedModel):
            raise ValueError("this model takes no script")
        model.says(**body)

    def _switch(self, body: Json) -> None:
        openai, bot_api = self._openai, self._bot_api
        if "dead_file" in body:
            openai.dead_file = DeadFileShape[body["dead_file"]]
        if "bad_image" in body:
            openai.bad_image = BadImageShape[body["bad_image"]]
        openai.names_dead_file = body.get("names_dead_file", openai.names_dead_file)
        if "pictures" in body:
            openai.pictures = Pictures[body["pictures"]]
        openai.has_files = body.get("has_files", openai.has_files)
        openai.streams = body.get("streams", openai.streams)
        openai.refused_parameters |= set(body.get("refused_parameters", ()))
        bot_api.knows_drafts = body.get("knows_drafts", bot_api.knows_drafts)
        bot_api.has_privacy = body.get("has_privacy", bot_api.has_privacy)
        bot_api.has_topics = body.get("has_topics", bot_api.has_topics)

    def _set_clock(self, body: Json) -> Json:
        if self._clock is None:
            raise ValueError("this clock cannot be set")
        self._clock.offset_s = body.get("offset_s", self._clock.offset_s)
        return {"offset_s": self._clock.offset_s, "now": self._clock()}


def _answer(act: Callable[..., object], found: tuple[str, ...], body: bytes) -> Response:
    try:
        return json_response(act(json.loads(body or b"{}"), *found))
    except (KeyError, TypeError, ValueError, AssertionError, StopIteration) as wrong:
        return json_response({"error": f"{type(wrong).__name__}: {wrong}"}, status=400)


def chat_view(chat: Chat) -> Json:
    """A chat as the person sees it, as JSON."""
    return {
        "messages": [
            message.json | {"is_from_bot": message.is_from_bot}
            for message in chat.messages
            if not message.is_deleted
        ],
        "draft": asdict(chat.draft) if chat.draft else None,
        "drafts": [asdict(draft) for draft in chat.drafts],
        "action": chat.action,
        "answers": chat.answers,
    }


def _photo(person: Person, body: Json) -> Message:
    return person.sends_photo(b64decode(body.pop("content")), **body)


def _album(person: Person, body: Json) -> list[Message]:
    return person.sends_album([b64decode(photo) for photo in body.pop("photos")], **body)


def _document(person: Person, body: Json) -> Message:
    return person.sends_document(b64decode(body.pop("content")), **body)


def _text(person: Person, body: Json) -> Message:
    group: Group | None = body.get("to")
    chat = group.chat if group else person.chat
    return person.sends(reply_to=chat.find(body.pop("reply_to", 0)), **body)


def _voice(person: Person, body: Json) -> Message:
    return person.sends_voice(b64decode(body.pop("content")), **body)


def _edit(person: Person, body: Json) -> Message:
    group: Group | None = body.get("to")
    message = (group.chat if group else person.chat).find(body["message"])
    if message is None:
        raise ValueError("there is no such message")
    return person.edits(message, body["text"])


def _react(person: Person, body: Json) -> None:
    group: Group | None = body.get("to")
    message = (group.chat if group else person.chat).find(body["message"])
    if message is None:
        raise ValueError("there is no such message")
    person.reacts(message, *body.get("emoji", []))


def _press(person: Person, body: Json) -> None:
    person.presses(body["button"])


ACTS: Final[dict[str, Act]] = {
    "text": _text,
    "photo": _photo,
    "album": _album,
    "document": _document,
    "voice": _voice,
    "edit": _edit,
    "react": _react,
    "press": _press,
    "stop": lambda person, body: person.presses_stop(),
    "block": lambda person, body: person.blocks_bot(),
    "unblock": lambda person, body: person.unblocks_bot(),
}

CHANGES: Final[dict[str, Callable[[Group, Json], object]]] = {
    "promote": lambda group, body: group.promotes_bot(),
    "remove": lambda group, body: group.removes_bot(),
    "topic": lambda group, body: group.opens_topic(body["name"]),
    "close": lambda group, body: group.closes_topic(body["thread"]),
    "delete": lambda group, body: group.deletes_topic(body["thread"]),
}
