"""The queue of updates: long polling as Telegram does it, or a webhook, never both."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from snapthread_sandbox.telegram.params import bad_request, conflict
from snapthread_sandbox.wire import ConnectionLost, Json

FIRST_ID: Final = 700_000_001
LIFE_S: Final = 24 * 3600.0  # of an update that nobody fetches
LIMIT: Final = 100
TIMEOUT_MAX_S: Final = 50.0
RETRY_S: Final = 1.0  # after a webhook that failed; grows to RETRY_MAX_S
RETRY_MAX_S: Final = 60.0
NOT_BY_DEFAULT: Final = frozenset(
    "chat_member message_reaction message_reaction_count stopped_message_generation".split()
)
LOOPBACK: Final = frozenset(("127.0.0.1", "localhost", "::1"))
OTHER_POLLER: Final = (
    "terminated by other getUpdates request; make sure that only one bot instance is running"
)
WEBHOOK_IS_SET: Final = (
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the "
    "webhook first"
)

Post = Callable[[str, Mapping[str, str], bytes], Awaitable[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """An update that the bot has not confirmed yet."""

    json: Json
    at: float

    @property
    def id(self) -> int:
        return int(self.json["update_id"])


class Updates:
    """Updates that the bot is still to be told."""

    def __init__(
        self,
        now: Callable[[], float],
        changed: Callable[[], None],
        change: Callable[[], Awaitable[None]],
    ) -> None:
        self._now = now
        self._changed = changed
        self._change = change
        self._next_id = FIRST_ID
        self._allowed: frozenset[str] = frozenset()  # empty: the default
        self._poller = 0  # counts polls; the last one is the one that may go on
        self._ended_by = OTHER_POLLER
        self.waiting: list[Queued] = []
        self.webhook: Json = {}  # the parameters of setWebhook
        self._last_error: Json = {}

    def push(self, kind: str, content: Json) -> None:
        """A new update, unless the bot did not ask for this kind."""
        if self._is_allowed(kind):
            self.push_raw({kind: content})

    def push_raw(self, update: Json) -> Json:
        """Any update, known or not; without an id it gets the next one."""
        known = {"update_id": self._next_id} | update
        self._next_id = max(self._next_id, known["update_id"]) + 1
        self.waiting.append(Queued(json=known, at=self._now()))
        self._changed()
        return known

    async def get_updates(self, params: Json) -> list[Json]:
        """Waits for updates; a second poll ends the first."""
        if self.webhook:
            raise conflict(WEBHOOK_IS_SET)
        self._end_other_polls(OTHER_POLLER)
        self._allow(params)
        self._confirm(params.get("offset", 0))
        await self._arrival(self._poller, min(params.get("timeout", 0), TIMEOUT_MAX_S))
        limit = min(max(params.get("limit", LIMIT), 1), LIMIT)
        return [queued.json for queued in self._living()[:limit]]

    def set_webhook(self, params: Json) -> bool:
        url = params.get("url", "")
        if not url:
            return self.delete_webhook(params)
        _check_webhook(url, params.get("secret_token"))
        self._allow(params)
        self._drop(params)
        self.webhook = params
        self._end_other_polls("terminated by setWebhook request")
        return True

    def delete_webhook(self, params: Json) -> bool:
        self._drop(params)
        self.webhook, self._last_error = {}, {}
        self._changed()
        return True

    def webhook_info(self, _params: Json) -> Json:
        info: Json = {
            "url": self.webhook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(self._living()),
            **self._last_error,
        }
        if self.webhook:
            info["max_connections"] = self.webhook.get("max_connections", 40)
        return info | ({"allowed_updates": sorted(self._allowed)} if self._allowed else {})

    async def deliver(self, post: Post) -> None:
        """Posts updates to the webhook for ever: in order, each until it is taken."""
        retry_s = RETRY_S
        while True:
            while not (self.webhook and self._living()):
                await self._change()
            if await self._deliver_first(post):
                retry_s = RETRY_S
            else:
                await asyncio.sleep(retry_s)
                retry_s = min(retry_s * 2, RETRY_MAX_S)

    async def _deliver_first(self, post: Post) -> bool:
        first, hook = self._living()[0], self.webhook
        headers = {"content-type": "application/json"}
        if secret := hook.get("secret_token"):
            headers["X-Telegram-Bot-Api-Secret-Token"] = secret
        try:
            status = await post(hook["url"], headers, json.dumps(first.json).encode())
        except ConnectionLost:
            return self._note_failure("Connection refused")
        if not 200 <= status < 300:
            return self._note_failure(f"Wrong response from the webhook: {status}")
        self.waiting = [queued for queued in self.waiting if queued is not first]
        self._changed()
        return True

    def _note_failure(self, message: str) -> bool:
        self._last_error = {"last_error_date": int(self._now()), "last_error_message": message}
        return False

    def _end_other_polls(self, reason: str) -> None:
        self._poller += 1
        self._ended_by = reason
        self._changed()

    def _allow(self, params: Json) -> None:
        if (allowed := params.get("allowed_updates")) is not None:
            self._allowed = frozenset(allowed)

    def _is_allowed(self, kind: str) -> bool:
        return kind in self._allowed if self._allowed else kind not in NOT_BY_DEFAULT

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            self.waiting = self._living()[offset:]
        else:
            self.waiting = [queued for queued in self._living() if queued.id >= offset]

    def _drop(self, params: Json) -> None:
        if params.get("drop_pending_updates"):
            self.waiting = []

    def _living(self) -> list[Queued]:
        return [queued for queued in self.waiting if self._now() < queued.at + LIFE_S]

    async def _arrival(self, poller: int, timeout_s: float) -> None:
        try:
            async with asyncio.timeout(timeout_s):
                while not self._living():
                    await self._change()
                    self._check_poller(poller)
        except TimeoutError:
            return

    def _check_poller(self, poller: int) -> None:
        if poller != self._poller:
            raise conflict(self._ended_by)


def _check_webhook(url: str, secret: str | None) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if secret is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise bad_request("secret token contains unallowed characters")
