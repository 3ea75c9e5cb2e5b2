"""Writes description.json: what Telegram says of the methods and types that we use, and no more.

Facts of the npm package @gramio/types, which is generated from core.telegram.org/bots/api:
npm pack @gramio/types, unpack it, then
.venv/bin/python -m tests.bot_api.extract VERSION package/out > tests/bot_api/description.json
"""

import json
import re
import sys
from pathlib import Path
from typing import Any, Final

from tests.bot_api.surface import methods_called, types_read

# What messages of ours are made of.
SENT: Final = (
    "MessageEntity LinkPreviewOptions ReplyParameters InlineKeyboardMarkup InlineKeyboardButton"
    " BotCommand EphemeralMessageParameters InlineQueryResultArticle InputTextMessageContent"
)
COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
FIELD: Final = re.compile(r"^    (\w+)(\??):(.*?)(?=^    \w+\??:|\Z)", re.MULTILINE | re.DOTALL)
BODY: Final = r"^(?:export )?interface {name}(?: extends \w+)? \{{\n(.*?)^\}}"
UNION: Final = r"^(?:export )?type {name} =([^\n]*\n(?:    \|[^\n]*\n)*)"
LITERALS: Final = re.compile(r'(?:\s*\|?\s*"[^"]*")+\s*')
NOISE: Final = re.compile(r"Objects\.|\bTelegram(?=[A-Z])|\| \{ to\w+\(\): [\w.]+ \}")

Fields = dict[str, str]  # the name, with a question mark where it may be absent → TypeScript


def described(version: str, folder: Path) -> dict[str, Any]:
    params = COMMENT.sub("", (folder / "params.d.ts").read_text())
    objects = COMMENT.sub("", (folder / "objects.d.ts").read_text())
    return {
        "version": version,
        "source": f"npm @gramio/types {version}, generated from core.telegram.org/bots/api",
        "methods": {name: _params(params, name) for name in sorted(methods_called())},
        "types": {name: _type(objects, name) for name in sorted({*types_read(), *SENT.split()})},
    }


def _params(text: str, method: str) -> Fields:
    return _fields(text, f"{method[0].upper()}{method[1:]}Params") or {}


def _type(text: str, name: str) -> Fields | list[Fields]:
    """The fields; of a type that is one of several, the fields of each."""
    fields = _fields(text, f"Telegram{name}")
    if fields is not None:
        return fields
    union = re.search(UNION.format(name=f"Telegram{name}"), text, re.MULTILINE)
    assert union is not None, name
    kinds = re.findall(r"\w+", union.group(1))
    return [_fields(text, kind) or {} for kind in kinds]


def _fields(text: str, name: str) -> Fields | None:
    body = re.search(BODY.format(name=name), text, re.MULTILINE | re.DOTALL)
    if body is None:
        return None
    return {
        f"{key}{mark}": " ".join(NOISE.sub("", _spelt(text, told)).split()).removeprefix("| ")
        for key, mark, told in FIELD.findall(body.group(1))
    }


def _spelt(text: str, told: str) -> str:
    """A name for a few words is those words."""
    union = re.search(UNION.format(name=re.escape(told.strip())), text, re.MULTILINE)
    return union.group(1) if union and LITERALS.fullmatch(union.group(1)) else told


if __name__ == "__main__":
    told = described(sys.argv[1], Path(sys.argv[2]))
    sys.stdout.write(json.dumps(told, indent=1) + "\n")
