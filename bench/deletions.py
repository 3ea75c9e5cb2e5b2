"""Deletions side by side against one after the other, and a reconcile of many.

    .venv/bin/python bench/deletions.py

In virtual time, against a double whose every call takes 50 ms: the ratio is exact, not measured.
"""

import asyncio
import sys
import time
from pathlib import Path
from typing import Any, cast

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests import virtual
from tests.life.fakes import CALL_S, Codec, Faults, OpenAI, Telegram

from snapthread.images.deleter import Deleter
from snapthread.model import FileName
from snapthread.settings import Settings
from snapthread.store import Store
from snapthread.wiring import Adapters, FileComponents, build_file_components, with_rate_limits

FILES = 1000
MANY = 100_000


async def main() -> None:
    store = await Store.open(":memory:")
    faults = Faults()
    openai = OpenAI(faults)
    adapters = Adapters(
        store=store,
        chat=cast(Any, Telegram(faults)),  # nothing is read here
        assistant=openai,
        files=openai,
        transcriber=cast(Any, openai),  # nothing is heard here
        codec=Codec(),
        documents=cast(Any, None),  # nor read
        sounds=cast(Any, None),
        clock=virtual.now,
    )
    maintenance = await build_file_components(with_rate_limits(adapters), Settings())
    await _deletions(store, openai, maintenance.file_service.deleter)
    await _reconcile(openai, maintenance)
    await store.close()


async def _deletions(store: Store, openai: OpenAI, deleter: Deleter) -> None:
    for number in range(FILES):
        openai_id = await openai.upload("x.jpg", b"", "image/jpeg", life_s=10**6)
        now = virtual.now()
        name = FileName(f"name-{number}")
        await store.record_upload(name, openai_id, now, leaves_at=now, expires_at=now)
    began = virtual.loop().time()
    deleted = await deleter.delete_due()
    took = virtual.loop().time() - began
    print(f"{deleted} deletions: {FILES * CALL_S / took:.1f} times as fast as one after the other")


async def _reconcile(openai: OpenAI, maintenance: FileComponents) -> None:
    mark = maintenance.file_service.names.mark
    openai.pretend({f"file-other-{n}": "holiday.jpg" for n in range(MANY - 100)})
    openai.pretend({f"file-orphan-{n}": f"{mark}{n:016x}.jpg" for n in range(100)})
    virtual.jump(1000.0)
    began = time.perf_counter()
    done = await maintenance.reconcile.run()
    seconds = time.perf_counter() - began
    print(
        f"reconcile of {MANY} files, {done.orphans_deleted} orphans: {seconds:.1f} s of real time"
    )


if __name__ == "__main__":
    asyncio.Runner(loop_factory=virtual.VirtualLoop).run(main())
