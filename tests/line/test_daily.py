"""Daily work is not done once an hour."""

import asyncio
from pathlib import Path

from tests import virtual
from tests.line.world import World, play


def test_the_process_that_reconciled_does_not_do_so_again_each_hour(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        for _ in range(5):
            virtual.jump(3600.0)
            await asyncio.sleep(10)
        assert world.openai.counts["GET /files"] == 2  # of images and of documents, once

    play(story, tmp_path)
