"""Images that lie in a folder beside the file: copied after it, and brought back with it."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from snapthread.store.sqlite.file.copying import PARTIAL


@contextmanager
def copied_images(source: Path, target: Path) -> Iterator[Callable[[], None]]:
    """A copy that takes the target's place once it is asked to."""
    partial = target.with_name(target.name + PARTIAL)
    shutil.rmtree(partial, ignore_errors=True)
    try:
        if source.is_dir():
            _copy_folder(source, partial)
        yield lambda: _swap(partial, target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _swap(partial: Path, target: Path) -> None:
    """Put the copy in the place of the old folder; where there are no images, none stay of an older
    backup."""
    shutil.rmtree(target, ignore_errors=True)
    if partial.is_dir():
        partial.rename(target)


def _copy_folder(source: Path, target: Path) -> None:
    target.mkdir(mode=0o700)
    for image in source.iterdir():
        with suppress(FileNotFoundError):  # deleted meanwhile
            shutil.copy2(image, target / image.name)


def restore_images(source: Path, store: Path, aside: Path) -> None:
    """Bring images back; those that were there are kept beside, as the store is."""
    if store.is_dir():
        store.rename(aside)
    if source.is_dir():
        _copy_folder(source, store)
