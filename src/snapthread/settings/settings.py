"""The settings as the bot reads them: what follows from what is written."""

from pathlib import Path
from typing import Final, Literal
from urllib.parse import parse_qs, unquote, urlsplit

from snapthread.limits import DOWNLOAD_BYTES, MEGABYTE, TRANSCRIPTION_BYTES
from snapthread.model.people import AccessMode
from snapthread.model.preferences import Offer
from snapthread.model.quotas import Limits
from snapthread.settings.fields import Fields
from snapthread.settings.kinds import STORE_SERVERS, micros
from snapthread.settings.personas import load_personas
from snapthread.settings.proxies import proxy_secrets, proxy_to

OPENAI: Final = "https://api.openai.com/v1"
TELEGRAM: Final = "https://api.telegram.org"


class Settings(Fields):
    """The operator's choices, and what they mean."""

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
