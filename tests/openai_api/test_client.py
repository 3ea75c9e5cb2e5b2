"""The client, and what importing the package costs."""

import asyncio
import subprocess
import sys

import httpx2
import pytest

from snapthread.adapters.openai_api.client import LIMITS
from snapthread.errors import AssistantDenied, FilesBusy
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


@pytest.mark.parametrize(
    "there",
    ["http://elsewhere.test/v1", "http://openai.test:81/v1", "//elsewhere.test/v1", "http://a:b/"],
)
async def test_a_redirect_took_what_people_say_to_another_server(there: str) -> None:
    wire = Wire(httpx2.Response(307, headers={"location": there}), error(500))
    with pytest.raises(AssistantDenied, match="OPENAI_BASE_URL"):
        await wire.ask()
    assert len(wire.requests) == 1


@pytest.mark.parametrize("there", ["/v2/responses", "https://openai.test/v1/responses"])
async def test_a_redirect_within_the_server_is_followed(there: str) -> None:
    wire = Wire(httpx2.Response(307, headers={"location": there}), error(401))
    with pytest.raises(AssistantDenied, match="OPENAI_API_KEY"):
        await wire.ask()
    _, second = wire.requests
    assert second.headers["authorization"] == f"Bearer {KEY}"


def test_the_client_has_room_for_every_stream() -> None:
    assert (LIMITS.max_connections or 0) > 1000


def test_importing_the_packages_imports_no_sdk() -> None:
    code = (
        "import sys, snapthread.adapters.bot_api, snapthread.adapters.openai_api;"
        "sys.exit('aiohttp' in sys.modules or 'openai' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)  # our own code


def test_the_client_needs_no_sdk() -> None:
    """Half a second and 36 MB at the start (decision 0022)."""
    code = (
        "import sys; from snapthread.adapters.openai_api import assistant, files;"
        "from snapthread.adapters.openai_api.client import make_client; make_client('sk-1');"
        "sys.exit('openai' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)  # our own code
