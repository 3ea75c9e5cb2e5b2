"""The headers that carry the key: Azure's servers take it under a name of their own too."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

AZURE_PATH: Final = "/openai/v1"  # also behind a gateway; others with this path ignore the header
AZURE_HEADER: Final = "api-key"


def is_azure(url: str) -> bool:
    return urlsplit(url).path.rstrip("/") == AZURE_PATH


def key_headers(api_key: str, url: str) -> Mapping[str, str]:
    """As OpenAI's SDK sends it there, and as Azure's own examples do."""
    bearer = {"authorization": f"Bearer {api_key}"}
    return {**bearer, AZURE_HEADER: api_key} if is_azure(url) else bearer
