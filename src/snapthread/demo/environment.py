"""The environment of the demo's bot: built anew, so that no key comes in without its flag."""

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from snapthread.settings import SettingsError, load_settings
from snapthread.settings.environment import read

# What a process needs to run at all.
NEEDED: Final = (
    "PATH HOME LANG LC_ALL LC_CTYPE TZ TMPDIR TEMP TMP SYSTEMROOT LD_LIBRARY_PATH"
    " PYTHONHOME PYTHONUTF8"
).split()
# What it needs to reach the services: certificates and proxies.
FOR_THE_NETWORK: Final = (
    "SSL_CERT_FILE SSL_CERT_DIR HTTP_PROXY HTTPS_PROXY ALL_PROXY http_proxy https_proxy all_proxy"
).split()
OPENAI: Final = (
    "OPENAI_API_KEY OPENAI_BASE_URL OPENAI_MODEL OPENAI_REASONING_EFFORT OPENAI_MAX_OUTPUT_TOKENS"
    " OPENAI_PROXY OPENAI_SEES"
).split()
OPENAI_SDK: Final = "OPENAI_ORG_ID OPENAI_PROJECT_ID".split()
TELEGRAM: Final = (
    "TELEGRAM_BOT_TOKEN TELEGRAM_API_BASE_URL ALLOWED_TELEGRAM_USER_IDS ADMIN_USER_IDS"
).split()


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubles:
    """The address of the doubles, and the token and key that they take."""

    url: str
    token: str
    key: str


def bot_environment(
    environ: Mapping[str, str],
    doubles: Doubles,
    folder: Path,
    *,
    real_openai: bool = False,
    real_telegram: bool = False,
    env_file: Path | None = None,
) -> dict[str, str]:
    """All that the bot gets to see. Raises SettingsError where a real service is not set up."""
    wanted = [*(OPENAI if real_openai else ()), *(TELEGRAM if real_telegram else ())]
    told = _bare(environ, online=real_openai or real_telegram)
    if not real_openai:
        told |= {"OPENAI_API_KEY": doubles.key, "OPENAI_BASE_URL": f"{doubles.url}/v1"}
        told |= {"OPENAI_SEES": "yes"}  # its answers are made up, its looking is not
        told |= {"MODELS": "gpt-6-luna,gpt-6-sol"}  # to be chosen; one offline model answers all
    else:
        told |= {name: environ[name] for name in OPENAI_SDK if name in environ}
    if not real_telegram:
        told |= {"TELEGRAM_BOT_TOKEN": doubles.token, "TELEGRAM_API_BASE_URL": doubles.url}
    told |= _real(environ, env_file, wanted)
    told |= {
        "DATA_DIR": str(folder / "data"),
        "PERSONAS_FILE": str(Path(__file__).with_name("personas.toml")),
        "OWN_INSTRUCTIONS": "yes",
        "HTTP_PORT": "0",
        "LOG_FORMAT": "json",
        "LOG_LEVEL": "DEBUG",  # the page shows each request to OpenAI
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }
    load_settings(told)
    return told


def _bare(environ: Mapping[str, str], *, online: bool) -> dict[str, str]:
    names = [*NEEDED, *(FOR_THE_NETWORK if online else ())]
    told = {name: environ[name] for name in names if name in environ}
    if path := environ.get("PYTHONPATH"):
        # The bot runs in a folder of its own.
        told["PYTHONPATH"] = os.pathsep.join(
            str(Path(part).absolute()) for part in path.split(os.pathsep) if part
        )
    return told


def _real(
    environ: Mapping[str, str], env_file: Path | None, names: Collection[str]
) -> dict[str, str]:
    """These settings, from wherever `snapthread run` would take them."""
    if not names:
        return {}
    reading = read(environ, env_file, names=names)
    if reading.problems:
        raise SettingsError(reading.problems)
    return reading.values
