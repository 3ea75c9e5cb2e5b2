"""Every sentence that people and the model read; a language is a file beside this one.

docs/languages.md tells how to add one.

catalogue.py  the texts of one language, as its file holds them
failures.py   failures and the sentences that people and admins hear of them: two tables
localizer.py  the sentences for one person: each failure and outcome in their language
numbers.py    sums of money and other numbers, as a language writes them
plurals.py    plural rules in the notation of CLDR, for whole numbers
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Self

from snapthread.model import Language
from snapthread.texts.catalogue import MODEL, Catalogue, languages

LANGUAGES: Final[tuple[Language, ...]] = languages()
COMMANDS: Final = (
    "start",
    "help",
    "reset",
    "new",
    "stop",
    "retry",
    "undo",
    "usage",
    "settings",
    "language",
    "history",
    "forget",
    "privacy",
    "export",
    "delete_me",
)  # as the bot's menu shows them


@dataclass(frozen=True, slots=True)
class Texts:
    """`texts("ru", "reset_deleting", n=3)`; a key with plural forms is chosen by `n`."""

    by_language: Mapping[Language, Catalogue]
    for_model: Catalogue

    @classmethod
    @cache
    def load(cls) -> Self:
        known = {language: Catalogue.load(language) for language in LANGUAGES}
        return cls(known, Catalogue.load(MODEL))

    def __call__(self, language: Language, key: str, **fields: object) -> str:
        return self.by_language[language].fill(key, fields)

    def model(self, key: str, **fields: object) -> str:
        """A line for the model; always English."""
        return self.for_model.fill(key, fields)

    def unsupported(self, language: Language, kind: str) -> str:
        """The refusal of a kind of message, as Telegram names it, with what works instead."""
        key = f"kind_{kind}" if f"kind_{kind}" in self.by_language[language] else "kind_other"
        return self(language, "unsupported", kind=self(language, key))

    def commands(self, language: Language) -> tuple[tuple[str, str], ...]:
        """The commands to publish, each with its description."""
        return tuple((name, self(language, f"command_{name}")) for name in COMMANDS)

    def menus(self, default: Language) -> dict[Language, tuple[tuple[str, str], ...]]:
        """The commands by language; under "" those for everybody else."""
        others = (language for language in LANGUAGES if language != default)
        return {"": self.commands(default), **{other: self.commands(other) for other in others}}


def language_of(language_code: str | None, default: Language) -> Language:
    """Telegram sends an IETF tag such as `ru` or `en-GB`, or none."""
    tag = (language_code or "").replace("_", "-").lower()
    primary = tag.split("-")[0]
    return next((known for known in (tag, primary) if known in LANGUAGES), default)
