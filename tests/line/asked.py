"""The conversation as the last request told it."""

from typing import Any

from tests.line.world import World


def asked(world: World, at: int = -1) -> list[str]:
    """Each item's text, in order; an assistant's begins with an arrow."""
    return [_told(item) for item in world.requests[at].body["input"]]


def _told(item: dict[str, Any]) -> str:
    content = item["content"]
    parts = content if isinstance(content, list) else [{"text": content}]
    text = "\n".join(part["text"] for part in parts if "text" in part)
    return f"→ {text}" if item["role"] == "assistant" else text
