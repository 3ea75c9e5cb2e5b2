"""Promises of every store about itself."""

import asyncio
from inspect import getmembers, isfunction, signature
from pathlib import Path
from typing import Any, cast

import pytest

from snapthread.limits import SEEN_S
from snapthread.model import Installation
from snapthread.ports import Store
from snapthread.store import Store as StoreItself
from snapthread.store.verb import Backend
from tests.contracts.builders import QUIET_S, STORES, Bench, message


def test_an_installation_is_made_once(bench: Bench) -> None:
    first = bench.run(bench.store.installation())

    assert first.id != ""
    assert len(first.secret) >= 16
    assert bench.run(bench.store.installation()) == first


@pytest.mark.parametrize("kind", sorted(STORES))
def test_every_verb_is_called_as_the_port_says(kind: str, tmp_path: Path) -> None:
    bench = Bench(STORES[kind], tmp_path)
    for name, verb in getmembers(Store, isfunction):
        if not name.startswith("_"):
            _, *promised = signature(verb).parameters.values()
            _, *kept = signature(getattr(type(bench.store), name)).parameters.values()
            assert [(each.name, each.kind, each.default) for each in kept] == [
                (each.name, each.kind, each.default) for each in promised
            ], name
    bench.close()


@pytest.mark.parametrize("kind", sorted(STORES))
def test_an_installation_outlives_its_process(kind: str, tmp_path: Path) -> None:
    async def opened_and_closed() -> Installation:
        store = await STORES[kind](tmp_path)
        installation = await store.installation()
        await store.close()
        return installation

    assert asyncio.run(opened_and_closed()) == asyncio.run(opened_and_closed())


@pytest.mark.parametrize("kind", sorted(STORES))
def test_two_installations_are_not_the_same(kind: str, tmp_path: Path) -> None:
    first, second = Bench(STORES[kind], tmp_path / "one"), Bench(STORES[kind], tmp_path / "two")

    assert first.run(first.store.installation()) != second.run(second.store.installation())

    first.close()
    second.close()


def test_marks_are_forgotten_when_they_are_not_needed(bench: Bench) -> None:
    bench.talk()
    bench.say(once="alert", again_after_s=3600)
    early = bench.tidy()
    bench.wait(3600)
    first = bench.tidy()
    bench.wait(SEEN_S - 3600 - QUIET_S)

    assert (early, first, bench.tidy()) == (0, 1, 1)


class Counted:
    """A backend that counts the transactions that write."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.writes = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._backend, name)

    async def write(self, verb: Any, kind: Any) -> Any:
        self.writes += 1
        return await self._backend.write(verb, kind)


def test_the_monthly_tidying_held_the_store_for_all_of_it(bench: Bench) -> None:
    bench.send(*(message(update_id=number) for number in range(1000, 2200)))
    bench.wait(SEEN_S + 1)
    counted = Counted(bench.store.backend)

    tidied = bench.run(StoreItself(cast(Backend, counted)).tidy(bench.now))

    assert tidied >= 1200
    assert counted.writes >= 4  # others write between


def test_marks_that_are_needed_are_kept(bench: Bench) -> None:
    question = message()
    bench.say(once="alert", again_after_s=2 * SEEN_S)
    bench.wait(SEEN_S)
    bench.send(question)
    bench.tidy()

    assert not bench.say(once="alert")
    assert bench.send(question) == frozenset()


def test_a_store_that_is_well_passes_its_check(bench: Bench) -> None:
    bench.run(bench.store.check())
    bench.run(bench.store.check())


@pytest.mark.parametrize("kind", sorted(STORES))
def test_what_was_written_is_there_after_a_new_start(kind: str, tmp_path: Path) -> None:
    first = Bench(STORES[kind], tmp_path)
    first.send(question := message())
    first.close()
    second = Bench(STORES[kind], tmp_path)

    assert second.take().messages == (question,)

    second.close()
