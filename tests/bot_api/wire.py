"""Telegram's side of the wire, scripted, and updates as Telegram sends them."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

from snapthread.adapters.bot_api import transport
from snapthread.adapters.bot_api.chat import TelegramChat
from snapthread.adapters.bot_api.incoming import update_of
from snapthread.adapters.bot_api.transport import Attachment
from snapthread.model import Message

TOKEN = "123456789:AAE-secret_Token_of_the_bot_0123456"
USERNAME = "Snapthread_Bot"
SENT_AT = 1_763_000_000
Json = dict[str, Any]
Step = bytes | float | Exception
Answer = tuple[int, str] | Exception | float
COMMANDS = {"": [("reset", "Start afresh")], "ru": [("reset", "Начать заново")]}


def ok(result: object) -> Answer:
    return 200, json.dumps({"ok": True, "result": result})


def refused(code: int, description: str, **parameters: object) -> Answer:
    body: Json = {"ok": False, "error_code": code, "description": description}
    return code, json.dumps(body | ({"parameters": parameters} if parameters else {}))


ME: Json = {"id": 123456789, "is_bot": True, "first_name": "Snap", "username": USERNAME}
DEFAULTS: Mapping[str, Answer] = {
    "getMe": ok(ME),
    "getWebhookInfo": ok({"url": "", "has_custom_certificate": False, "pending_update_count": 0}),
    "deleteWebhook": ok(True),
    "getMyCommands": ok([]),
    "setMyCommands": ok(True),
    "sendChatAction": ok(True),
    "getUpdates": ok([]),
    "getFile": ok({"file_id": "f", "file_unique_id": "u", "file_path": "photos/file_1.jpg"}),
    "sendMessage": ok({"message_id": 77, "date": SENT_AT, "chat": {"id": 1, "type": "private"}}),
}


class Wire:
    """Answers each method as told, several answers in turn; keeps the parameters as sent."""

    def __init__(self, file: Sequence[Step] = (), **answers: Answer | list[Answer]) -> None:
        self._answers: dict[str, Answer | list[Answer]] = {**DEFAULTS, **answers}
        self._file = file
        self.calls: list[tuple[str, Json]] = []
        self.timeouts: list[float] = []
        self.urls: list[str] = []
        self.posts: list[str] = []
        self.attachments: list[Attachment] = []
        self.files: list[AsyncGenerator[bytes, None]] = []
        self.is_file_closed = False
        self.is_closed = False

    def chat(self, **options: Any) -> TelegramChat:
        return TelegramChat(TOKEN, commands=COMMANDS, transport=self, **options)

    def methods(self) -> list[str]:
        return [name for name, _ in self.calls]

    def params(self, method: str) -> Json:
        return next(params for name, params in self.calls if name == method)

    async def close(self) -> None:
        self.is_closed = True

    async def post(
        self,
        url: str,
        params: Mapping[str, object],
        *,
        timeout_s: float,
        attachment: Attachment | None = None,
    ) -> transport.Response:
        name = url.rpartition("/")[2]
        self.posts.append(url)
        self.calls.append((name, json.loads(json.dumps(params))))
        self.timeouts.append(timeout_s)
        if attachment:
            self.attachments.append(attachment)
        status, content = await self._answer(name)
        return transport.Response(status, content.encode())

    async def _answer(self, name: str) -> tuple[int, str]:
        told = self._answers[name]
        answer = (told.pop(0) if len(told) > 1 else told[0]) if isinstance(told, list) else told
        if isinstance(answer, float):
            await asyncio.sleep(answer)
            raise TimeoutError
        if isinstance(answer, Exception):
            raise answer
        return answer

    def content(self, url: str, *, timeout_s: float) -> AsyncGenerator[bytes, None]:
        self.urls.append(url)
        self.files.append(self._chunks())  # kept, so that only who reads it can close it
        return self.files[-1]

    async def _chunks(self) -> AsyncGenerator[bytes, None]:
        try:
            for step in self._file:
                if isinstance(step, Exception):
                    raise step
                if isinstance(step, bytes):
                    yield step
                else:
                    await asyncio.sleep(step)
        finally:
            self.is_file_closed = True


PERSON: Json = {"id": 1001, "is_bot": False, "first_name": "Ada", "language_code": "en"}
PRIVATE: Json = {"id": 1001, "type": "private", "first_name": "Ada"}
GROUP: Json = {"id": -1002001, "type": "supergroup", "title": "Friends"}


def message(**content: object) -> Json:
    known = {"message_id": 5, "date": SENT_AT, "chat": PRIVATE, "from": PERSON}
    return {name: value for name, value in {**known, **content}.items() if value is not None}


def accepted(**content: object) -> Message | None:
    """The message with this content, as it is accepted."""
    raw = {"update_id": 9, "message": message(**content)}
    update = update_of(json.loads(json.dumps(raw)), USERNAME)
    assert update is not None
    assert update.update_id == 9
    return update.message


def question(**content: object) -> Message:
    found = accepted(**content)
    assert found is not None
    return found


def command(text: str) -> Json:
    word = text.split(maxsplit=1)[0]
    return {"text": text, "entities": [{"type": "bot_command", "offset": 0, "length": len(word)}]}


def size(name: str, width: int, height: int) -> Json:
    return {
        "file_id": name,
        "file_unique_id": f"u-{name}",
        "width": width,
        "height": height,
        "file_size": width * height // 10,
    }


PLACE: Json = {"latitude": 1.0, "longitude": 2.0}
POLL: Json = {
    "id": "1",
    "question": "?",
    "options": [],
    "total_voter_count": 0,
    "is_closed": False,
    "is_anonymous": True,
    "type": "regular",
    "allows_multiple_answers": False,
    "allows_revoting": False,
    "members_only": False,
}
PHOTO = [size("s", 90, 60), size("l", 1280, 853), size("m", 320, 213)]


def document(**claims: object) -> Json:
    return {"file_id": "d", "file_unique_id": "u-d", "file_size": 1000, **claims}


def media(**more: object) -> Json:
    return {"file_id": "x", "file_unique_id": "u-x", **more}
