"""What every process of the product imports; read by the server that forks them, and only there."""

from importlib import import_module

for name in (
    "snapthread.app",
    "snapthread.bot_api.chat",
    "snapthread.cli",
    "snapthread.media",
    "snapthread.openai_api.assistant",
    "snapthread.openai_api.client",
    "snapthread.openai_api.files",
    "snapthread.telemetry",
    "tests.process.fragile.sitecustomize",
):
    import_module(name)
