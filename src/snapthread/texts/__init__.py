"""Every sentence that people and the model read, by language; the files beside this hold them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Final, Self, get_args

from snapthread.model import Language

Text = str | dict[str, str]  # or its plural forms, by their name
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
COMMANDS: Final = (
    "start",
    "help",
    "reset",
    "new",
    "stop",
    "usage",
    "forget",
    "privacy",
    "export",
    "delete_me",
)  # as the bot's menu shows them


@dataclass(frozen=True, slots=True)
class Texts:
    """`texts("ru", "reset_deleting", n=3)`; a key with plural forms is chosen by `n`."""

    by_language: Mapping[Language, Mapping[str, Text]]
    for_model: Mapping[str, Text]

    @classmethod
    def load(cls) -> Self:
        return cls({language: _read(language) for language in LANGUAGES}, _read("model"))

    def __call__(self, language: Language, key: str, **fields: object) -> str:
        return _fill(self.by_language[language][key], language, fields)

    def model(self, key: str, **fields: object) -> str:
        """A line for the model; always English."""
        return _fill(self.for_model[key], "en", fields)

    def unsupported(self, language: Language, kind: str) -> str:
        """What works, to somebody who sent what does not; `kind` as Telegram names it."""
        known = self.by_language[language]
        key = f"kind_{kind}" if f"kind_{kind}" in known else "kind_other"
        return self(language, "unsupported", kind=self(language, key))

    def commands(self, language: Language) -> tuple[tuple[str, str], ...]:
        """The commands to publish, each with its description."""
        return tuple((name, self(language, f"command_{name}")) for name in COMMANDS)


def language_of(language_code: str | None, default: Language) -> Language:
    """Telegram sends an IETF tag such as `ru` or `en-GB`, or none."""
    primary = (language_code or "").replace("_", "-").split("-")[0].lower()
    return next((language for language in LANGUAGES if language == primary), default)


def plural_form(language: Language, n: int) -> str:
    """CLDR's rules for whole numbers."""
    if language == "en":
        return "one" if n == 1 else "other"
    if n % 10 == 1 and n % 100 != 11:
        return "one"
    return "few" if n % 10 in {2, 3, 4} and n % 100 not in {12, 13, 14} else "many"


def _fill(text: Text, language: Language, fields: Mapping[str, object]) -> str:
    if isinstance(text, dict):
        text = text[plural_form(language, int(str(fields["n"])))]
    return text.format_map(fields)


def _read(name: str) -> dict[str, Text]:
    content = resources.files(__package__).joinpath(f"{name}.json").read_text("utf-8")
    texts: dict[str, Text] = json.loads(content)
    return texts
