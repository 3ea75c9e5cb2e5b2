"""The machine: its Python, and the room on its disk."""

import shutil
import sys
from pathlib import Path
from typing import Final

from snapthread.doctor.check import Check, broken, good, warning
from snapthread.limits import MEGABYTE

PYTHON_MIN: Final = (3, 11)
ROOM_MIN_MB: Final = 50  # a busy bot writes that much in a day
ROOM_LITTLE_MB: Final = 500


def check_python(version: tuple[int, ...] = sys.version_info[:3]) -> Check:
    told = ".".join(map(str, version))
    if version < PYTHON_MIN:
        return broken("python", f"Python {told} is too old: install 3.11 or newer.")
    return good("python", f"Python {told}")


def check_disk(folder: Path, *, free_bytes: int | None = None) -> Check:
    """The disk that DATA_DIR is on, or will be on."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    free_mb = (shutil.disk_usage(folder).free if free_bytes is None else free_bytes) // MEGABYTE
    if free_mb < ROOM_MIN_MB:
        return broken("disk", f"{free_mb} MB are free where DATA_DIR is: make room.")
    if free_mb < ROOM_LITTLE_MB:
        return warning("disk", f"Only {free_mb} MB are free where DATA_DIR is: make room soon.")
    return good("disk", f"{free_mb} MB free")
