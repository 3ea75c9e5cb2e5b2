"""The bot's profile: name, descriptions and commands, by scope and language."""

import json
import re
from typing import Final

from snapthread_sandbox.telegram.params import bad_request
from snapthread_sandbox.wire import Json

COMMANDS_MAX: Final = 100
DESCRIPTION_MAX: Final = 256
SCOPES: Final = {
    "default": (),
    "all_private_chats": (),
    "all_group_chats": (),
    "all_chat_administrators": (),
    "chat": ("chat_id",),
    "chat_administrators": ("chat_id",),
    "chat_member": ("chat_id", "user_id"),
}
TEXT_MAX: Final = {"name": 64, "description": 512, "short_description": 120}


class Profile:
    """The bot's profile, per language."""

    def __init__(self, name: str) -> None:
        self.commands: dict[tuple[str, str], list[Json]] = {}  # by scope (JSON) and language
        self.texts: dict[tuple[str, str], str] = {("name", ""): name}  # by field and language

    def set_commands(self, params: Json) -> bool:
        commands = params.get("commands", [])
        if len(commands) > COMMANDS_MAX:
            raise bad_request("BOT_COMMANDS_TOO_MUCH")
        for command in commands:
            _check_command(command)
        self.commands[_scope(params), _language(params)] = commands
        return True

    def get_commands(self, params: Json) -> list[Json]:
        return self.commands.get((_scope(params), _language(params)), [])

    def delete_commands(self, params: Json) -> bool:
        self.commands.pop((_scope(params), _language(params)), None)
        return True

    def set_text(self, field: str, params: Json) -> bool:
        text = params.get(field, "")
        if len(text) > TEXT_MAX[field]:
            raise bad_request(f"the bot's {field} is too long")
        self.texts[field, _language(params)] = text
        return True

    def get_text(self, field: str, params: Json) -> Json:
        """The text in this language, else the one for all languages."""
        own = self.texts.get((field, _language(params)))
        return {field: own or self.texts.get((field, ""), "")}


def _check_command(command: object) -> None:
    if not isinstance(command, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    if not re.fullmatch(r"[a-z0-9_]{1,32}", command.get("command", "").removeprefix("/")):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(command.get("description", "")) <= DESCRIPTION_MAX:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")


def _scope(params: Json) -> str:
    scope = params.get("scope", {"type": "default"})
    if scope.get("type") not in SCOPES:
        raise bad_request("unsupported type of BotCommandScope")
    if any(field not in scope for field in SCOPES[scope["type"]]):
        raise bad_request("can't parse BotCommandScope: a field is missing")
    return json.dumps(scope, sort_keys=True)


def _language(params: Json) -> str:
    code = params.get("language_code", "")
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise bad_request("invalid language code specified")
    return str(code)
