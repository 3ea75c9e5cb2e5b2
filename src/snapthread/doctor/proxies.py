"""Each proxy: is it there, and does it let us through?"""

import asyncio
from typing import Final
from urllib.parse import urlsplit

from snapthread.doctor.check import Check, broken, good
from snapthread.doctor.service import Service

CONNECT_S: Final = 10.0
PORTS: Final = {"http": 80, "https": 443, "socks5": 1080}


async def check_proxy(name: str, setting: str, proxy: str, service: Service) -> Check:
    """`service`: whom it leads to. Only host and port of the proxy are shown."""
    parts = urlsplit(proxy)
    port = parts.port or PORTS[parts.scheme]
    where = f"{parts.hostname}:{port}"
    if not await _is_there(parts.hostname or "", port):
        return broken(name, f"Nobody answers at {where}: check {setting}, and that it runs.")
    reply = await service.ask("GET", "/")
    if reply.status == 407 or (not reply.status and reply.lost == "proxy"):
        what = "refuses us or its target: check user, password and what it allows"
        return broken(name, f"The proxy at {where} {what}.")
    if not reply.status:
        return broken(name, f"Through the proxy at {where} nothing comes: {reply.why}.")
    return good(name, f"The proxy at {where} leads there.")


async def _is_there(host: str, port: int) -> bool:
    try:
        async with asyncio.timeout(CONNECT_S):
            _, writer = await asyncio.open_connection(host, port)
    except OSError:  # TimeoutError too
        return False
    writer.close()
    return True
