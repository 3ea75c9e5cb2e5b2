"""A text whose entities are being collected, for both parse modes."""

from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from snapthread_sandbox.telegram.entities import LINK_SCHEMES
from snapthread_sandbox.telegram.params import BotError, bad_request
from snapthread_sandbox.wire import Json


def entity_error(why: str) -> BotError:
    return bad_request(f"can't parse entities: {why}")


def byte_offset(text: str, place: int) -> int:
    return len(text[:place].encode())


@dataclass(slots=True)
class Marked:
    """The plain text so far, and the entities that are closed."""

    text: str = ""
    entities: list[Json] = field(default_factory=list)

    @property
    def units(self) -> int:
        return len(self.text.encode("utf-16-le", "surrogatepass")) // 2

    def close(self, start: int, entity: Json | None) -> None:
        """An entity from `start` to here; an empty one is none."""
        length = self.units - start
        if entity is not None and length > 0:
            self.entities.append(entity | {"offset": start, "length": length})

    @property
    def ordered(self) -> list[Json]:
        return sorted(self.entities, key=lambda one: (one["offset"], -one["length"]))


def link(url: str) -> Json | None:
    """The entity of a link; a link that Telegram does not follow is plain text."""
    parts = urlsplit(url.strip())
    if parts.scheme == "tg" and parts.netloc == "user":
        ids = parse_qs(parts.query).get("id", [""])
        user = {"id": int(ids[0]), "is_bot": False, "first_name": ""} if ids[0].isdigit() else None
        return {"type": "text_mention", "user": user} if user else None
    if parts.scheme and parts.scheme not in LINK_SCHEMES:
        return None
    full = url.strip() if parts.scheme else f"http://{url.strip()}"
    return {"type": "text_link", "url": full} if "." in full or parts.scheme else None
