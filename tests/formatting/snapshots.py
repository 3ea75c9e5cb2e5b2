"""Messages in a form that a person can read and compare: the text, then what is formatted in it."""

from pathlib import Path

from snapthread.model import Say
from tests.formatting.validator import covered, units

HERE = Path(__file__).parent
CORPUS = sorted((HERE / "corpus").glob("*.md"))


def snapshot_of(answer: Path) -> Path:
    return HERE / "snapshots" / f"{answer.stem}.txt"


def written(says: tuple[Say, ...]) -> str:
    return "\n".join(_one(number, say) for number, say in enumerate(says, 1))


def _one(number: int, say: Say) -> str:
    head = f"=== message {number}: {units(say.text)} units, {len(say.entities)} entities"
    entities = [
        f"{entity.offset}+{entity.length} {entity.type} {entity.url or entity.language or ''}".strip()
        + f" {covered(say, entity)!r}"
        for entity in say.entities
    ]
    return "\n".join([head, say.text, "---", *entities, ""])
