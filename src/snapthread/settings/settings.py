"""Every setting, checked, with all that is wrong told at once.

A field's name in capitals is its name in the environment; its description says what it must be.
"""

import tomllib
from collections.abc import Collection, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Final, Literal
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import ErrorDetails

from snapthread.limits import DOCUMENT_BYTES, DOWNLOAD_BYTES, MEGABYTE, TRANSCRIPTION_BYTES
from snapthread.model.people import AccessMode
from snapthread.model.preferences import Offer
from snapthread.model.quotas import Limits
from snapthread.settings.environment import Reading, read
from snapthread.settings.kinds import (
    STORE_SERVERS,
    Access,
    AdminToken,
    Allowed,
    ApiKey,
    BotLanguage,
    BotToken,
    Channel,
    Count,
    Detail,
    DocumentDetail,
    Dollars,
    Effort,
    GroupAnswers,
    GroupConversations,
    Groups,
    ImageSide,
    LogFormat,
    LogLevel,
    Models,
    OptionalWord,
    ProxyUrl,
    Sees,
    StoreUrl,
    StreamingSetting,
    Told,
    Transport,
    Url,
    UserIds,
    WebhookSecret,
    WebhookUrl,
    Word,
    YesNo,
    micros,
)
from snapthread.settings.personas import load_personas
from snapthread.settings.proxies import proxy_secrets, proxy_to
from snapthread.texts import LANGUAGES

A_SUM: Final = "dollars, to a millionth and up to a million, or 0: no limit"
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
OWN_SERVER_MB: Final = 2000  # a Bot API server of one's own serves that much
RUN_NEEDS: Final = ("TELEGRAM_BOT_TOKEN", "OPENAI_API_KEY")
OPENAI: Final = "https://api.openai.com/v1"
TELEGRAM: Final = "https://api.telegram.org"
A_PROXY: Final = "the http://, https:// or socks5:// address of a proxy, perhaps user:password@"
# Known settings that this version does not act on: refused while set, so that nobody trusts what
# does not happen. Whoever makes one work takes it out here.
NOT_YET: Final[tuple[str, ...]] = ()


