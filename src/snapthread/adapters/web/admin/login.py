"""Login to the admin page by ADMIN_TOKEN. Pure: the caller brings the time.

A login is a cookie that says until when, signed with a key of this installation and the token: it
holds neither, ends by itself, and with it goes whoever changes the token.
"""

import hmac
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address
from typing import Final

LOGIN: Final = timedelta(hours=12)
WRONG_MAX: Final = 5  # tries of one address …
WITHIN: Final = timedelta(minutes=1)  # … in this time are told that they are wrong
ADDRESSES_MAX: Final = 10_000  # remembered at once; more at a time is an attack: all are refused


class Login:
    def __init__(self, token: str, secret: bytes) -> None:
        self._token = _digest(token)
        self._key = hmac.digest(secret, b"admin cookie" + self._token, "sha256")

    def knows(self, token: str) -> bool:
        """In a time that tells nothing, not even the length."""
        return hmac.compare_digest(self._token, _digest(token))

    def cookie(self, now: datetime) -> str:
        return self._sign(str(int((now + LOGIN).timestamp())))

    def is_valid(self, cookie: str, now: datetime) -> bool:
        until = cookie.partition(".")[0]
        is_ours = hmac.compare_digest(_digest(self._sign(until)), _digest(cookie))
        return is_ours and now.timestamp() < int(until)

    def form(self, cookie: str) -> str:
        """The proof in a form of our page for the holder of this cookie; nobody else can make it,
        and a page elsewhere cannot read ours."""
        return hmac.digest(self._key, b"form " + _bytes(cookie), "sha256").hex()

    def is_form(self, cookie: str, told: str) -> bool:
        return hmac.compare_digest(_digest(self.form(cookie)), _digest(told))

    def _sign(self, until: str) -> str:
        signature = hmac.digest(self._key, _bytes(until), "sha256")
        return f"{until}.{signature.hex()}"


def _bytes(text: str) -> bytes:
    """Also of what no browser sends: a header may hold any byte."""
    return text.encode("utf-8", "surrogateescape")


def _digest(text: str) -> bytes:
    return sha256(_bytes(text)).digest()


@dataclass(slots=True)
class Throttle:
    """Remembers wrong tries by address; of IPv6, by the network that one customer has."""

    _wrong: dict[str, deque[datetime]] = field(default_factory=dict)

    def wait_s(self, address: str, now: datetime) -> int:
        """0: it may try."""
        self._forget(now)
        tries = self._wrong.get(_network(address))
        if tries and len(tries) == WRONG_MAX:
            return int((tries[0] + WITHIN - now).total_seconds()) + 1
        return 0 if len(self._wrong) < ADDRESSES_MAX else int(WITHIN.total_seconds())

    def note_wrong(self, address: str, now: datetime) -> None:
        self._wrong.setdefault(_network(address), deque(maxlen=WRONG_MAX)).append(now)

    def _forget(self, now: datetime) -> None:
        ended = [name for name, tries in self._wrong.items() if tries[-1] + WITHIN <= now]
        for name in ended:
            del self._wrong[name]
        for tries in self._wrong.values():
            while tries[0] + WITHIN <= now:
                tries.popleft()


def _network(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return parsed.exploded[:19] if isinstance(parsed, IPv6Address) else address
