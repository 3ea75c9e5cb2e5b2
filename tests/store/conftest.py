"""Some tests of the stores run over each of them, as the contracts do."""

from tests.contracts.conftest import bench

__all__ = ["bench"]
