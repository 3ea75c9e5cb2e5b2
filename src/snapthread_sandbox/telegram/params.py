"""Errors of the Bot API, and its parameters: JSON values, or form strings that hold JSON."""

import json
from collections.abc import Mapping
from typing import Any, Final

from snapthread_sandbox.wire import Json, Upload


class BotError(Exception):
    """A call that Telegram refuses."""

    def __init__(self, code: int, description: str, parameters: Json | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad_request(description: str) -> BotError:
    return BotError(400, f"Bad Request: {description}")


def conflict(description: str) -> BotError:
    return BotError(409, f"Conflict: {description}")


CHATS: Final = frozenset("chat_id from_chat_id".split())  # a number, or a public @name
INTEGERS: Final = frozenset(
    "message_id draft_id message_thread_id user_id offset limit timeout cache_time "
    "max_connections duration width height receiver_user_id ephemeral_message_id "
    "icon_color".split()
)
BOOLEANS: Final = frozenset(
    "can_stop keep_on_stop drop_pending_updates disable_notification protect_content show_alert "
    "is_big allow_paid_broadcast disable_content_type_detection has_spoiler "
    "show_caption_above_media remove_caption return_bots".split()
)
LISTS: Final = frozenset(
    "entities caption_entities allowed_updates commands reaction message_ids media".split()
)
OBJECTS: Final = frozenset(
    "reply_parameters reply_markup link_preview_options scope ephemeral_message_parameters "
    "result".split()
)


def normalise(params: Mapping[str, object]) -> Json:
    """Every parameter in its own type; null counts as absent."""
    return {name: _convert(name, value) for name, value in params.items() if value is not None}


def need(params: Json, name: str) -> Any:
    """A parameter that must be there."""
    if name not in params:
        raise bad_request(f'parameter "{name}" is required')
    return params[name]


def _convert(name: str, value: object) -> object:
    if name in CHATS and isinstance(value, str) and value.startswith("@"):
        return value
    if name in INTEGERS or name in CHATS:
        return _integer(name, value)
    if name in BOOLEANS:
        return _boolean(name, value)
    if name in LISTS:
        return _parse(name, value, list)
    if name in OBJECTS:
        return _parse(name, value, dict)
    if isinstance(value, (str, Upload)):
        return value
    raise _wrong(name, "a String", value)


def _integer(name: str, value: object) -> int:
    if type(value) is int:
        return value
    if isinstance(value, str) and value.removeprefix("-").isdecimal():
        return int(value)
    raise _wrong(name, "an Integer", value)


def _boolean(name: str, value: object) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise _wrong(name, "a Boolean", value)


def _parse(name: str, value: object, kind: type) -> object:
    try:
        found = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        found = None
    if not isinstance(found, kind):
        raise _wrong(name, "an Array" if kind is list else "an Object", value)
    return found


def _wrong(name: str, expected: str, value: object) -> BotError:
    return bad_request(f'parameter "{name}" must be {expected}, got {type(value).__name__}')
