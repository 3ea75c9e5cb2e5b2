"""The end of a file that vanished at OpenAI, by what bringing it back met."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from snapthread.clock import utc_now
from snapthread.faults import FileFault, ImageFault
from snapthread.images.restorer import Restored, Restorer
from snapthread.meter import Meter
from snapthread.model import Claim, ConversationKey, FileName, LedgerFile

CLAIM = Claim(conversation=ConversationKey("user:7"), token=1, epoch=0, turn=1)
LOST = LedgerFile(
    name=FileName("f1"),
    conversation=CLAIM.conversation,
    epoch=0,
    owner=7,
    state="live",
    image_key=FileName("f1"),
    telegram_id="t",
    unique_id="u",
    created_at=utc_now(),
)


class Store:
    async def mark_lost(self, *_: object) -> None:
        return None

    async def retire(self, *_: object, **__: object) -> int:
        return 1


async def _restore(fault: ImageFault) -> Restored:
    async def import_files(*_: object) -> list[Any]:
        return [SimpleNamespace(files=(), fault=FileFault("image", fault))]

    importer = SimpleNamespace(import_files=import_files)
    restorer = Restorer(store=cast(Any, Store()), importer=cast(Any, importer), clock=utc_now)
    return await restorer.restore(CLAIM, LOST, Meter())


async def test_a_photo_left_for_good_where_its_decoder_died_this_time() -> None:
    assert await _restore("crashed") == "lost"
    assert await _restore("too_heavy") == "lost"


@pytest.mark.parametrize("fault", ["gone", "refused"])
async def test_what_can_never_be_had_again_leaves(fault: ImageFault) -> None:
    assert await _restore(fault) == "left"
