"""The sources of settings: the environment, a `.env` file, and files that hold secrets."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

ALIASES: Final = {
    "TELEGRAM_BOT_TOKEN": "BOT_TOKEN",
    "STORE_URL": "REDIS_URL",
    "NO_PROXY": "no_proxy",  # as curl spells it
}
# These may come from the file that `NAME_FILE` names: secrets, and a text that is long.
FROM_FILE: Final = frozenset(
    {
        "TELEGRAM_BOT_TOKEN",
        "TELEGRAM_WEBHOOK_SECRET",
        "OPENAI_API_KEY",
        "OPENAI_PROXY",
        "TELEGRAM_PROXY",
        "ADMIN_TOKEN",
        "STORE_URL",  # such an address may carry a password
        "ASSISTANT_INSTRUCTIONS",
    }
)
# Elsewhere blank means unset; here empty is a choice.
MAY_BE_EMPTY: Final = frozenset({"OPENAI_REASONING_EFFORT", "TRANSCRIPTION_MODEL"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RawSettings:
    """The values found, by the setting's name; how each was spelled; and the problems."""

    values: dict[str, str] = field(default_factory=dict)
    spellings: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def spelling(self, name: str) -> str:
        return self.spellings.get(name, name)


def read(
    environ: Mapping[str, str],
    env_file: Path | None,
    *,
    names: Collection[str],
    refused: Collection[str] = (),
) -> RawSettings:
    """Find each setting; the environment wins over the file, a name over its alias."""
    reading = RawSettings()
    layers = (environ, _dotenv(env_file, reading))
    for name in names:
        _find(name, layers, reading)
    for name in refused:
        if any(layer.get(key, "").strip() for layer in layers for key in (name, f"{name}_FILE")):
            reading.problems.append(f"{name} is set, but this version does not have it yet.")
    return reading


def _find(name: str, layers: tuple[Mapping[str, str], ...], reading: RawSettings) -> None:
    for layer in layers:
        for spelling in _spellings(name):
            value = _value(spelling, name, layer, reading)
            if value is not None:
                reading.values[name] = value
                reading.spellings[name] = spelling
                return


def _spellings(name: str) -> Iterator[str]:
    yield name
    if name in ALIASES:
        yield ALIASES[name]


def _value(spelling: str, name: str, layer: Mapping[str, str], reading: RawSettings) -> str | None:
    value = layer.get(spelling, "").strip()
    path = layer.get(f"{spelling}_FILE", "").strip() if name in FROM_FILE else ""
    if value and path:
        reading.problems.append(f"{spelling} and {spelling}_FILE are both set: keep one.")
        return value
    if path:
        return _content(path, f"{spelling}_FILE", reading)
    is_chosen = name in MAY_BE_EMPTY and spelling in layer
    return value if value or is_chosen else None


def _content(path: str, spelling: str, reading: RawSettings) -> str | None:
    try:
        return Path(path).read_text("utf-8-sig").strip() or None
    except (OSError, UnicodeDecodeError):
        reading.problems.append(f"{spelling} names a file that cannot be read.")
        return None


def _dotenv(env_file: Path | None, reading: RawSettings) -> Mapping[str, str]:
    try:
        if env_file is None or not env_file.exists():
            return {}
        from dotenv import dotenv_values  # few commands meet such a file

        found = dotenv_values(env_file, interpolate=False, encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        reading.problems.append(f"{env_file} cannot be read.")
        return {}
    return {key: value for key, value in found.items() if value is not None}
