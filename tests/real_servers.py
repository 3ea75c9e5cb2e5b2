"""Real servers that speak Responses, each in an environment of its own, by `make servers`.

LiteLLM is a gateway, here in front of our double; llama.cpp runs a small model by itself.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

from tests.servers import free_port

LITELLM: Final = Path(sys.prefix) / "litellm" / "bin" / "litellm"
OFFLINE: Final = Path(sys.prefix) / "offline-model"
START_S: Final = 120.0
GATEWAY_KEY: Final = "sk-gateway-" + "g" * 30
CONFIG: Final = """\
model_list:
  - model_name: gpt-6-luna
    litellm_params: {{model: openai/gpt-6-luna, api_base: "{url}", api_key: "{key}"}}
files_settings:
  - {{custom_llm_provider: openai, api_base: "{url}", api_key: "{key}"}}
general_settings: {{master_key: "{gateway_key}"}}
"""


@contextmanager
def litellm(folder: Path, url: str, key: str) -> Iterator[str]:
    """In front of the server at `url`; its own address."""
    if not LITELLM.exists():
        pytest.skip("no LiteLLM here: `make servers` installs it, and this runs")
    config, port = folder / "litellm.yaml", free_port()
    config.write_text(CONFIG.format(url=url, key=key, gateway_key=GATEWAY_KEY))
    command = [str(LITELLM), "--config", str(config), "--host", "127.0.0.1", "--port", str(port)]
    environ = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "DISABLE_ADMIN_UI": "True"}
    with _process([*command, "--telemetry", "False"], folder / "litellm.log", environ) as process:
        _await_models(process, f"http://127.0.0.1:{port}/v1", folder / "litellm.log")
        yield f"http://127.0.0.1:{port}/v1"


@contextmanager
def llama_cpp() -> Iterator[str]:
    """xllamacpp with SmolLM2; its address."""
    if not (OFFLINE / "xllamacpp").exists():
        pytest.skip("no xllamacpp here: `make servers` installs it, and this runs")
    command = [sys.executable, "-m", "snapthread_sandbox.models.offline_server", str(OFFLINE)]
    environ = os.environ | {"PYTHONPATH": str(OFFLINE)}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, env=environ, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"{process.stdout.readline().strip()}/v1"
        finally:
            process.kill()


@contextmanager
def _process(
    command: list[str], log: Path, environ: Mapping[str, str]
) -> Iterator["subprocess.Popen[bytes]"]:
    known = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    with log.open("wb") as out:
        process = subprocess.Popen(command, env={**known, **environ}, stdout=out, stderr=out)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _await_models(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    until = time.monotonic() + START_S
    asked = Request(f"{url}/models", headers={"Authorization": f"Bearer {GATEWAY_KEY}"})  # noqa: S310
    while True:
        try:
            urlopen(asked, timeout=2.0).close()  # noqa: S310 - on this machine
        except (URLError, OSError):
            assert process.poll() is None, log.read_text()[-2000:]
            assert time.monotonic() < until, "the server does not answer"
            time.sleep(0.2)
        else:
            return
