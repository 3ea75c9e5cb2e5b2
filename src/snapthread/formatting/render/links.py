"""Addresses that may become links. Telegram's own schemes (tg, ton) can act for the user."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

_WEB: Final = re.compile(r"https?://[^\s/?#@\\<>\"]+(?:[/?#][^\s\\<>\"]*)?", re.IGNORECASE)
_WEB_WITHOUT_SCHEME: Final = re.compile(
    r"www\.[^\s/?#@:\\<>\"]+(?:[/?#][^\s\\<>\"]*)?", re.IGNORECASE
)
_MAIL: Final = re.compile(r"mailto:[^\s@?<>\"]+@[^\s@?<>\"]+(?:\?[^\s<>\"]*)?", re.IGNORECASE)
_NUMBER: Final = re.compile(r"(?:tel|sms|callto):(?://)?([+\d][\d\s().-]{2,30})", re.IGNORECASE)
_UNTOLD: Final = re.compile(r"#|(?:javascript|vbscript|data|blob):", re.IGNORECASE)
_LONGEST_TOLD: Final = 200
_LONGEST: Final = 2048  # characters; longer addresses are rarely served, and never written by hand

# Servers and apps make links of bare addresses by themselves: TDLib of "tg://", "ton://",
# "tonsite://" and "ftp://" (match_tg_urls, fix_url), others of any scheme. Each looks for "://".
_FOREIGN: Final = re.compile(r"(?i)(?<!http)(?<!https):(?=//)")
_WORD_JOINER: Final = "\u2060"  # not to be seen, and no line breaks at it


def allowed_url(url: str) -> str | None:
    """The address if it may be a link: http, https or mailto, and nothing strange in it."""
    url = url.strip().replace(" ", "%20")
    if len(url) > _LONGEST or not url.isprintable():
        return None
    if _WEB_WITHOUT_SCHEME.fullmatch(url):
        return f"https://{url}"
    return url if _WEB.fullmatch(url) or _MAIL.fullmatch(url) else None


@dataclass(frozen=True, slots=True)
class Target:
    """The address of a link that may not be one; no text where it is not worth telling."""

    text: str = ""
    is_number: bool = False


def readable_target(url: str) -> Target:
    """Scripts and data are nothing to read, and a place on a page is none in a chat."""
    url = unquote(url.strip())
    if len(url) > _LONGEST_TOLD or not url.isprintable() or _UNTOLD.match(url):
        return Target()
    if number := _NUMBER.fullmatch(url):
        return Target(number[1].strip(), is_number=True)
    return Target(url.strip())


def foreign_schemes(text: str) -> list[int]:
    """Right after which colons an invisible sign is to break an address of another scheme."""
    if "://" not in text:
        return []
    return [colon.end() for colon in _FOREIGN.finditer(text)]


def disarm(text: str, places: list[int]) -> str:
    parts: list[str] = []
    done = 0
    for place in places:
        parts += [text[done:place], _WORD_JOINER]
        done = place
    return "".join([*parts, text[done:]])
