"""Messages in a form that a person can read and compare: the text, then what is formatted in it."""

from pathlib import Path

from snapthread.model import Entity, OutgoingMessage
from tests.formatting.validator import covered, units

HERE = Path(__file__).parent
CORPUS = sorted((HERE / "corpus").glob("*.md"))


def snapshot_of(answer: Path) -> Path:
    return HERE / "snapshots" / f"{answer.stem}.txt"


def written(says: tuple[OutgoingMessage, ...]) -> str:
    return "\n".join(_one(number, say) for number, say in enumerate(says, 1))


def _one(number: int, say: OutgoingMessage) -> str:
    head = f"=== message {number}: {units(say.text)} units, {len(say.entities)} entities"
    return "\n".join(
        [head, say.text, "---", *(_entity(say, entity) for entity in say.entities), ""]
    )


def _entity(say: OutgoingMessage, entity: Entity) -> str:
    place = f"{entity.offset}+{entity.length} {entity.type}"
    detail = entity.url or entity.language
    return " ".join(filter(None, [place, detail, repr(covered(say, entity))]))
