"""A person's conversation as a page to read: one file, without scripts, that asks nobody for
anything. Pure."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any, Final

from snapthread.texts.localizer import Localizer

STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;"
    "color:#1b1b1b;background:#fff}article{margin:1rem 0;padding:.7rem 1rem;border-radius:.8rem;"
    "background:#f1f1f4;white-space:pre-wrap;overflow-wrap:anywhere}article.user{background:#e2f0ff}"
    "time{display:block;font-size:.8rem;color:#5c5c66}figure{margin:.5rem 0}"
    "img{max-width:100%;border-radius:.5rem}figcaption{font-size:.8rem;color:#5c5c66}"
    "@media(prefers-color-scheme:dark){body{color:#eee;background:#17171a}article{background:#26262b}"
    "article.user{background:#1d3349}time,figcaption{color:#a5a5b0}}"
)
POLICY: Final = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One that Telegram still had, small."""

    content: bytes
    mime: str


def export_page(held: Mapping[str, Any], pictures: Mapping[str, Picture], t: Localizer) -> str:
    """`held`: as `PersonalData.export` tells it; `pictures`: by conversation and label."""
    title = escape(t("export_title"))
    parts = [
        "<!doctype html>",
        f'<html lang="{escape(t.language)}"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{title}</title><style>{STYLE}</style></head><body><h1>{title}</h1>",
        *_articles(held["conversation"], pictures, t),
    ]
    for key in ("topics", "groups"):
        if held.get(key):
            parts.append(f"<h2>{escape(t(f'export_{key}'))}</h2>")
            parts += _articles(held[key], pictures, t)
    return "\n".join([*parts, "</body></html>"])


def _articles(
    lines: Sequence[Mapping[str, Any]], pictures: Mapping[str, Picture], t: Localizer
) -> Iterator[str]:
    if not lines:
        yield f"<p>{escape(t('history_empty'))}</p>"
    for line in lines:
        role = "user" if line["role"] == "user" else "assistant"
        who = t("history_you" if role == "user" else "history_me")
        at = t("moment", at=datetime.fromisoformat(line["at"]))
        figures = "".join(_figure(photo, pictures, t) for photo in line["photos"])
        said = escape(line["text"])
        time = f"<time>{escape(who)}, {escape(at)}</time>"
        yield f'<article class="{role}">{time}{figures}{said}</article>'


def _figure(photo: Mapping[str, Any], pictures: Mapping[str, Picture], t: Localizer) -> str:
    label = t("history_images", n=1, labels=str(photo["label"]))
    picture = pictures.get(photo["file"])
    if picture is None:
        gone = escape(f"{label}, {t('export_no_image')}")
        return f"<figure><figcaption>{gone}</figcaption></figure>"
    data = base64.b64encode(picture.content).decode()
    image = f'<img alt="{escape(label)}" src="data:{escape(picture.mime)};base64,{data}">'
    return f"<figure>{image}<figcaption>{escape(label)}</figcaption></figure>"
