"""The first `snapthread run` on a terminal: it asks for the two secrets and writes them down."""

import os
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from snapthread.cli.common import WRONG_USE
from snapthread.cli.probe import Verdict, check_key, check_token

if TYPE_CHECKING:
    from snapthread.settings import Settings

ENV_FILE: Final = Path(".env")
TRIES: Final = 3
SHAPES: Final = {
    "TELEGRAM_BOT_TOKEN": (
        "Bot token, from @BotFather",
        r"\d+:[\w-]+",
        "digits, a colon, letters",
    ),
    "OPENAI_API_KEY": ("Key of OpenAI", r"[!-~]+", "no spaces or line breaks"),
}


def set_up_if_missing(environ: Mapping[str, str]) -> None:
    """Ask where a person is at the terminal, and something that `run` needs is missing."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return
    from snapthread.settings import RUN_NEEDS, SettingsError, load_settings
    from snapthread.settings.environment import read

    found = read(environ, ENV_FILE, names=RUN_NEEDS)
    missing = [name for name in RUN_NEEDS if name not in found.values]
    try:
        settings = load_settings(environ, env_file=ENV_FILE, needs=())
    except SettingsError:  # `run` tells all of it
        return
    if missing:
        _ask_and_write(missing, settings)


def _ask_and_write(missing: list[str], settings: "Settings") -> None:
    telegram, openai = settings.telegram_api_base_url, settings.openai_base_url
    checks: dict[str, Callable[[str], Verdict]] = {
        "TELEGRAM_BOT_TOKEN": lambda token: check_token(token, telegram),
        "OPENAI_API_KEY": lambda key: check_key(key, openai, settings.openai_model),
    }
    typer.echo("Not set up yet. What you type or paste is not shown; Ctrl-C stops.", err=True)
    _write({name: _ask(name, checks[name]) for name in missing})
    typer.echo(f"Written to {ENV_FILE}, which only you can read. The bot starts.", err=True)


def _ask(name: str, check: Callable[[str], Verdict]) -> str:
    """A value that is good, or that a person keeps although nobody could tell."""
    title, shape, told = SHAPES[name]
    for _ in range(TRIES):
        value = str(typer.prompt(title, hide_input=True, err=True)).strip()
        if not re.fullmatch(shape, value, re.ASCII):
            typer.echo(f"It must look different: {told}.", err=True)
            continue
        verdict = check(value)
        typer.echo(verdict.told, err=True)
        if verdict.is_good or (verdict.is_good is None and _keeps()):
            return value
    typer.echo(f"{name} is required.", err=True)
    raise typer.Exit(WRONG_USE)


def _keeps() -> bool:
    return typer.confirm("Keep it all the same?", err=True)


def _write(values: dict[str, str]) -> None:
    """Add them to the file, which is for its owner only from then on."""
    text = ENV_FILE.read_text("utf-8") if ENV_FILE.exists() else ""
    start = "\n" if text and not text.endswith("\n") else ""
    lines = start + "".join(f"{name}={_quote(value)}\n" for name, value in values.items())
    number = os.open(ENV_FILE, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    with os.fdopen(number, "a", encoding="utf-8") as file:
        ENV_FILE.chmod(0o600)
        file.write(lines)


def _quote(value: str) -> str:
    """As .env, compose and systemd all read it."""
    if re.fullmatch(r"[\w.:/+=@-]+", value, re.ASCII):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
