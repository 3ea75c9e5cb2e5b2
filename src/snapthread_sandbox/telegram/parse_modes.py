"""Parse modes: a text with markup → its plain text and its entities, or Telegram's refusal."""

from snapthread_sandbox.telegram.html import parse_html
from snapthread_sandbox.telegram.markdown_v2 import parse_markdown_v2
from snapthread_sandbox.telegram.params import bad_request
from snapthread_sandbox.wire import Json


def parse(text: str, mode: str) -> tuple[str, list[Json]]:
    """Names of modes are taken in any case. The legacy `Markdown` is not part of this double."""
    match mode.lower():
        case "":
            return text, []
        case "html":
            return parse_html(text)
        case "markdownv2":
            return parse_markdown_v2(text)
    raise bad_request("unsupported parse_mode")
