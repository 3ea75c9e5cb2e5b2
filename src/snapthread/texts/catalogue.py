"""The texts of one language, as its file holds them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Final, Self

from snapthread.texts.numbers import ENGLISH, localize_number
from snapthread.texts.plurals import Rules

CatalogueText = str | dict[str, str]  # or its plural forms, by their name
RULES: Final = "plural_rules"
MODEL: Final = "model"  # what the model reads is in a file too, of no language of people


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """`catalogue.fill("reset_deleting", n=3)`; a text with plural forms is chosen by `n`."""

    texts: Mapping[str, CatalogueText]
    rules: Rules
    number: str = ENGLISH

    @classmethod
    def load(cls, name: str) -> Self:
        content = resources.files(__package__).joinpath(f"{name}.json").read_text("utf-8")
        texts = json.loads(content)
        rules = Rules.read(texts.pop(RULES))
        return cls(texts=texts, rules=rules, number=texts.pop("number", ENGLISH))

    def __contains__(self, key: str) -> bool:
        return key in self.texts

    def fill(self, key: str, fields: Mapping[str, object]) -> str:
        text = self.texts[key]
        if isinstance(text, dict):
            text = text[self.rules.form(int(str(fields["n"])))]
        return text.format_map({name: self._format_field(field) for name, field in fields.items()})

    def _format_field(self, field: object) -> object:
        """Decimals in the way of the language; anything else as it is."""
        return self.decimal(f"{field:g}") if isinstance(field, float) else field

    def decimal(self, number: str) -> str:
        return localize_number(number, self.number)


def languages() -> tuple[str, ...]:
    """Those that have a file."""
    names = (file.name for file in resources.files(__package__).iterdir())
    found = {name.removesuffix(".json") for name in names if name.endswith(".json")}
    return tuple(sorted(found - {MODEL}))
