"""A suspect image that kills its decoder kills a child, and is told as such."""

import asyncio
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from snapthread.adapters.media import Images, Prepared, prepare
from snapthread.adapters.media.child import PYTHON, Command, environment, prepare_in_child
from snapthread.errors import ImageRefused
from tests.media.pictures import HEIC, SAMPLES, png


def _python(program: str) -> Command:
    return (sys.executable, "-c", program)


def _in_child(content: bytes, command: Command | None = None, time_limit_s: float = 30) -> Prepared:
    child = (
        prepare_in_child(content, max_side=512, time_limit_s=time_limit_s, command=command)
        if command
        else prepare_in_child(content, max_side=512)
    )
    return asyncio.run(child)


def test_every_field_comes_back() -> None:
    assert _in_child(SAMPLES["WEBP"]) == prepare(SAMPLES["WEBP"], max_side=512)


@pytest.mark.parametrize(
    "content",
    [b"", b"%PDF-1.7", SAMPLES["PNG"][:-40], png((50_000, 50_000), depth=1)],
    ids=["empty", "unsupported_type", "unreadable", "too_many_pixels"],
)
def test_every_refusal_comes_back(content: bytes) -> None:
    with pytest.raises(ImageRefused) as here:
        prepare(content, max_side=512)
    with pytest.raises(ImageRefused) as there:
        _in_child(content)

    assert (there.value.fault, str(there.value)) == (here.value.fault, str(here.value))


@pytest.mark.parametrize(
    "program",
    [
        "import os; os.abort()",
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "import os; os.write(1, b'{'); os._exit(3)",
        "import sys; sys.stdin.buffer.read(10); raise MemoryError",
    ],
)
def test_a_child_that_dies_has_crashed(program: str) -> None:
    large = SAMPLES["BMP"] * 100  # more than a pipe holds
    with pytest.raises(ImageRefused, match="crashed: exit status"):
        _in_child(large, _python(program))


def test_a_heic_that_kills_its_decoder_is_refused_and_we_live() -> None:
    deadly = HEIC.replace(b"Exif", b"Exi\x80", 1)  # an item's type; ends pi-heif 1.4.0

    prepared = Images(max_side=512).prepare(deadly)

    with pytest.raises(ImageRefused, match="crashed"):
        asyncio.run(prepared)


def _sleeper(pid_file: Path) -> Command:
    written = f"open({str(pid_file)!r}, 'w').write(str(os.getpid()))"
    return _python(f"import os, time; {written}; time.sleep(600)")


def _is_gone(pid_file: Path) -> bool:
    with suppress(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)
        return False
    return True


def test_a_child_that_does_not_end_is_ended(tmp_path: Path) -> None:
    with pytest.raises(ImageRefused, match="crashed: no answer in 2 s"):
        _in_child(SAMPLES["PNG"], _sleeper(tmp_path / "pid"), time_limit_s=2)

    assert _is_gone(tmp_path / "pid")


def test_cancelling_ends_the_child(tmp_path: Path) -> None:
    async def story() -> None:
        child = asyncio.ensure_future(
            prepare_in_child(SAMPLES["PNG"], max_side=512, command=_sleeper(tmp_path / "pid"))
        )
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            await asyncio.sleep(0.01)
        child.cancel()
        with pytest.raises(asyncio.CancelledError):
            await child

    asyncio.run(story())

    assert _is_gone(tmp_path / "pid")


def test_a_child_starts_without_the_rooms_of_the_bot() -> None:
    program = (
        "import sys\n"
        "from snapthread.adapters.media import __main__\n"
        "from snapthread.adapters.media.documents import __main__, draw\n"
        "from snapthread.adapters.media.sounds import __main__\n"
        "print({'asyncio', 'snapthread.model', 'snapthread.ports'} & {*sys.modules})"
    )
    done = subprocess.run(
        [*PYTHON, "-c", program], env=environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"
