"""The models that the OpenAI double knows, and what each of them takes."""

from dataclasses import dataclass
from typing import Final

from snapthread_sandbox.wire import Json

EFFORTS: Final = ("none", "minimal", "low", "medium", "high", "xhigh", "max")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelTraits:
    """One model. `efforts` empty: it does not reason, and refuses to hear of it."""

    id: str
    efforts: tuple[str, ...] = EFFORTS
    context_tokens: int = 922_000
    writes_cache: bool = True  # gpt-5.6 and later: writes are counted, cache options taken
    created_at: int = 1_790_000_000
    shutdown_date: str | None = None  # as "2027-01-14"; None: nobody has said

    def as_json(self) -> Json:
        return {
            "id": self.id,
            "object": "model",
            "created": self.created_at,
            "owned_by": "system",
            "shutdown_date": self.shutdown_date,
        }


def known_models() -> dict[str, ModelTraits]:
    """A fresh table; a test may change it."""
    models = (
        ModelTraits(id="gpt-6-luna"),
        ModelTraits(id="gpt-6-sol"),
        ModelTraits(id="gpt-6-astra"),
        ModelTraits(id="gpt-6.1-terra"),
        ModelTraits(id="gpt-6.1-sol", efforts=EFFORTS[2:]),
        ModelTraits(id="gpt-6.2-sol", efforts=EFFORTS[2:]),
        ModelTraits(id="gpt-6.2-astra", efforts=EFFORTS[2:]),
        ModelTraits(id="gpt-5.6-luna"),
        ModelTraits(id="gpt-5.4-mini", writes_cache=False, context_tokens=272_000),
        ModelTraits(
            id="gpt-4o",
            efforts=(),
            writes_cache=False,
            context_tokens=128_000,
            shutdown_date="2027-01-14",
        ),
        ModelTraits(id="gpt-transcribe", efforts=(), writes_cache=False, context_tokens=16_000),
    )
    return {model.id: model for model in models}
