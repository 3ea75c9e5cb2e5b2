"""PERSONAS_FILE: characters that people may choose, as a table of TOML each.

[[persona]]
name = "Teacher"
instructions = "You are a patient teacher …"
model = "gpt-6-terra"    # where it wants another than OPENAI_MODEL
languages = ["en", "de"] # of the people it is shown to; none: everybody
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from snapthread.model.preferences import Persona
from snapthread.settings.kinds import InvalidSetting
from snapthread.texts import LANGUAGES

FIELDS: Final = frozenset({"name", "instructions", "model", "languages"})
MOST: Final = 50
NAME_CHARS: Final = 40  # more does not fit a button on a phone
INSTRUCTIONS_CHARS: Final = 20_000


@lru_cache(8)
def load_personas(path: Path) -> tuple[Persona, ...]:
    """Raises InvalidSetting for a file that is none; no sentence repeats what stands in it."""
    import tomllib  # few have such a file

    try:
        content = tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        raise InvalidSetting("names a file that cannot be read") from None
    except tomllib.TOMLDecodeError:
        raise InvalidSetting("names a file that is no TOML") from None
    tables = content.get("persona")
    if set(content) != {"persona"} or not isinstance(tables, list) or len(tables) > MOST:
        raise InvalidSetting(
            f"names a file that has no [[persona]], more than {MOST}, or something else"
        )
    for number, table in enumerate(tables, start=1):
        for problem in _problems(table):
            raise InvalidSetting(f"names a file whose persona {number} {problem}")
    personas = tuple(map(_persona, tables))
    if len({persona.name for persona in personas}) < len(personas):
        raise InvalidSetting("names a file with two personas of one name")
    return personas


def _problems(table: Any) -> Iterator[str]:
    if not isinstance(table, dict):
        yield "is no table"
        return
    if unknown := set(table) - FIELDS:
        yield f"has what none has: {', '.join(sorted(unknown))}"
    if not _is_text(table.get("name"), NAME_CHARS):
        yield f"needs a name of 1 to {NAME_CHARS} characters"
    if not _is_text(table.get("instructions"), INSTRUCTIONS_CHARS):
        yield f"needs instructions of 1 to {INSTRUCTIONS_CHARS} characters"
    if "model" in table and (not _is_text(table["model"], 200) or " " in table["model"]):
        yield "has a model that is no id"
    languages = table.get("languages", [])
    if not isinstance(languages, list) or not set(languages) <= set(LANGUAGES):
        yield f"has languages that are none of {', '.join(LANGUAGES)}"


def _is_text(value: object, most: int) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= most


def _persona(table: Mapping[str, Any]) -> Persona:
    return Persona(
        name=table["name"].strip(),
        instructions=table["instructions"].strip(),
        model=table.get("model", ""),
        languages=tuple(table.get("languages", ())),
    )
