"""Two plain questions, before anything of the bot is imported: is this token good, and this key?"""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, Final

from snapthread.adapters.openai_api.key import key_headers

TELEGRAM: Final = "https://api.telegram.org"
OPENAI: Final = "https://api.openai.com/v1"
ANSWER_S: Final = 15.0
REFUSED: Final = (401, 403, 404)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`is_good` is None where nobody could tell; `told` is a sentence without the secret."""

    is_good: bool | None
    told: str


def check_token(token: str, base_url: str | None) -> Verdict:
    status, answer = _get(f"{base_url or TELEGRAM}/bot{token}/getMe", {})
    match answer:
        case {"ok": True, "result": {"username": str(username)}}:
            return Verdict(True, f"Telegram knows it: @{username}")
    if status in REFUSED:
        return Verdict(False, "Telegram does not know this token.")
    return Verdict(None, _unclear("Telegram", status))


def check_key(key: str, base_url: str | None, model: str) -> Verdict:
    headers = dict(key_headers(key, base_url or OPENAI))
    status, answer = _get(f"{base_url or OPENAI}/models", headers)
    match answer:
        case {"data": list(models)} if status == 200:
            names = {each.get("id") for each in models if isinstance(each, dict)}
            if model in names:
                return Verdict(True, f"The key works, and {model} is there.")
            return Verdict(True, f"The key works. {model} is not in its list of models.")
    if status in REFUSED:
        return Verdict(False, "OpenAI refuses this key.")
    return Verdict(None, _unclear("OpenAI", status))


def _unclear(service: str, status: int) -> str:
    if status:
        return f"{service} answered with status {status}: whether it is right could not be told."
    return f"{service} cannot be reached from here: whether it is right could not be told."


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """urllib would send the headers along, whoever it is that is named."""

    def redirect_request(self, *_: object) -> None:
        return None


def _get(url: str, headers: dict[str, str]) -> tuple[int, Any]:
    """Status and JSON; 0 where there was no answer."""
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - checked by the settings
    try:
        opener = urllib.request.build_opener(_NoRedirects)
        with opener.open(request, timeout=ANSWER_S) as response:
            return response.status, json.loads(response.read())
    except urllib.error.HTTPError as error:
        return error.code, None
    except (OSError, ValueError, HTTPException):
        return 0, None
