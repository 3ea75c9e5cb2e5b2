"""Proxies: which one leads to a service, and what of its address is a secret."""

from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit
from urllib.request import proxy_bypass_environment


def proxy_to(url: str, proxy: str, no_proxy: str) -> str | None:
    """The proxy on the way to this address; None where there is none, or NO_PROXY names its host."""
    parts = urlsplit(url)
    hosts = (parts.hostname or "", parts.netloc.rpartition("@")[2])  # with its port, as well
    if no_proxy and any(proxy_bypass_environment(host, {"no": no_proxy}) for host in hosts):
        return None
    return proxy or None


def proxy_secrets(proxy: str) -> Iterator[str]:
    """User and password as they are, as an address writes them, and as a header carries them."""
    parts = urlsplit(proxy)
    user, password = parts.username or "", parts.password or ""
    if not user and not password:
        return
    yield from {user, password, unquote(user), unquote(password)} - {""}
    yield f"{user}:{password}"
    yield b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode()
