"""Work done side by side that fails as one piece of work would: with the first failure itself."""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

T = TypeVar("T")


async def gather_all(jobs: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Every job goes on to its end, also where another fails; then the first failure is raised."""

    async def ended(job: Coroutine[Any, Any, T]) -> T | Exception:
        try:
            return await job
        except Exception as error:  # noqa: BLE001 - raised below
            return error

    jobs = tuple(jobs)
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(ended(job)) for job in jobs]
    finally:
        for job in jobs:
            job.close()  # who was cancelled before it began
    results: list[T] = []
    for task in tasks:
        result = task.result()
        if isinstance(result, Exception):
            raise result
        results.append(result)
    return results
