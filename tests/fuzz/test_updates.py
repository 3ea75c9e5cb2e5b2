"""Whatever Telegram sends: it is read or passed over, and the next question is answered."""

import json
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from snapthread.adapters.bot_api.incoming import update_of
from tests import virtual
from tests.fuzz.updates import ODD, updates
from tests.line.world import opened

RELAXED = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
AT_ONCE = 12  # updates of one life of the bot


@settings(suppress_health_check=RELAXED)
@given(updates())
def test_any_update_is_read_or_passed_over(raw: dict[str, Any]) -> None:
    raw["update_id"] = 77
    update = update_of(json.loads(json.dumps(raw)), "snapthread_bot")
    assert update is not None
    assert update.update_id == 77


@given(ODD)
def test_what_is_no_update_at_all_is_passed_over(raw: object) -> None:
    update = update_of(raw, "snapthread_bot")
    assert update is None or update.message is None


@settings(suppress_health_check=RELAXED, max_examples=settings().max_examples // 5 or 1)
@given(st.lists(updates(), min_size=1, max_size=AT_ONCE))
def test_after_any_updates_the_next_question_is_answered(raws: Sequence[dict[str, Any]]) -> None:
    async def story() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with opened(Path(folder)) as world:
                for raw in raws:
                    world.telegram.push_raw(_sendable(raw))
                ann = world.person(424_242)
                ann.sends("Are you there?")
                await world.until(lambda: _is_answered(world.requests))

    virtual.run(story())


def _sendable(raw: dict[str, Any]) -> dict[str, Any]:
    """With an id of the double's, and no half of a surrogate pair: the double cannot send it."""
    text = json.dumps({key: value for key, value in raw.items() if key != "update_id"})
    whole: dict[str, Any] = json.loads(re.sub(r"\\ud[89a-f][0-9a-f]{2}", "?", text))
    return whole


def _is_answered(requests: Sequence[Any]) -> bool:
    return any("Are you there?" in json.dumps(request.body) for request in requests)
