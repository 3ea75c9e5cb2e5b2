"""Snapthread connects people on Telegram with an OpenAI assistant that sees."""
