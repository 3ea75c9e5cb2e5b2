"""The lines that bench/guards.py takes out are there, so that it can be run any day."""

from pathlib import Path

import pytest
from bench.guards import GUARDS, Guard

SOURCE = Path(__file__).parents[1] / "src" / "snapthread"


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.law)
def test_each_guard_is_in_its_file_once(guard: Guard) -> None:
    assert (SOURCE / guard.file).read_text("utf-8").count(guard.line) == 1
