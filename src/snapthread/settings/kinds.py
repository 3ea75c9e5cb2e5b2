"""The kinds of value that settings have: how each is read from text. None repeats a value."""

import re
from decimal import Decimal
from typing import Annotated, Final, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, StringConstraints

from snapthread.texts import LANGUAGES

MODELS_MAX: Final = 30  # a button each
STORE_SERVERS: Final = frozenset({"redis", "rediss", "valkey", "valkeys"})


class InvalidSetting(ValueError):
    """A wrong value that has a sentence of its own, to follow the setting's name."""


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _unless_empty(value: object) -> object:
    return None if value == "" else _lower(value)


def _split(url: str) -> SplitResult:
    """The parts of an address whose host and port can be one."""
    parts = urlsplit(url)
    if not re.fullmatch(r"[\w.:%-]+", parts.hostname or "") or parts.port == 0:
        raise ValueError
    return parts


def _check_url(url: str) -> str:
    if _split(url).scheme not in {"http", "https"}:
        raise ValueError
    return url.rstrip("/")


OUR_PAGES = ("/healthz", "/readyz", "/metrics", "/admin")


def _check_webhook_url(url: str) -> str:
    parts = urlsplit(_check_url(url))
    if parts.query or parts.fragment:
        raise ValueError
    if not re.fullmatch(r"[\w./~:-]*", parts.path, re.ASCII):
        raise InvalidSetting("must have a path of letters, digits and . _ ~ : / - only")
    if parts.path.startswith(OUR_PAGES):
        raise InvalidSetting("must have a path that is no page of the bot, such as /telegram")
    return url


def _check_webhook_secret(secret: SecretStr) -> SecretStr:
    if not re.fullmatch(r"([A-Za-z0-9_-]{1,256})?", secret.get_secret_value()):
        raise ValueError
    return secret


def _ids(value: object) -> object:
    """User ids separated by commas."""
    if not isinstance(value, str):
        return value
    ids = frozenset(int(part) for part in value.split(",") if part.strip())
    if not ids or min(ids) < 1:
        raise ValueError
    return ids


def _ids_or_everybody(value: object) -> object:
    return None if value == "*" else _ids(value)


def _group_ids(value: object) -> object:
    """Ids of groups separated by commas: all of them are negative."""
    if not isinstance(value, str) or value == "*":
        return None if value == "*" else value
    ids = frozenset(int(part) for part in value.split(",") if part.strip())
    if not ids or max(ids) > -1:
        raise ValueError
    return ids


def _check_token(token: SecretStr) -> SecretStr:
    if not re.fullmatch(r"(\d+:[\w-]+)?", token.get_secret_value(), re.ASCII):
        raise ValueError
    return token


def _check_key(key: SecretStr) -> SecretStr:
    """It travels in a header: visible ASCII only."""
    if not re.fullmatch(r"[!-~]*", key.get_secret_value()):
        raise ValueError
    return key


def _check_admin_token(token: SecretStr) -> SecretStr:
    """Long enough that nobody guesses it."""
    if not re.fullmatch(r"[!-~]{16,}", token.get_secret_value()):
        raise ValueError
    return token


def _check_store(url: str) -> str:
    if urlsplit(url).scheme in STORE_SERVERS:
        return _check_server(url)
    if not re.fullmatch(r"sqlite:///.+", url):
        raise ValueError
    return url


def _check_server(url: str) -> str:
    """A host, perhaps a port, perhaps the number of a database."""
    if not re.fullmatch(r"(/\d*)?", _split(url).path, re.ASCII):
        raise ValueError
    return url


PROXIES: Final = frozenset({"http", "https", "socks5"})


def _check_proxy(proxy: SecretStr) -> SecretStr:
    """A host, perhaps a port, perhaps user and password; nothing behind them."""
    parts = _split(proxy.get_secret_value())
    if parts.scheme not in PROXIES:
        raise ValueError
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise InvalidSetting(
            "must end behind the host or the port: write %2F, %3F or %23 in a password"
        )
    return proxy


