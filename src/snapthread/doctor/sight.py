"""Does the server look at pictures? One is shown to it and asked about: as a file that is deleted
again, and where it takes none, or does not look at it, within the request.

Some servers drop what they cannot use and answer all the same, so only the answer tells.
"""

import secrets
from base64 import b64encode
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal
from urllib.parse import quote

from snapthread.doctor.picture import QUESTION, TwoColours, is_beside_the_question
from snapthread.doctor.service import ANSWER_TIMEOUT_S, Reply, Service
from snapthread.ports import Way

HOUR_S: Final = 3600  # the shortest life that OpenAI gives a file: a net below the deletion
DELETION_S: Final = 5.0  # also on the way out of a bot that was told to stop
OUTPUT_TOKENS: Final = 1024  # of one that thinks before it says two words
MARK: Final = "snapthread-doctor-"


Verdict = Literal[
    "sees",
    "blind",  # it answers, and has not looked
    "beside",  # it answers something else: nothing is known
    "refuses",  # it says that it takes no picture
    "no_files",  # it takes no file
    "unknown",  # it did not answer
]
ANSWERED: Final = {"sees", "beside", "unknown"}  # no other way would tell more


@dataclass(frozen=True, slots=True, kw_only=True)
class SightResult:
    """`upload`, `answer`, `deletion`: the replies on the way to the verdict, as far as it went."""

    verdict: Verdict
    way: Way = "files"
    upload: Reply | None = None
    answer: Reply | None = None
    deletion: Reply | None = None


async def look(
    service: Service,
    *,
    model: str,
    effort: str = "",
    mark: str = MARK,
    ways: Collection[Way] = ("files", "inline"),
    is_believed: bool = False,
) -> SightResult:
    """By the first of these ways that is seen, or where that `is_believed`, taken; else what is to
    be told of the last."""
    asking = _Asking(service, model, effort)
    by_file = await _look_by_file(asking, mark) if "files" in ways else None
    if by_file and (by_file.verdict in ANSWERED or "inline" not in ways):
        return by_file
    if by_file and is_believed and by_file.answer is not None:
        return by_file
    within = await _look_within(asking)
    return replace(within, upload=by_file.upload) if by_file else within


async def believed_way(service: Service, mark: str, *, lists_what_it_takes: bool) -> Way | None:
    """By files where the server takes them, without a question, since its sight is believed.

    None where it cannot be asked just now. `lists_what_it_takes`: a list of files is proof enough.
    """
    listed = await service.ask("GET", "/files?limit=1") if lists_what_it_takes else None
    if listed and listed.is_ok and isinstance(listed.body.get("data"), list):
        return "files"
    upload = await _upload(service, TwoColours.any(), mark)
    file_id = upload.body.get("id")
    if not upload.is_ok or not isinstance(file_id, str):
        return "inline" if _without_file(upload) == "no_files" else None
    await _delete(service, file_id)
    return "files"


@dataclass(frozen=True, slots=True)
class _Asking:
    service: Service
    model: str
    effort: str

    async def ask(self, image: Mapping[str, str]) -> Reply:
        """As the bot asks; where that is refused, once more with nothing that can be left out."""
        part = {"type": "input_image", "detail": "auto", **image}
        content = [{"type": "input_text", "text": QUESTION}, part]
        bare = {"model": self.model, "input": [{"role": "user", "content": content}]}
        more: dict[str, Any] = {"max_output_tokens": OUTPUT_TOKENS, "store": False}
        more |= {"reasoning": {"effort": self.effort}} if self.effort else {}
        reply = await self._post(bare | more)
        return await self._post(bare) if reply.status in {400, 422} else reply

    async def _post(self, body: Mapping[str, Any]) -> Reply:
        return await self.service.ask("POST", "/responses", json=body, timeout=ANSWER_TIMEOUT_S)


async def _look_by_file(asking: _Asking, mark: str) -> SightResult:
    """Upload, ask, delete; whatever happens in between, what was uploaded is deleted."""
    picture = TwoColours.any()
    upload = await _upload(asking.service, picture, mark)
    file_id = upload.body.get("id")
    if not upload.is_ok or not isinstance(file_id, str):
        return SightResult(verdict=_without_file(upload), upload=upload)
    deletion: Reply | None = None
    try:
        answer = await asking.ask({"file_id": file_id})
    finally:
        deletion = await _delete(asking.service, file_id)
    verdict = _verdict(answer, picture)
    return SightResult(verdict=verdict, upload=upload, answer=answer, deletion=deletion)


async def _look_within(asking: _Asking) -> SightResult:
    picture = TwoColours.any()
    url = f"data:image/png;base64,{b64encode(picture.png).decode()}"
    answer = await asking.ask({"image_url": url})
    return SightResult(verdict=_verdict(answer, picture), way="inline", answer=answer)


async def _upload(service: Service, picture: TwoColours, mark: str) -> Reply:
    name = f"{mark}{secrets.token_hex(8)}.png"
    fields = {
        "purpose": "vision",
        "expires_after[anchor]": "created_at",
        "expires_after[seconds]": str(HOUR_S),
    }
    file = (name, picture.png, "image/png")
    return await service.ask("POST", "/files", data=fields, files={"file": file})


async def _delete(service: Service, file_id: str) -> Reply:
    path = f"/files/{quote(file_id, safe='')}"
    return await service.ask("DELETE", path, timeout=DELETION_S)


def _without_file(upload: Reply) -> Verdict:
    is_refusal = upload.is_ok or upload.status in {400, 404, 405, 415, 422, 501}
    return "no_files" if is_refusal else "unknown"


def _verdict(answer: Reply, picture: TwoColours) -> Verdict:
    if answer.is_ok:
        text = _text(answer.body)
        if picture.is_named_in(text):
            return "sees"
        return "beside" if is_beside_the_question(text) else "blind"
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
