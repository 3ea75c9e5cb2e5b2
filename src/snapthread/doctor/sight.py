"""Does the server look at pictures? One is uploaded, asked about, and deleted.

Some servers drop what they cannot use and answer all the same, so only the answer tells.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import quote

from snapthread.doctor.picture import QUESTION, TwoColours
from snapthread.doctor.service import ANSWER_TIMEOUT_S, Reply, Service

HOUR_S: Final = 3600  # the shortest life that OpenAI gives a file: a net below the deletion
DELETION_S: Final = 5.0  # also on the way out of a bot that was told to stop
OUTPUT_TOKENS: Final = 1024  # of one that thinks before it says two words
MARK: Final = "snapthread-doctor-"

Verdict = Literal[
    "sees",
    "blind",  # it answers, and has not looked
    "refuses",  # it says that it takes no picture
    "no_files",  # it takes no file
    "unknown",  # it did not answer
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """`upload`, `answer`, `deletion`: the replies on the way to the verdict, as far as it went."""

    verdict: Verdict
    upload: Reply
    answer: Reply | None = None
    deletion: Reply | None = None


async def look(service: Service, *, model: str, effort: str = "", mark: str = MARK) -> Look:
    """Upload, ask, delete; whatever happens in between, what was uploaded is deleted."""
    picture = TwoColours.any()
    upload = await _upload(service, picture, mark)
    file_id = upload.body.get("id")
    if not upload.is_ok or not isinstance(file_id, str):
        return Look(verdict=_without_file(upload), upload=upload)
    deletion: Reply | None = None
    try:
        answer = await _ask(service, model, effort, file_id)
    finally:
        path = f"/files/{quote(file_id, safe='')}"
        deletion = await service.ask("DELETE", path, timeout=DELETION_S)
    verdict = _verdict(answer, picture)
    return Look(verdict=verdict, upload=upload, answer=answer, deletion=deletion)


async def _upload(service: Service, picture: TwoColours, mark: str) -> Reply:
    name = f"{mark}{secrets.token_hex(8)}.png"
    fields = {
        "purpose": "vision",
        "expires_after[anchor]": "created_at",
        "expires_after[seconds]": str(HOUR_S),
    }
    file = (name, picture.png, "image/png")
    return await service.ask("POST", "/files", data=fields, files={"file": file})


def _without_file(upload: Reply) -> Verdict:
    is_refusal = upload.is_ok or upload.status in {400, 404, 405, 415, 422, 501}
    return "no_files" if is_refusal else "unknown"


async def _ask(service: Service, model: str, effort: str, file_id: str) -> Reply:
    """As the bot asks; where that is refused, once more with nothing that can be left out."""
    image = {"type": "input_image", "file_id": file_id, "detail": "auto"}
    content = [{"type": "input_text", "text": QUESTION}, image]
    bare = {"model": model, "input": [{"role": "user", "content": content}]}
    more: dict[str, Any] = {"max_output_tokens": OUTPUT_TOKENS, "store": False}
    more |= {"reasoning": {"effort": effort}} if effort else {}
    reply = await _post(service, bare | more)
    return await _post(service, bare) if reply.status in {400, 422} else reply


async def _post(service: Service, body: Mapping[str, Any]) -> Reply:
    return await service.ask("POST", "/responses", json=body, timeout=ANSWER_TIMEOUT_S)


def _verdict(answer: Reply, picture: TwoColours) -> Verdict:
    if answer.is_ok:
        return "sees" if picture.is_named_in(_text(answer.body)) else "blind"
    return "refuses" if answer.status in {400, 415, 422, 501} else "unknown"


def _text(body: Mapping[str, Any]) -> str:
    """The text of an answer of whatever shape."""
    items = body.get("output")
    parts = [
        part
        for item in (items if isinstance(items, list) else [])
        if isinstance(item, dict) and isinstance(item.get("content"), list)
        for part in item["content"]
    ]
    texts = [part.get("text") for part in parts if isinstance(part, dict)]
    return " ".join(text for text in texts if isinstance(text, str))
