"""One town for the stories that one worker runs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.process.town import Town, town_in

# These tests wait more than they compute: in three rows of some minutes each, so that at no time
# more than three workers wait. The third row is the rest.
ROWS: Final = (
    ("test_answers", "test_killed_under_load"),
    ("test_inline", "test_proxies", "test_replicas", "test_servers", "test_store_server"),
)


@pytest.fixture(scope="package")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with town_in(tmp_path_factory.mktemp("town")) as town:
        yield town


# Before pytest-xdist reads the groups, also where this folder is named on the command line.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker runs a row, with one bot at a time."""
    here = f"{Path(__file__).parent}/"
    for item in items:
        if str(item.path).startswith(here) and isinstance(item, pytest.Function):
            row = next((n for n, files in enumerate(ROWS) if item.path.stem in files), len(ROWS))
            item.add_marker(pytest.mark.xdist_group(f"process-{row}"))
