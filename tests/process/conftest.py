"""One town for all tests of this folder; what its bots logged is looked through at the end."""

import asyncio
from collections.abc import Iterator

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
