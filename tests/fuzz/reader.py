"""A reader of documents in a child process, confined as the product's own, that reads one after the
other: a child for each of thousands would be most of the time."""

import struct
import subprocess
import sys
import threading
from pathlib import Path
from typing import Final

from snapthread.adapters.media.child import PYTHON, environment

ROOT: Final = Path(__file__).parents[2]
PATIENCE_S: Final = 30.0  # as the product has with its own


class Reader:
    """Opened by the first document; one that died is told by its end and opened anew."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, content: bytes, name: str) -> str:
        """The format, or the fault; "crashed" where the child died or did not end in time."""
        if self._process is None or self._process.poll() is not None:
            self._process = self._open()
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        timer = threading.Timer(PATIENCE_S, process.kill)
        timer.start()
        try:
            process.stdin.write(struct.pack("<II", len(content), len(name.encode())))
            process.stdin.write(content + name.encode())
            process.stdin.flush()
            return process.stdout.readline().decode().strip() or "crashed"
        except BrokenPipeError:
            return "crashed"
        finally:
            timer.cancel()

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    @staticmethod
    def _open() -> subprocess.Popen[bytes]:
        where = environment() | {"PYTHONPATH": ":".join([str(ROOT), *sys.path])}
        program = [*PYTHON, "-m", "tests.fuzz.reader"]
        return subprocess.Popen(
            program, env=where, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )


def _serve() -> None:
    from snapthread.adapters.media.confine import confine
    from snapthread.adapters.media.documents.__main__ import prepare_all
    from snapthread.limits import CHILD_READS_BYTES

    prepare_all()
    confine(CHILD_READS_BYTES)
    while head := sys.stdin.buffer.read(8):
        size, named = struct.unpack("<II", head)
        content, name = sys.stdin.buffer.read(size), sys.stdin.buffer.read(named).decode()
        sys.stdout.write(f"{_outcome(content, name)}\n")
        sys.stdout.flush()


def _outcome(content: bytes, name: str) -> str:
    from snapthread.adapters.media.documents.read import read_document
    from snapthread.errors import DocumentRefused

    try:
        return read_document(content, name=name, max_pages=50).format
    except DocumentRefused as refused:
        return refused.fault
    except MemoryError:
        return "too_heavy"


if __name__ == "__main__":
    _serve()
