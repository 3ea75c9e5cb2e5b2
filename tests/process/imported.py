"""Imports of every process of the product; read by the server that forks them, and only there."""

from importlib import import_module

for name in (
    "snapthread.app.run",
    "snapthread.adapters.bot_api.chat",
    "snapthread.cli",
    "snapthread.cli.first_run",
    "snapthread.adapters.media.documents.documents",
    "snapthread.adapters.media.images",
    "snapthread.adapters.media.sounds.sounds",
    "snapthread.adapters.openai_api.assistant",
    "snapthread.adapters.openai_api.catalog",
    "snapthread.adapters.openai_api.client",
    "snapthread.adapters.openai_api.files",
    "snapthread.adapters.openai_api.inline",
    "snapthread.adapters.openai_api.transcriptions",
    "snapthread.adapters.prices.library",
    "snapthread.adapters.telemetry.gauges",
    "snapthread.adapters.telemetry.metrics",
    "snapthread.adapters.telemetry.telemetry",
    "snapthread.adapters.web.server",
    "snapthread.images.transport",
    "snapthread.store.sqlite",
    "genai_prices.data",
    "PIL.JpegImagePlugin",
    "PIL.PngImagePlugin",
    "tests.process.fragile.sitecustomize",
    "tests.process.clocked",
):
    import_module(name)
