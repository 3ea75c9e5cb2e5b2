"""The client, and what importing the package costs."""

import asyncio
import subprocess
import sys

import pytest

from snapthread.adapters.openai_api.client import LIMITS, TIMEOUT, make_client
from snapthread.errors import FilesBusy
from tests.openai_api.wire import KEY, Wire, error


def test_the_client_repeats_nothing() -> None:
    wire = Wire(error(500))
    asyncio.run(_fail(wire))
    assert len(wire.requests) == 1


async def _fail(wire: Wire) -> None:
    with pytest.raises(FilesBusy):
        await wire.files.delete("file-1")


def test_the_client_sends_the_key_to_the_base_url() -> None:
    wire = Wire(error(500))
    asyncio.run(_fail(wire))
    request = wire.requests[0]
    assert str(request.url) == "http://openai.test/v1/files/file-1"
    assert request.headers["authorization"] == f"Bearer {KEY}"


def test_the_client_has_room_for_every_stream() -> None:
    client = make_client(KEY)
    assert client.max_retries == 0
    assert client.timeout == TIMEOUT
    assert (LIMITS.max_connections or 0) > 1000
    asyncio.run(client.close())


def test_importing_the_packages_imports_no_sdk() -> None:
    code = (
        "import sys, snapthread.adapters.bot_api, snapthread.adapters.openai_api;"
        "sys.exit('aiohttp' in sys.modules or 'openai' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)  # our own code
