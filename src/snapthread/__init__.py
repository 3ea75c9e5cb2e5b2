"""Snapthread connects people on Telegram with an OpenAI assistant that sees."""

__version__ = "0.1.0"