def _models(value: object) -> object:
    """Ids separated by commas; each once."""
    if not isinstance(value, str):
        return value
    models = tuple(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))
    if not models or len(models) > MODELS_MAX or any(" " in model for model in models):
        raise ValueError
    return models


def _channel(value: object) -> object:
    """`@name`, or `-100… https://t.me/+…`: the chat and where people join it."""
    if not isinstance(value, str):
        return value
    if re.fullmatch(r"@[A-Za-z]\w{3,31}", value, re.ASCII):
        return value, f"https://t.me/{value[1:]}"
    found = re.fullmatch(r"(-100\d{1,13})\s+(https://t\.me/\S+)", value, re.ASCII)
    if found is None:
        raise ValueError
    return found[1], found[2]


def _check_language(language: str) -> str:
    if language not in LANGUAGES:
        raise ValueError
    return language


def _check_side(side: int) -> int:
    if side and not 512 <= side <= 8192:
        raise ValueError("neither 0 nor from 512 to 8192")
    return side


def micros(dollars: Decimal) -> int:
    return int(dollars * 1_000_000)


Count = Annotated[int, Field(ge=0, le=1_000_000_000)]
Dollars = Annotated[Decimal, Field(ge=0, le=1_000_000, decimal_places=6)]
Word = Annotated[str, StringConstraints(pattern=r"^\S+$")]
OptionalWord = Annotated[str, StringConstraints(pattern=r"^\S*$")]
Access = Annotated[Literal["open", "invite", "list", ""], BeforeValidator(_lower)]
Channel = Annotated[tuple[str, str], BeforeValidator(_channel)]
Models = Annotated[tuple[str, ...], BeforeValidator(_models)]
Url = Annotated[str, AfterValidator(_check_url)]
WebhookUrl = Annotated[str, AfterValidator(_check_webhook_url)]
WebhookSecret = Annotated[SecretStr, AfterValidator(_check_webhook_secret)]
StoreUrl = Annotated[str, AfterValidator(_check_store)]
BotToken = Annotated[SecretStr, AfterValidator(_check_token)]
ApiKey = Annotated[SecretStr, AfterValidator(_check_key)]
AdminToken = Annotated[SecretStr, AfterValidator(_check_admin_token)]
ProxyUrl = Annotated[SecretStr, AfterValidator(_check_proxy)]
YesNo = Annotated[Literal["yes", "no"], BeforeValidator(_lower)]
Sees = Annotated[Literal["auto", "yes", "no"], BeforeValidator(_lower)]
Transport = Annotated[Literal["auto", "files", "inline"], BeforeValidator(_lower)]
UserIds = Annotated[frozenset[int], BeforeValidator(_ids)]
Allowed = Annotated[frozenset[int] | None, BeforeValidator(_ids_or_everybody)]
Groups = Annotated[frozenset[int] | None, BeforeValidator(_group_ids)]
GroupAnswers = Annotated[Literal["mention", "always", "off"], BeforeValidator(_lower)]
GroupConversations = Annotated[Literal["shared", "per_user"], BeforeValidator(_lower)]
BotLanguage = Annotated[str, BeforeValidator(_lower), AfterValidator(_check_language)]
# A closed list, because the API's refusal of a misspelt one would look like "cannot reason".
Effort = Annotated[
    Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] | None,
    BeforeValidator(_unless_empty),
]
StreamingSetting = Annotated[Literal["auto", "edit", "draft", "off"], BeforeValidator(_lower)]
DocumentDetailSetting = Annotated[Literal["low", "high", "auto"], BeforeValidator(_lower)]
Detail = Annotated[Literal["low", "high", "auto", "original"], BeforeValidator(_lower)]
ImageSide = Annotated[int, AfterValidator(_check_side)]
LogFormat = Annotated[Literal["console", "json"], BeforeValidator(_lower)]
LogLevel = Annotated[
    Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], BeforeValidator(_upper)
]
