"""What every process of the product imports; read by the server that forks them, and only there."""

from importlib import import_module

for name in (
    "snapthread.app.run",
    "snapthread.adapters.bot_api.chat",
    "snapthread.cli",
    "snapthread.adapters.media",
    "snapthread.adapters.openai_api.assistant",
    "snapthread.adapters.openai_api.client",
    "snapthread.adapters.openai_api.files",
    "snapthread.adapters.telemetry",
    "tests.process.fragile.sitecustomize",
    "tests.process.clocked",
):
    import_module(name)
