"""The end of a file that vanished at OpenAI, by what bringing it back met."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from snapthread.clock import utc_now
from snapthread.errors import ImageRefused
from snapthread.faults import FileFault, ImageFault
from snapthread.images.importer import FileImporter
from snapthread.images.opener import FileOpener
from snapthread.images.restorer import Restored, Restorer
from snapthread.meter import Meter
from snapthread.model import Claim, ConversationKey, FileName, LedgerFile, LostFile
from snapthread.texts import Texts
from snapthread.texts.localizer import Localizer

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


async def test_a_photo_that_killed_the_process_killed_it_again_with_each_question() -> None:
    """Attempt after attempt it was found out in a child, and the next question had none."""
    suspects: list[bool] = []

    async def download(*_: object, **__: object) -> bytes:
        return b"jpeg"

    async def prepare(*_: object, suspect: bool, **__: object) -> None:
        suspects.append(suspect)
        raise ImageRefused("crashed")

    opener = FileOpener(
        chat=cast(Any, SimpleNamespace(download=download)),
        codec=cast(Any, SimpleNamespace(prepare=prepare)),
        documents=cast(Any, None),
        max_bytes=1000,
    )
    importer = FileImporter(opener=opener, uploader=cast(Any, None))
    restorer = Restorer(store=cast(Any, Store()), importer=importer, clock=utc_now)
    await restorer.bring_back(CLAIM, [LOST], Meter())
    assert suspects == [True]


def test_telegram_was_blamed_for_a_photo_whose_decoder_died() -> None:
    """The same sentence tells of a photo that Telegram did not give."""
    t, lost = Localizer(texts=Texts.load(), language="en"), [LostFile(kind="image", label=3)]
    said = (*t.away(lost), *t.away_now(lost))
    assert len(said) == 2
    assert not [one for one in said if "Telegram isn't" in one]
