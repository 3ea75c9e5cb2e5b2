"""The settings are read, and everything wrong with them is reported at once."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from snapthread.settings.environment import RawSettings, read
from snapthread.settings.kinds import InvalidSetting
from snapthread.settings.settings import Settings

RUN_NEEDS: Final = ("TELEGRAM_BOT_TOKEN", "OPENAI_API_KEY")
# Known settings that this version does not act on: refused while set, so that nobody trusts what
# does not happen. Whoever makes one work takes it out here.
NOT_YET: Final[tuple[str, ...]] = ()


class SettingsError(Exception):
    """The problems of the settings, a sentence each; none repeats a value."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def load_settings(
    environ: Mapping[str, str],
    *,
    env_file: Path | None = None,
    needs: Collection[str] = RUN_NEEDS,
    refused: Collection[str] = NOT_YET,
) -> Settings:
    """The settings, or SettingsError with every problem. The environment wins over the file."""
    names = tuple(field.upper() for field in Settings.model_fields)
    reading = read(environ, env_file, names=names, refused=refused)
    missing = [f"{name} is required." for name in needs if name not in reading.values]
    problems = [*reading.problems, *missing]
    try:
        settings = Settings.model_validate({k.lower(): v for k, v in reading.values.items()})
    except ValidationError as error:
        wrong = [
            _sentence(details, reading)
            for details in error.errors()
            if details["type"] != "default_factory_not_called"  # another field is to blame
        ]
        raise SettingsError([*problems, *wrong]) from None
    if problems:
        raise SettingsError(problems)
    return settings


def _sentence(details: ErrorDetails, reading: RawSettings) -> str:
    field = str(details["loc"][0])
    match details.get("ctx"):
        case {"error": InvalidSetting() as told}:
            what = str(told)
        case _:
            what = f"must be {Settings.model_fields[field].description}"
    return f"{reading.spelling(field.upper())} {what}."
