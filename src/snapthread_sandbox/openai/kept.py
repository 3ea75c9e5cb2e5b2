"""Answers that OpenAI keeps: found, continued, deleted; with the items they were made from."""

from collections.abc import Mapping
from typing import Final

from snapthread_sandbox.openai.errors import ApiError, above_maximum, below_minimum, invalid_value
from snapthread_sandbox.openai.question import items_of
from snapthread_sandbox.wire import Json

PAGE: Final = 20
PAGE_MAX: Final = 100


class Kept:
    """The stored answers of one project, by id."""

    def __init__(self) -> None:
        self.responses: dict[str, Json] = {}
        self._contexts: dict[str, list[Json]] = {}

    def keep(self, response: Json, body: Json) -> None:
        self._contexts[response["id"]] = self.context(body)
        self.responses[response["id"]] = response

    def update(self, response: Json) -> None:
        """An answer in the background has gone on, unless it was deleted meanwhile."""
        if response["id"] in self.responses:
            self.responses[response["id"]] = response

    def retrieve(self, response_id: str) -> Json:
        if response_id not in self.responses:
            raise ApiError(404, f"Response with id '{response_id}' not found.")
        return self.responses[response_id]

    def delete(self, response_id: str) -> Json:
        del self.responses[self.retrieve(response_id)["id"]]
        return {"id": response_id, "object": "response", "deleted": True}

    def context(self, body: Json) -> list[Json]:
        """All items of a question, those of the answers before it included."""
        previous = body.get("previous_response_id")
        before = [] if previous is None else self._context_after(previous)
        return [*before, *(_whole(item) for item in items_of(body))]

    def page(self, response_id: str, query: Mapping[str, str]) -> Json:
        """GET input_items."""
        self.retrieve(response_id)
        items = [
            item | {"id": f"msg_in_{response_id[5:]}_{number}"}
            for number, item in enumerate(self._contexts[response_id])
        ]
        found = _after(_in_order(items, query.get("order", "desc")), query.get("after"))
        page = found[: _limit(query.get("limit"))]
        return {
            "object": "list",
            "data": page,
            "first_id": page[0]["id"] if page else "",
            "last_id": page[-1]["id"] if page else "",
            "has_more": len(found) > len(page),
        }

    def _context_after(self, response_id: str) -> list[Json]:
        if response_id not in self.responses:
            message = f"Previous response with id '{response_id}' not found."
            param = "previous_response_id"
            raise ApiError(400, message, param=param, code="previous_response_not_found")
        said = [i for i in self.responses[response_id]["output"] if i["type"] == "message"]
        return [*self._contexts[response_id], *said]


def _whole(item: Json) -> Json:
    """An item with its content in parts, as OpenAI gives it back."""
    if item.get("type", "message") != "message" or not isinstance(item.get("content"), str):
        return {"type": "message"} | item
    kind = "output_text" if item.get("role") == "assistant" else "input_text"
    part: Json = {"type": kind, "text": item["content"]}
    part |= {"annotations": []} if kind == "output_text" else {}
    return {"type": "message", "status": "completed"} | item | {"content": [part]}


def _in_order(items: list[Json], order: str) -> list[Json]:
    if order not in ("asc", "desc"):
        raise invalid_value("order", order, ("asc", "desc"))
    return items if order == "asc" else items[::-1]


def _after(items: list[Json], cursor: str | None) -> list[Json]:
    ids = [item["id"] for item in items]
    return items[ids.index(cursor) + 1 :] if cursor in ids else items


def _limit(text: str | None) -> int:
    limit = PAGE if text is None else int(text) if text.isdecimal() else 0
    if limit < 1:
        raise below_minimum("limit", 1, limit)
    if limit > PAGE_MAX:
        raise above_maximum("limit", PAGE_MAX, limit)
    return limit
