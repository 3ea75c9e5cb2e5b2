"""Every setting as it is written, and checked.

A field's name in capitals is its name in the environment; its description says what it must be.
"""

from decimal import Decimal
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator

from snapthread.limits import DOCUMENT_BYTES, DOWNLOAD_BYTES, MEGABYTE
from snapthread.settings.kinds import (
    Access,
    AdminToken,
    Allowed,
    ApiKey,
    BotLanguage,
    BotToken,
    Channel,
    Count,
    Detail,
    DocumentDetailSetting,
    Dollars,
    Effort,
    GroupAnswers,
    GroupConversations,
    Groups,
    ImageSide,
    InvalidSetting,
    LogFormat,
    LogLevel,
    Models,
    OptionalWord,
    ProxyUrl,
    Sees,
    StoreUrl,
    StreamingSetting,
    Transport,
    Url,
    UserIds,
    WebhookSecret,
    WebhookUrl,
    Word,
    YesNo,
)
from snapthread.settings.personas import load_personas
from snapthread.texts import LANGUAGES

A_SUM: Final = "dollars, to a millionth and up to a million, or 0: no limit"
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
OWN_SERVER_MB: Final = 2000  # a Bot API server of one's own serves that much
A_PROXY: Final = "the http://, https:// or socks5:// address of a proxy, perhaps user:password@"


class Fields(BaseModel):
    """The operator's choices as they are written. Secrets print as stars; an unset one is empty."""

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
        default=0,
        ge=0,
        le=1500,
        description="a whole number of files from 1 to 1500, or 0: all",
    )
    user_storage_mb: float = Field(
        default=0, ge=0, description="a number of megabytes, or 0: no limit"
    )
    user_daily_messages: Count = Field(default=0, description="a whole number, or 0: no limit")
    user_daily_images: Count = Field(default=0, description="a whole number, or 0: no limit")
    max_document_mb: float = Field(default=20.0, description="a number of megabytes above 0")
    max_document_pages: Count = Field(default=50, description="a whole number, or 0: no limit")
    user_daily_documents: Count = Field(default=0, description="a whole number, or 0: no limit")
    document_detail: DocumentDetailSetting = Field(default="auto", description="low, high or auto")
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
    def _check_access(cls, access: str, info: ValidationInfo) -> str:
        """A list that would mean nothing is no list."""
        names_some = info.data.get("allowed_telegram_user_ids") is not None
        if access == "list" and not names_some:
            raise InvalidSetting("is list, but ALLOWED_TELEGRAM_USER_IDS names nobody")
        if access == "open" and names_some:
            raise InvalidSetting(
                "is open, but ALLOWED_TELEGRAM_USER_IDS names people: leave one of them out"
            )
        return access

    @field_validator("personas_file")
    @classmethod
    def _check_personas_file(cls, path: Path | None) -> Path | None:
        if path is not None:
            load_personas(path)
        return path

    @field_validator("prices_file")
    @classmethod
    def _check_prices_file(cls, path: Path | None) -> Path | None:
        """The file must be there; its reader says whether each price can be meant."""
        if path is None:
            return None
        import tomllib  # few have such a file

        try:
            tomllib.loads(path.read_text("utf-8-sig"))
        except (OSError, UnicodeDecodeError):
            raise InvalidSetting("names a file that cannot be read") from None
        except tomllib.TOMLDecodeError as error:
            raise InvalidSetting(f"is not TOML: {error}") from None
        return path

    @field_validator("max_image_mb")
    @classmethod
    def _check_image_mb(cls, mb: float, info: ValidationInfo) -> float:
        has_own_server = info.data.get("telegram_api_base_url", "wrong") is not None
        if not 0 < mb <= (OWN_SERVER_MB if has_own_server else DOWNLOAD_BYTES / MEGABYTE):
            raise InvalidSetting(
                "must be a number of megabytes above 0 and at most 20,"
                " or 2000 where TELEGRAM_API_BASE_URL names a Bot API server of your own"
            )
        return mb

    @field_validator("max_document_mb")
    @classmethod
    def _check_document_mb(cls, mb: float, info: ValidationInfo) -> float:
        has_own_server = info.data.get("telegram_api_base_url", "wrong") is not None
        most = DOCUMENT_BYTES if has_own_server else DOWNLOAD_BYTES
        if not 0 < mb <= most / MEGABYTE:
            raise InvalidSetting(
                "must be a number of megabytes above 0 and at most 20,"
                " or 50 where TELEGRAM_API_BASE_URL names a Bot API server of your own"
            )
        return mb

    @field_validator("telegram_webhook_url")
    @classmethod
    def _check_webhook_url(cls, url: str | None, info: ValidationInfo) -> str | None:
        """Telegram's own servers call https only; others may be near."""
        parts = urlsplit(url or "https:")
        is_near = info.data.get("telegram_api_base_url") or parts.hostname in LOOPBACK
        if parts.scheme != "https" and not is_near:
            raise InvalidSetting("must be an https address: Telegram calls no other")
        return url

    @field_validator("http_port")
    @classmethod
    def _check_http_port(cls, port: int, info: ValidationInfo) -> int:
        if port == 0 and info.data.get("telegram_webhook_url"):
            raise InvalidSetting(
                "must not be 0 where TELEGRAM_WEBHOOK_URL is set: it is heard there"
            )
        return port
