"""Proxies: which one leads to a service, and what of its address is a secret."""

from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit


def proxy_to(url: str, proxy: str, no_proxy: str) -> str | None:
    """The proxy on the way there; None where there is none, or NO_PROXY names the host."""
    parts = urlsplit(url)
    hosts = {parts.hostname or "", parts.netloc.rpartition("@")[2].lower()}  # also with its port
    named = (entry.strip().lower() for entry in no_proxy.split(","))
    is_near = any(_covers(entry, host) for entry in named if entry for host in hosts)
    return None if is_near else proxy or None


def _covers(entry: str, host: str) -> bool:
    """As curl reads it: a host, with all below it; `*` is everything."""
    bare = entry.lstrip(".")
    return entry == "*" or host == bare or host.endswith(f".{bare}")


def proxy_secrets(proxy: str) -> Iterator[str]:
    """User and password as they are, as an address writes them, and as a header carries them."""
    parts = urlsplit(proxy)
    user, password = parts.username or "", parts.password or ""
    if not user and not password:
        return
    yield from {user, password, unquote(user), unquote(password)} - {""}
    yield f"{user}:{password}"
    yield b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode()
