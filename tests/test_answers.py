"""The end of a claim that cannot be answered as any other."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

from snapthread.answers import Answers
from snapthread.limits import ATTEMPTS_MAX
from snapthread.meter import Meter
from snapthread.model import Claim, ConversationKey
from tests.contracts.builders import message


async def test_a_guest_whose_place_cannot_be_taken_was_tried_for_ever() -> None:
    guest = replace(message("What?"), guest_query_id="q1")
    claim = Claim(
        conversation=ConversationKey("guest:1"),
        token=1,
        epoch=0,
        turn=1,
        messages=(guest,),
        attempt=ATTEMPTS_MAX + 1,
    )

    async def take(*_: object) -> bool:
        raise RuntimeError("a mistake of ours")

    answers = Answers.__new__(Answers)
    answers.access = cast(Any, SimpleNamespace(localizer=lambda _: str))
    answers.guests = cast(Any, SimpleNamespace(take=take))
    outcome = await answers.answer(claim, Meter())
    assert (outcome.result, outcome.texts) == ("dead_letter", ())
