"""All that the adapter says to Telegram and reads of it, as the code has it."""

import ast
import inspect
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

from snapthread.adapters.bot_api import client, types
from snapthread.adapters.bot_api.decode import KEYS, key_of


def methods_called() -> set[str]:
    """The names that the client calls."""
    return {
        str(call.args[0].value)
        for call in ast.walk(ast.parse(inspect.getsource(client)))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "call"
        and isinstance(call.args[0], ast.Constant)
    }


def types_read() -> dict[str, type]:
    found = inspect.getmembers(types, inspect.isclass)
    return {
        name: cls for name, cls in found if is_dataclass(cls) and cls.__module__ == types.__name__
    }


def fields_read(cls: type) -> Iterator[tuple[str, Any, bool]]:
    """Telegram's name, our type, and whether it has to be there."""
    hints = get_type_hints(cls)
    for field in fields(cls):
        if not field.metadata.get(KEYS):
            hint = hints[field.name]
            optional = type(None) in get_args(hint)
            kind = next((one for one in get_args(hint) if one is not type(None)), hint)
            yield key_of(field), kind if optional else hint, not optional
