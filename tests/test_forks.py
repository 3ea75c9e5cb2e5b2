"""What runs the tests side by side must not hide one that fails."""

import subprocess
import sys
from pathlib import Path

TESTS = """
import os
import pytest

@pytest.fixture(scope="module")
def shared():
    return []

def test_passes(tmp_path):
    os.system("echo told")

def test_fails():
    print("this helps")
    assert os.name == "wrong"

def test_its_process_dies():
    os._exit(3)

@pytest.mark.parametrize("nth", [1, 2, 3])
def test_share(shared, nth):
    shared.append(nth)
    assert len(shared) == nth

@pytest.fixture
def untidy():
    yield
    raise RuntimeError("not tidied")

def test_leaves_something(untidy): ...

def test_is_left_out():
    pytest.skip("not here")
"""


def test_what_fails_dies_or_leaves_something_is_told_and_the_rest_still_runs(
    tmp_path: Path,
) -> None:
    (tmp_path / "test_them.py").write_text(TESTS)

    told = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-n", "2", "-p", "tests.forks", "-c", "/dev/null"),
            *("-p", "no:cacheprovider", "-p", "no:hypothesispytest", str(tmp_path)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    assert told.returncode == 1, told.stdout + told.stderr
    assert "2 failed, 5 passed, 1 skipped, 1 error" in told.stdout
    assert "this helps" in told.stdout
    assert "the process of this test ended with 3" in told.stdout
    assert "RuntimeError: not tidied" in told.stdout
