"""Words of the model on the way to its answer: shown while it runs, and kept apart from it."""

from pathlib import Path

from snapthread_sandbox.faults import Fault
from snapthread_sandbox.wire import Response
from tests.line.world import opened
from tests.openai_api.test_answer import added, piece
from tests.openai_api.wire import COMPLETED


def _streams(*events: bytes) -> Fault:
    headers = {"content-type": "text/event-stream"}
    return Fault(reply=Response(status=200, headers=headers, body=b"".join(events)))


WITH_COMMENTARY = _streams(
    added(0, "commentary"),
    piece("Let me look at that first.", 0),
    added(1, "final_answer"),
    piece("It is a cat.", 1),
    COMPLETED,
)


async def test_commentary_is_no_part_of_the_answer_and_goes_back_to_the_model(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.faults.add(on="POST /responses", reply=WITH_COMMENTARY)
        ada.sends("What is it?")
        (answer,) = await ada.hears()
        assert answer.text == "It is a cat."
        ada.sends("Sure?")
        await ada.hears()
        said = [item for item in world.requests[-1].body["input"] if item["role"] == "assistant"]
        texts = [item["content"] for item in said]
        assert texts == ["Let me look at that first.", "It is a cat."]


async def test_commentary_alone_is_the_answer(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        alone = _streams(added(0, "commentary"), piece("Let me look.", 0), COMPLETED)
        world.openai.faults.add(on="POST /responses", reply=alone)
        ada.sends("What is it?")
        (answer,) = await ada.hears()
        assert answer.text == "Let me look."
