"""Choices of people for themselves, out of what the operator offers. Pure.

A choice that is not offered any more is as if it was never made.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final, Literal, get_args

from snapthread.model.messages import Language, Message

Length = Literal["brief", "normal", "thorough"]
ImageDetail = Literal["saver", "normal", "fine"]
Field = Literal["language", "length", "model", "persona", "detail", "own"]

LENGTHS: Final[tuple[Length, ...]] = get_args(Length)
DETAILS: Final[tuple[ImageDetail, ...]] = get_args(ImageDetail)
NORMAL: Final = "normal"
OWN: Final = "own"  # the persona whose instructions are the person's
OWN_CHARS: Final = 1000  # of one's own instructions: they travel with each question
# How closely the model looks; what is not here is the operator's IMAGE_DETAIL.
LOOKS: Final[dict[str, str]] = {"saver": "low", "fine": "original"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """One person's choices, or one group's. Empty: as the operator has it."""

    language: str = ""
    length: str = ""
    model: str = ""
    persona: str = ""  # its key, or "own"
    detail: str = ""
    own: str = ""  # instructions of one's own

    def own_values(self) -> dict[str, str]:
        """A person's choices."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in values.items() if value}


NO_PREFERENCES: Final = Preferences()
FIELDS: Final = frozenset(get_args(Field))


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """A character to talk to. `languages`: of the people it is shown to; none: everybody."""

    name: str
    instructions: str
    model: str = ""
    languages: tuple[Language, ...] = ()

    @property
    def key(self) -> str:
        return key_of(self.name)

    def speaks(self, language: Language) -> bool:
        return not self.languages or language in self.languages


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The choices that the operator offers. `model`, `detail`: where nobody chose."""

    model: str
    detail: str = "auto"
    models: tuple[str, ...] = ()
    personas: tuple[Persona, ...] = ()
    has_own_instructions: bool = False

    def persona_of(self, chosen: Preferences) -> Persona | None:
        found = (each for each in self.personas if each.key == chosen.persona)
        return next(found, None)

    def is_own(self, chosen: Preferences) -> bool:
        """Do instructions of their own hold?"""
        return self.has_own_instructions and chosen.persona == OWN and bool(chosen.own)

    def model_of(self, chosen: Preferences) -> str:
        """One's own choice, else the persona's, else the operator's."""
        if chosen.model in (self.model, *self.models):
            return chosen.model
        persona = self.persona_of(chosen)
        return persona.model if persona and persona.model else self.model

    def detail_of(self, chosen: Preferences) -> str:
        return LOOKS.get(chosen.detail, self.detail)

    @property
    def every_model(self) -> tuple[str, ...]:
        """All that a question may be asked with."""
        others = (each.model for each in self.personas if each.model)
        return tuple(dict.fromkeys((self.model, *self.models, *others)))

    def setting_of(self, model: str) -> str:
        """The setting that names it."""
        if model == self.model:
            return "OPENAI_MODEL"
        return "MODELS" if model in self.models else "PERSONAS_FILE"


def key_of(name: str) -> str:
    """A short name for a button: it holds 64 bytes at most."""
    return hashlib.sha256(name.encode()).hexdigest()[:12]


def find_by_key(key: str, names: Sequence[str]) -> str | None:
    return next((name for name in names if key_of(name) == key), None)


def owner_of(message: Message) -> str:
    """The owner of the preferences that hold: the person in private and where the bot is a guest,
    else the group."""
    is_own = message.is_private or message.is_guest
    return owned_by_person(message.user_id) if is_own else owned_by_group(message.chat_id)


def owned_by_person(user_id: int) -> str:
    return f"user:{user_id}"


def owned_by_group(chat_id: int) -> str:
    return f"group:{chat_id}"
