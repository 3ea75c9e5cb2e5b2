"""One town for all tests of this folder; what its bots logged is looked through at the end."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.process.town import Town


@pytest.fixture(scope="package")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with asyncio.Runner() as runner:
        town = Town(tmp_path_factory.mktemp("town"), runner)
        runner.run(town.open())
        try:
            yield town
            assert town.bots
            assert not town.leaks
        finally:
            runner.run(town.close())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker runs the stories of the town, so that one bot is started and not two; those with a
    town of their own run beside it, a file in one worker."""
    here = f"{Path(__file__).parent}/"
    for item in items:
        if str(item.path).startswith(here) and isinstance(item, pytest.Function):
            group = "town" if "town" in item.fixturenames else item.path.stem
            item.add_marker(pytest.mark.xdist_group(group))
