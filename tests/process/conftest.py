"""One town for the stories that one worker runs; tests/conftest.py tells which."""

import os
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.conftest import row_of
from tests.process.town import Town, town_in


@pytest.fixture(scope="package")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with town_in(tmp_path_factory.mktemp("town")) as town:
        yield town


@pytest.fixture(autouse=True)
def _rows_were_split_without_a_word(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """All workers waited at once, each with a bot of its own."""
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        first = tmp_path_factory.getbasetemp().parent / f"{row_of(request.node.nodeid)} is run by"
        with suppress(FileExistsError), first.open("x") as told:
            told.write(worker)
        assert first.read_text() == worker
