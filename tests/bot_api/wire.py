"""Telegram's side of the wire, scripted, and updates as Telegram sends them."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, cast

from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.exceptions import TelegramNetworkError
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType

from snapthread.adapters.bot_api.chat import TelegramChat
from snapthread.adapters.bot_api.incoming import update_of
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


class Wire(BaseSession):
    """Answers each method as told; the parameters are what goes over the wire."""

    def __init__(self, file: Sequence[Step] = (), **answers: Answer) -> None:
        super().__init__()
        self._answers = {**DEFAULTS, **answers}
        self._file = file
        self.calls: list[tuple[str, Json]] = []
        self.timeouts: list[int | None] = []
        self.urls: list[str] = []
        self.files: list[AsyncGenerator[bytes, None]] = []
        self.is_file_closed = False
        self.is_closed = False

    def chat(self, **options: Any) -> TelegramChat:
        return TelegramChat(TOKEN, commands=COMMANDS, session=self, **options)

    def methods(self) -> list[str]:
        return [name for name, _ in self.calls]

    def params(self, method: str) -> Json:
        return next(params for name, params in self.calls if name == method)

    async def close(self) -> None:
        self.is_closed = True

    async def make_request(
        self, bot: Bot, method: TelegramMethod[TelegramType], timeout: int | None = None
    ) -> TelegramType:
        name = method.__api_method__
        dumped = method.model_dump(warnings=False).items()
        form = {key: self.prepare_value(value, bot=bot, files={}) for key, value in dumped}
        self.calls.append((name, {key: value for key, value in form.items() if value}))
        self.timeouts.append(timeout)
        status, content = await self._answer(name, method)
        return cast(TelegramType, self.check_response(bot, method, status, content).result)

    async def _answer(self, name: str, method: TelegramMethod[Any]) -> tuple[int, str]:
        answer = self._answers[name]
        if isinstance(answer, float):
            await asyncio.sleep(answer)
            raise TelegramNetworkError(method, "Request timeout error")
        if isinstance(answer, Exception):
            raise answer
        return answer

    def stream_content(
        self,
        url: str,
        headers: dict[str, Any] | None = None,
        timeout: int = 30,
        chunk_size: int = 65536,
        raise_for_status: bool = True,
    ) -> AsyncGenerator[bytes, None]:
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
    """What becomes of a message with this content."""
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
