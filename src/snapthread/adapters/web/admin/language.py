"""The language of the page that is being made: English, or one that has a file beside this one.

A text is its own key, as with gettext: what has no translation is told in English.
"""

import json
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Final

ENGLISH: Final = "en"
LANGUAGES: Final = (ENGLISH, "ru")

_spoken: ContextVar[str] = ContextVar("spoken", default=ENGLISH)


def speak(language: str) -> None:
    """From now on, for this request."""
    _spoken.set(language)


def current_language() -> str:
    return _spoken.get()


def tr(text: str, **fields: object) -> str:
    """The text in the language of the request, its fields filled."""
    told = texts(current_language()).get(text, text)
    return told.format(**fields) if fields else told


def preferred_language(accepted: str) -> str:
    """The first language of a browser's `Accept-Language` that we have; it sorts them itself."""
    return next((name for name in _listed_languages(accepted) if name in LANGUAGES), ENGLISH)


def _listed_languages(accepted: str) -> Iterator[str]:
    for part in accepted.split(","):
        yield part.partition(";")[0].strip().partition("-")[0].lower()


@cache
def texts(language: str) -> Mapping[str, str]:
    if language == ENGLISH:
        return {}
    found: dict[str, str] = json.loads(
        Path(__file__).with_name(f"{language}.json").read_text("utf-8")
    )
    return found
