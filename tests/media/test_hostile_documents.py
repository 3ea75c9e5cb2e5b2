"""Documents of bad will cost a bounded child, and end in a sentence."""

import asyncio
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from snapthread.adapters.media import Documents
from snapthread.adapters.media.child import PYTHON, environment
from snapthread.errors import DocumentRefused
from snapthread.limits import CHILD_READS_BYTES
from tests.media.hostile import BOMBS, mutants

ROOT = Path(__file__).parents[2]
WAITS_S = 300.0  # a reader that gets no processor has not crashed
BESIDE_BYTES = 128 * 1024 * 1024


def _run(*program: str) -> subprocess.CompletedProcess[str]:
    where = environment() | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    command = [*PYTHON, *program]
    return subprocess.run(command, env=where, cwd=ROOT, capture_output=True, text=True, check=False)


def _cpu_of_children_s() -> float:
    """Seconds of work; a wait for a processor counts for nothing."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _outcome(content: bytes) -> str:
    try:
        return asyncio.run(
            Documents(time_limit_s=WAITS_S).read(content, name="", max_pages=50)
        ).format
    except DocumentRefused as refused:
        return refused.fault


SEEDS = [1, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(2, 52))]


@pytest.mark.parametrize("seed", SEEDS)
def test_of_two_hundred_damaged_documents_none_ends_its_reader(seed: int) -> None:
    done = _run("-m", "tests.media.hostile", "200", str(seed))

    assert done.returncode == 0, done.stderr
    assert 0 < int(done.stdout) < 200


@pytest.mark.parametrize("content", tuple(mutants(6, seed=99)), ids=range(6))
def test_a_damaged_document_ends_in_a_format_or_a_sentence(content: bytes) -> None:
    assert _outcome(content) != "crashed"


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_bounded_in_memory_and_time(bomb: str) -> None:
    content, began_s = BOMBS[bomb](), _cpu_of_children_s()

    outcome = _outcome(content)

    assert outcome in {"too_many_pages", "too_heavy", "unreadable", "empty", "pdf"}
    assert _cpu_of_children_s() - began_s < 30


def test_a_reader_cannot_fill_more_memory_than_it_may() -> None:
    program = (
        "from snapthread.adapters.media.confine import confine\n"
        f"confine({CHILD_READS_BYTES})\n"
        f"bytearray({CHILD_READS_BYTES + BESIDE_BYTES})"
    )

    done = _run("-c", program)

    assert done.returncode == 1
    assert "MemoryError" in done.stderr
