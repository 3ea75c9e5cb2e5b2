"""A row of one conversation that cannot be read is no trouble of anybody else."""

from collections.abc import MutableMapping
from pathlib import Path
from traceback import format_exception
from typing import Any

from structlog.testing import capture_logs

from snapthread.model import private_conversation
from snapthread.store.schema.queues import QUEUE
from snapthread.store.transaction import Transaction
from tests.line.world import World, opened

ADA = private_conversation(1001)
SPOILT = '{"text": "between us"}'


async def overwrite(world: World, text: str) -> str:
    """The oldest message of Ada's, as it was."""

    def swap(tx: Transaction) -> str:
        row = tx.first(QUEUE, ADA, 0)
        assert row is not None
        tx.update(row, row._replace(message=text))
        return row.message

    assert world.process is not None
    return await world.process.store.backend.write(swap)


def tracebacks(lines: list[MutableMapping[str, Any]]) -> list[str]:
    return ["".join(format_exception(line["exc_info"])) for line in lines if "exc_info" in line]


async def test_one_row_that_could_not_be_read_ended_the_bot_for_everybody(tmp_path: Path) -> None:
    async with opened(tmp_path, MAX_PARALLEL_TURNS="1") as world:
        ada, bob = world.person(1001), world.person(1002)
        ada.sends("a" * 4096)  # waits for its rest
        bob.sends("Hello")
        await bob.hears()
        text = await overwrite(world, SPOILT)
        with capture_logs() as lines:
            ada.sends("Are you there?")
            await world.until(lambda: "conversation.broke" in [line["event"] for line in lines])
            bob.sends("Still there?")
            await bob.hears()
        assert not any("between us" in told for told in tracebacks(lines))

        await overwrite(world, text)
        await world.until(lambda: any("Are you there?" in said for said in ada.sees))
        assert any("aaa" in said for said in ada.sees)
