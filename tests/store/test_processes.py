"""More than one process on one file, and a process that is killed."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from snapthread.model import private_conversation
from tests.contracts.builders import Bench, message, open_sqlite
from tests.servers import own_server, redis_program, valkey_program
from tests.store.child import IMAGES, USERS, Child, now, open_store

CONVERSATIONS = 200


@contextmanager
def child(*arguments: str) -> Iterator[Child]:
    process = Child(arguments)
    try:
        yield process
    finally:
        process.kill()
        process.said.close()


def killed_after(process: Child, said: int, then_s: float) -> list[str]:
    """Let it say so many lines, and kill it -9 a moment later; every line that it said."""
    lines = [process.said.readline() for _ in range(said)]
    time.sleep(then_s)
    process.kill()
    return whole_lines([*lines, *process.said])


def whole_lines(said: Iterable[str]) -> list[str]:
    return [line.strip() for line in said if line.endswith("\n")]


def numbers(said: list[str], word: str) -> list[int]:
    return [int(line.split()[1]) for line in said if line.startswith(word)]


def answered(bench: Bench, update_ids: list[int]) -> list[int]:
    """Images that the conversations hold, read from the questions that come next."""
    texts = []
    for user in range(1, USERS + 1):
        bench.send(message(user=user, update_id=max(update_ids) + 1000 + user))
        claim = bench.take(only=private_conversation(user))
        texts += [line.text for line in bench.compose(claim).items]
    return [int(text.split()[1]) for text in texts]


def waiting(bench: Bench) -> list[int]:
    """Answer everything that is still to be answered."""
    update_ids = []
    while claim := bench.claim():
        update_ids += [asked.update_id for asked in claim.messages]
        bench.answer(claim)
    return update_ids


@pytest.mark.parametrize("then_s", [0.0, 0.003, 0.011])
def test_a_kill_loses_nothing_that_was_acknowledged(tmp_path: Path, then_s: float) -> None:
    with child("work", str(tmp_path), "1") as process:
        said = killed_after(process, 60, then_s)
    accepted, finished = numbers(said, "accepted"), numbers(said, "finished")

    bench = Bench(open_sqlite, tmp_path)
    bench.now = now()
    bench.wait(1)
    left = waiting(bench)
    done = answered(bench, accepted)
    bench.close()

    assert set(finished) <= set(done)
    assert set(accepted) <= set(done) | set(left)
    assert len(done) == len(set(done))
    assert not set(done) & set(left)


@pytest.fixture(params=["sqlite", "valkey", "redis"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A folder, or the address of a server."""
    if request.param == "sqlite":
        yield str(tmp_path)
        return
    program = redis_program() if request.param == "redis" else valkey_program()
    with own_server(tmp_path, program=program) as server:
        yield server.url


def ask_many(where: str, count: int) -> None:
    """A question in each of so many conversations."""
    bench = Bench(lambda _: open_store(where), Path())
    bench.now = now()
    bench.send(*(message(user=user) for user in range(1, count + 1)))
    bench.close()


def both(where: str, what: str) -> list[str]:
    """Words of two processes that begin at the same moment."""
    with child(what, where) as one, child(what, where) as two:
        ready = one.said.readline(), two.said.readline()
        assert ready == ("ready\n", "ready\n")
        one.begin()
        two.begin()
        return [*whole_lines(one.said), *whole_lines(two.said)]


def test_two_processes_never_hold_one_conversation(where: str) -> None:
    ask_many(where, CONVERSATIONS)

    held = both(where, "claim")

    assert sorted(held) == sorted(f"user:{user}" for user in range(1, CONVERSATIONS + 1))


def test_two_processes_never_reserve_more_than_the_limit(where: str) -> None:
    ask_many(where, 50)

    said = both(where, "reserve")

    assert Counter(said) == {"reserved": IMAGES, "user_daily_images": 50 - IMAGES}
