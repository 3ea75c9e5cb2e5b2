"""One town for the stories that one worker runs; tests/conftest.py tells which."""

from collections.abc import Iterator

import pytest

from tests.process.town import Town, town_in


@pytest.fixture(scope="package")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with town_in(tmp_path_factory.mktemp("town")) as town:
        yield town
