"""Times of a step, by the event loop's own clock, so that a test's clock governs them too."""

import asyncio


def now_s() -> float:
    return asyncio.get_running_loop().time()


def ms_since(began_s: float) -> int:
    return round((now_s() - began_s) * 1000)
