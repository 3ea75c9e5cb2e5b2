"""One message among the output items of an answer, and the objects that tell of it."""

from dataclasses import dataclass

from snapthread_sandbox.openai.pieces import Phase
from snapthread_sandbox.wire import Json


@dataclass(slots=True, kw_only=True)
class OutputMessage:
    """A message while it grows. `index`: its place in the output."""

    id: str
    index: int
    phase: Phase | None = None
    text: str = ""
    is_refusal: bool = False
    status: str = "in_progress"

    @property
    def is_open(self) -> bool:
        return self.status == "in_progress"

    @property
    def place(self) -> Json:
        return {"item_id": self.id, "output_index": self.index, "content_index": 0}

    def part(self, text: str) -> Json:
        if self.is_refusal:
            return {"type": "refusal", "refusal": text}
        return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}

    def item(self, content: list[Json]) -> Json:
        known: Json = {
            "id": self.id,
            "type": "message",
            "status": self.status,
            "role": "assistant",
            "content": content,
        }
        return known if self.phase is None else known | {"phase": self.phase}

    @property
    def whole(self) -> Json:
        return self.item([self.part(self.text)])


def reasoning(id: str) -> Json:
    """An item that shows nothing of what was thought."""
    return {"id": id, "type": "reasoning", "summary": []}
