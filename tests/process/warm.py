"""Processes of the product that skip its longest step: importing its libraries.

A server of multiprocessing has imported everything once and forks each process from there. Such a
process is one of its own: it has its own memory, dies of `kill -9`, and leaves nothing in another.
The tests of a start run `python -m snapthread` itself.
"""

import multiprocessing
import os
import sys
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryDirectory
from typing import Final

COMMAND_S: Final = 600.0  # only ends one that hangs

context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(["tests.process.imported"])


def start(
    arguments: tuple[str, ...], folder: Path, settings: dict[str, str], out: Path, errors: Path
) -> ForkServerProcess:
    """`snapthread arguments…`, with nothing in its environment but `settings`."""
    process = context.Process(target=_run, args=(arguments, folder, settings, out, errors))
    process.start()
    return process


def snapthread(*arguments: str, cwd: Path, **environ: str) -> CompletedProcess[str]:
    """A command to its end, with nothing set but what is told here."""
    settings = {"PATH": os.environ["PATH"], "NO_COLOR": "1", "PYTHONPATH": "", **environ}
    with TemporaryDirectory() as folder:
        out, errors = Path(folder, "out"), Path(folder, "errors")
        process = start(arguments, cwd, settings, out, errors)
        process.join(COMMAND_S)
        assert process.exitcode is not None, "it hangs"
        return CompletedProcess(arguments, process.exitcode, out.read_text(), errors.read_text())


def _run(
    arguments: tuple[str, ...], folder: Path, settings: dict[str, str], out: Path, errors: Path
) -> None:
    os.environ.clear()
    os.environ.update(settings)
    os.chdir(folder)
    for stream, path in ((1, out), (2, errors)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
    sys.argv = ["snapthread", *arguments]
    sys.path[:0] = settings["PYTHONPATH"].split(os.pathsep)  # as a process of its own would have it

    from snapthread.cli import main

    main()
