"""Commands with arguments that mean nothing: a sentence each, never a mistake of ours."""

from pathlib import Path

import pytest

from snapthread.commands.admin import ADMIN_COMMANDS
from snapthread.texts import COMMANDS
from tests.line.world import opened

ADA = 1001
EVERY = sorted({*COMMANDS, *ADMIN_COMMANDS, "instructions"})
NONSENSE = ("x", "-1 -1", "9" * 4000, "٣", "1 messages=1e9", "=", '{n} "%s" <b>')


@pytest.mark.parametrize("argument", NONSENSE)
async def test_every_command_answers_an_argument_that_means_nothing(
    tmp_path: Path, argument: str
) -> None:
    everything = {"ADMIN_USER_IDS": str(ADA), "ACCESS": "invite", "OWN_INSTRUCTIONS": "yes"}
    async with opened(tmp_path, **everything) as world:
        ada = world.person(ADA)
        for command in EVERY:
            ada.sends(f"/{command} {argument}")
            said = await ada.hears()
            assert said, command
            assert "went wrong on my side" not in said[-1].text, command


@pytest.mark.parametrize("word", ["", "set:", "set:model=", "pages:0:9-1", "broadcast:yes:x"])
async def test_a_button_that_was_never_ours_changes_nothing(tmp_path: Path, word: str) -> None:
    async with opened(tmp_path, ADMIN_USER_IDS=str(ADA)) as world:
        ada = world.person(ADA)
        ada.sends("Hello")
        (answer,) = await ada.hears()
        ada.presses({"text": "?", "callback_data": word}, on=answer)
        ada.sends("Still there?")
        await world.until(lambda: any("Still there?" in said for said in ada.sees))
        assert not any("went wrong on my side" in said for said in ada.sees)
