"""The contracts run over every store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contracts.builders import STORES, Bench


@pytest.fixture(params=sorted(STORES))
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(STORES[request.param], tmp_path)
    yield bench
    bench.close()