class SettingsError(Exception):
    """The problems of the settings, a sentence each; none repeats a value."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Settings(BaseModel):
    """The operator's choices. Secrets print as stars; an unset secret is empty."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True
    )

    telegram_bot_token: BotToken = Field(
        default=SecretStr(""), description="the token from @BotFather: digits, a colon, letters"
    )
    telegram_api_base_url: Url | None = Field(default=None, description="an http or https address")
    telegram_webhook_url: WebhookUrl | None = Field(
        default=None, description="an https address with a path of its own"
    )
    telegram_webhook_secret: WebhookSecret = Field(
        default=SecretStr(""), description="1 to 256 letters, digits, _ and -"
    )
    openai_api_key: ApiKey = Field(
        default=SecretStr(""), description="a key of OpenAI, without spaces or line breaks"
    )
    streaming: StreamingSetting = Field(default="auto", description="auto, edit, draft or off")
    openai_base_url: Url | None = Field(default=None, description="an http or https address")
    openai_proxy: ProxyUrl = Field(default=SecretStr(""), description=A_PROXY)
    telegram_proxy: ProxyUrl = Field(default=SecretStr(""), description=A_PROXY)
    no_proxy: str = Field(default="", description="hosts separated by commas, or *")
    openai_sees: Sees = Field(default="auto", description="auto, yes or no")
    image_transport: Transport = Field(default="auto", description="auto, files or inline")
    request_images_max: int = Field(
        default=12, ge=1, le=1500, description="a whole number of images from 1 to 1500"
    )
    request_images_mb: float = Field(
        default=15, gt=0, le=500, description="a number of megabytes above 0 and at most 500"
    )
    openai_model: Word = Field(default="gpt-6-luna", description="a model's id, without spaces")
    openai_reasoning_effort: Effort = Field(
        default="none",
        description="none, minimal, low, medium, high, xhigh or max, or empty to send nothing",
    )
    openai_max_output_tokens: int = Field(
        default=4096, ge=16, le=1_000_000, description="a whole number from 16 to 1000000"
    )
    assistant_instructions: str | None = Field(default=None, description="text")
    models: Models = Field(default=(), description="models' ids, separated by commas")
    personas_file: Path | None = Field(default=None, description="a file of personas")
    own_instructions: YesNo = Field(default="no", description="yes or no")
    data_dir: Path = Field(default=Path("data"), description="a folder")
    store_url: StoreUrl = Field(
        default_factory=lambda data: f"sqlite:///{data['data_dir']}/snapthread.db",
        repr=False,  # such an address may carry a password
        description="sqlite:/// and the path of a file, or the redis://, rediss://, valkey:// or"
        " valkeys:// address of a server",
    )
    allowed_telegram_user_ids: Allowed = Field(
        default=None, description="*, or user ids separated by commas"
    )
    access: Access = Field(default="", description="open, invite or list")
    required_channel: Channel | None = Field(
        default=None,
        description="the @name of a channel, or its number and the link by which people join it",
    )
    admin_user_ids: UserIds = Field(default=frozenset(), description="user ids separated by commas")
    group_answers: GroupAnswers = Field(default="mention", description="mention, always or off")
    allowed_group_ids: Groups = Field(
        default=None, description="*, or ids of groups separated by commas"
    )
    group_conversation: GroupConversations = Field(
        default="shared", description="shared or per_user"
    )
    guest_mode: YesNo = Field(default="no", description="yes or no")
    group_context: int = Field(default=0, ge=0, le=50, description="a whole number from 0 to 50")
    max_image_mb: float = Field(default=20.0, description="a number of megabytes above 0")
    image_max_side: ImageSide = Field(
        default=0, description="0, or a whole number of pixels from 512 to 8192"
    )
    image_detail: Detail = Field(default="auto", description="low, high, auto or original")
    album_wait_s: float = Field(
        default=0.9, ge=0.1, le=4, description="a number of seconds from 0.1 to 4"
    )
    context_max_tokens: int = Field(
        default=60_000, ge=4000, le=1_000_000, description="a whole number from 4000 to 1000000"
    )
    max_parallel_turns: int = Field(
        default=100, ge=1, le=1000, description="a whole number from 1 to 1000"
    )
    bot_language: BotLanguage = Field(default="en", description=f"one of {', '.join(LANGUAGES)}")
    log_format: LogFormat = Field(default="console", description="console or json")
    log_level: LogLevel = Field(
        default="INFO", description="DEBUG, INFO, WARNING, ERROR or CRITICAL"
    )
    file_retention_days: int = Field(
        default=30, ge=1, le=30, description="a whole number of days from 1 to 30"
    )
    image_window: int = Field(
        default=0, ge=0, le=1500, description="a whole number of images from 1 to 1500, or 0: all"
    )
    user_storage_mb: float = Field(
        default=0, ge=0, description="a number of megabytes, or 0: no limit"
    )
    user_daily_messages: Count = Field(default=0, description="a whole number, or 0: no limit")
    user_daily_images: Count = Field(default=0, description="a whole number, or 0: no limit")
    max_document_mb: float = Field(default=20.0, description="a number of megabytes above 0")
    max_document_pages: Count = Field(default=50, description="a whole number, or 0: no limit")
    user_daily_documents: Count = Field(default=0, description="a whole number, or 0: no limit")
    document_detail: DocumentDetail = Field(default="auto", description="low, high or auto")
    transcription_model: OptionalWord = Field(
        default="gpt-transcribe", description="a model's id, without spaces, or empty: no voice"
    )
    max_voice_minutes: Count = Field(default=10, description="a whole number, or 0: no limit")
    user_daily_voice_minutes: Count = Field(default=0, description="a whole number, or 0: no limit")
    user_daily_cost_usd: Dollars = Field(default=Decimal(0), description=A_SUM)
    user_monthly_cost_usd: Dollars = Field(default=Decimal(0), description=A_SUM)
    bot_monthly_cost_usd: Dollars = Field(default=Decimal(0), description=A_SUM)
    prices_file: Path | None = Field(default=None, description="a file of prices")
    http_host: Word = Field(default="127.0.0.1", description="a host's name or address")
    http_port: int = Field(
        default=8090, ge=0, le=65_535, description="a port from 1 to 65535, or 0 for none"
    )
    admin_token: AdminToken = Field(
        default=SecretStr(""),
        description="a secret of 16 characters or more, without spaces or line breaks",
    )

    @field_validator("access")
    @classmethod
    def _knows_whom(cls, access: str, info: ValidationInfo) -> str:
        """A list that would mean nothing is no list."""
        names_some = info.data.get("allowed_telegram_user_ids") is not None
        if access == "list" and not names_some:
            raise Told("is list, but ALLOWED_TELEGRAM_USER_IDS names nobody")
        if access == "open" and names_some:
            raise Told("is open, but ALLOWED_TELEGRAM_USER_IDS names people: leave one of them out")
        return access

    @field_validator("personas_file")
    @classmethod
    def _has_personas(cls, path: Path | None) -> Path | None:
        if path is not None:
            load_personas(path)
        return path

    @field_validator("prices_file")
    @classmethod
    def _is_a_file(cls, path: Path | None) -> Path | None:
        """Told with all the rest; whether each price can be meant is told by who reads them."""
        try:
            tomllib.loads(path.read_text("utf-8-sig") if path else "")
        except (OSError, UnicodeDecodeError):
            raise Told("names a file that cannot be read") from None
        except tomllib.TOMLDecodeError as error:
            raise Told(f"is not TOML: {error}") from None
        return path

    @field_validator("max_image_mb")
    @classmethod
    def _can_be_downloaded(cls, mb: float, info: ValidationInfo) -> float:
        has_own_server = info.data.get("telegram_api_base_url", "wrong") is not None
        if not 0 < mb <= (OWN_SERVER_MB if has_own_server else DOWNLOAD_BYTES / MEGABYTE):
            raise Told(
                "must be a number of megabytes above 0 and at most 20,"
                " or 2000 where TELEGRAM_API_BASE_URL names a Bot API server of your own"
            )
        return mb

    @field_validator("max_document_mb")
    @classmethod
    def _is_taken(cls, mb: float, info: ValidationInfo) -> float:
        has_own_server = info.data.get("telegram_api_base_url", "wrong") is not None
        most = DOCUMENT_BYTES if has_own_server else DOWNLOAD_BYTES
        if not 0 < mb <= most / MEGABYTE:
            raise Told(
                "must be a number of megabytes above 0 and at most 20,"
                " or 50 where TELEGRAM_API_BASE_URL names a Bot API server of your own"
            )
        return mb

    @field_validator("telegram_webhook_url")
    @classmethod
    def _is_called(cls, url: str | None, info: ValidationInfo) -> str | None:
        """Telegram's own servers call https only; others may be near."""
        parts = urlsplit(url or "https:")
        is_near = info.data.get("telegram_api_base_url") or parts.hostname in LOOPBACK
        if parts.scheme != "https" and not is_near:
            raise Told("must be an https address: Telegram calls no other")
        return url

    @field_validator("http_port")
    @classmethod
    def _hears_the_webhook(cls, port: int, info: ValidationInfo) -> int:
        if port == 0 and info.data.get("telegram_webhook_url"):
            raise Told("must not be 0 where TELEGRAM_WEBHOOK_URL is set: it is heard there")
        return port

    @property
    def webhook_path(self) -> str:
        """The path at which Telegram calls the pages' port."""
        return urlsplit(self.telegram_webhook_url or "").path or "/"

    @property
    def streaming_mode(self) -> Literal["edit", "draft", "off"]:
        """`auto` is what real clients show best."""
        return "edit" if self.streaming == "auto" else self.streaming

    @property
    def access_mode(self) -> AccessMode:
        """A list where there is one, else open to everybody."""
        if self.access:
            return self.access
        return "open" if self.allowed_telegram_user_ids is None else "list"

    @property
    def offer(self) -> Offer:
        """The choices that people have."""
        return Offer(
            model=self.openai_model,
            detail=self.image_detail,
            models=self.models,
            personas=load_personas(self.personas_file) if self.personas_file else (),
            has_own_instructions=self.own_instructions == "yes",
        )

    @property
    def max_image_bytes(self) -> int:
        return int(self.max_image_mb * MEGABYTE)

    @property
    def max_document_bytes(self) -> int:
        return int(self.max_document_mb * MEGABYTE)

    @property
    def max_sound_bytes(self) -> int:
        """Telegram's own servers give less than the transcription takes."""
        return TRANSCRIPTION_BYTES if self.telegram_api_base_url else DOWNLOAD_BYTES

    @property
    def user_storage_bytes(self) -> int:
        return int(self.user_storage_mb * MEGABYTE)

    @property
    def request_images_bytes(self) -> int:
        return int(self.request_images_mb * MEGABYTE)

    @property
    def has_store_server(self) -> bool:
        """Is the store on Redis or Valkey? Only then it may have several processes."""
        return urlsplit(self.store_url).scheme in STORE_SERVERS

    @property
    def openai_url(self) -> str:
        return self.openai_base_url or OPENAI

    @property
    def telegram_url(self) -> str:
        return self.telegram_api_base_url or TELEGRAM

    @property
    def is_openais_own(self) -> bool:
        """Is it OpenAI's own server? Of any other we have to find out what it can."""
        host = urlsplit(self.openai_url).hostname or ""
        return host == "openai.com" or host.endswith(".openai.com")

    @property
    def openai_name(self) -> str:
        """The server's, for the operator: an address may hold a password, its host does not."""
        return "OpenAI" if self.is_openais_own else urlsplit(self.openai_url).hostname or ""

    @property
    def image_ways(self) -> tuple[Literal["files", "inline"], ...]:
        """Ways by which images may travel to this server, the better first."""
        if self.image_transport != "auto":
            return (self.image_transport,)
        return ("files",) if self.is_openais_own else ("files", "inline")

    @property
    def way_to_openai(self) -> str | None:
        """The proxy to use, unless NO_PROXY names the server."""
        return proxy_to(self.openai_url, self.openai_proxy.get_secret_value(), self.no_proxy)

    @property
    def way_to_telegram(self) -> str | None:
        return proxy_to(self.telegram_url, self.telegram_proxy.get_secret_value(), self.no_proxy)

    @property
    def limits(self) -> Limits:
        return Limits(
            user_daily_messages=self.user_daily_messages,
            user_daily_images=self.user_daily_images,
            user_daily_documents=self.user_daily_documents,
            user_daily_voice_s=self.user_daily_voice_minutes * 60,
            user_daily_cost_micros=micros(self.user_daily_cost_usd),
            user_monthly_cost_micros=micros(self.user_monthly_cost_usd),
            bot_monthly_cost_micros=micros(self.bot_monthly_cost_usd),
        )

    @property
    def money_limits(self) -> tuple[str, ...]:
        """The names of those that are set."""
        names = ("user_daily_cost_usd", "user_monthly_cost_usd", "bot_monthly_cost_usd")
        return tuple(name.upper() for name in names if getattr(self, name))

    @property
    def sqlite_path(self) -> Path:
        return Path(self.store_url.removeprefix("sqlite:///"))

    @property
    def secrets(self) -> tuple[str, ...]:
        """Values that must never be logged."""
        held = (
            self.telegram_bot_token,
            self.telegram_webhook_secret,
            self.openai_api_key,
            self.admin_token,
        )
        return (
            *(secret.get_secret_value() for secret in held if secret),
            *self._store_password,
            *proxy_secrets(self.openai_proxy.get_secret_value()),
            *proxy_secrets(self.telegram_proxy.get_secret_value()),
        )

    @property
    def _store_password(self) -> tuple[str, ...]:
        """As it stands in the address, and as it is; redis-py also takes it as an option."""
        parts = urlsplit(self.store_url)
        written = {parts.password or "", *parse_qs(parts.query).get("password", ())}
        return tuple({*written, *map(unquote, written)} - {""})


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


def _sentence(details: ErrorDetails, reading: Reading) -> str:
    field = str(details["loc"][0])
    match details.get("ctx"):
        case {"error": Told() as told}:
            what = str(told)
        case _:
            what = f"must be {Settings.model_fields[field].description}"
    return f"{reading.spelling(field.upper())} {what}."
