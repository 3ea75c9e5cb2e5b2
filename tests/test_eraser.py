"""The receipt of an erasure."""

from typing import Any, cast

from snapthread.commands.eraser import UserEraser
from snapthread.images.deleter import Progress
from snapthread.model import private_conversation
from snapthread.store import Store
from snapthread.store.codec import micros
from snapthread.store.rules.files import LOST
from snapthread.store.rules.uploads import retired_file
from tests.contracts.builders import ANN, START


class Away:
    """OpenAI, which deletes nothing just now."""

    async def delete_due(self, _: Progress) -> int:
        return 0


async def test_a_file_that_openai_has_lost_makes_no_receipt_of_fewer_than_none_deleted() -> None:
    store, at = await Store.open(":memory:"), micros(START)
    row = retired_file("a", private_conversation(ANN), 0, ANN, "file-1", LOST, at, at)
    await store.backend.write(lambda tx: tx.insert(row))

    eraser = UserEraser(store=store, deleter=cast(Any, Away()), clock=lambda: START)
    receipt = await eraser.erase(ANN)

    assert (receipt.files_deleted, receipt.files_pending) == (0, 1)
    await store.close()
