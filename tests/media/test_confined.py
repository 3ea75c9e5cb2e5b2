"""The child has no secrets, no files, no network and a bound on its memory."""

import asyncio
import subprocess
import sys

import pytest

from snapthread import limits
from snapthread.adapters.media import prepare
from snapthread.adapters.media.child import COMMAND, environment, prepare_in_child
from snapthread.errors import ImageRefused
from tests.media.pictures import HEIC, SAMPLES, encoded, heavy, oriented, quarters

posix = pytest.mark.skipif(sys.platform == "win32", reason="limits are POSIX's")
SECRET = "123456:SECRET"


def _confined(program: str) -> str:
    """In an interpreter that is started as the child is, after it has confined itself."""
    imports = "import socket, subprocess, os; from snapthread.adapters.media.confine import confine"
    confined = f"{imports}; confine()\n{program}"
    command = [*COMMAND[: COMMAND.index("-m")], "-c", confined]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _attempt(what: str) -> str:
    """The exception that it ends with, and its number."""
    return (
        f"try: {what}; print('done')\n"
        "except Exception as e: print(type(e).__name__, getattr(e, 'errno', None))"
    )


def test_neither_token_nor_key_is_in_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", SECRET)
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)

    handed = environment()

    assert set(handed) <= {"PYTHONPATH", "MALLOC_ARENA_MAX", "LD_LIBRARY_PATH", "SYSTEMROOT"}
    assert SECRET not in " ".join([*handed.values(), *COMMAND])


@posix
@pytest.mark.parametrize(
    "what",
    [
        "socket.socket(socket.AF_INET, socket.SOCK_STREAM)",
        "socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)",
        "open('/etc/passwd')",
        "subprocess.run(['true'])",
        "os.pipe()",
    ],
)
def test_once_confined_it_opens_nothing_more(what: str) -> None:
    assert _confined(_attempt(what)) == "OSError 24"  # EMFILE


@posix
def test_once_confined_it_takes_no_more_than_its_memory() -> None:
    beyond = f"bytearray({limits.CHILD_DECODES_BYTES} + (128 << 20))"
    assert _confined(_attempt(beyond)) == "MemoryError None"


# Whatever a decoder imports late would be missed there: so everything that makes one do so.
LATE = {
    "exif in WebP": encoded(quarters(), "WEBP", lossless=True, exif=oriented(3)),
    "exif in AVIF": encoded(quarters(), "AVIF", exif=oriented(3)),
    "exif in PNG": encoded(quarters(), "PNG", exif=oriented(3)),
    "two pictures in a JPEG": encoded(quarters(), "MPO", save_all=True, append_images=[quarters()]),
    "CMYK": encoded(quarters().convert("CMYK"), "JPEG"),
    "32 bits": encoded(quarters().convert("F"), "TIFF"),
    "several pages": encoded(quarters(), "TIFF", save_all=True, append_images=[quarters()]),
    "a palette": encoded(quarters().convert("P"), "PNG", transparency=0),
    "HEIC": HEIC,
    **SAMPLES,
}


@pytest.mark.parametrize("name", LATE)
def test_confined_it_makes_what_is_made_here(name: str) -> None:
    outside = asyncio.run(prepare_in_child(LATE[name]))
    assert outside == prepare(LATE[name])


@pytest.mark.parametrize("form", ["WEBP", "GIF", "BMP", "TIFF", "HEIF", "AVIF"])
def test_in_this_process_nothing_but_jpeg_and_png_is_opened(form: str) -> None:
    program = (
        "import asyncio, sys; from PIL import Image; from snapthread.adapters.media import Images\n"
        "opened = []; before = Image.open\n"
        "Image.open = lambda *a, **k: opened.append(1) or before(*a, **k)\n"
        "asyncio.run(Images().prepare(sys.stdin.buffer.read()))\n"
        "sys.exit(bool(opened) or 'pi_heif' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], input=SAMPLES[form], check=False)
    assert done.returncode == 0


@posix
def test_a_child_that_runs_out_of_memory_says_so_and_takes_no_more() -> None:
    with pytest.raises(ImageRefused) as refused:
        asyncio.run(prepare_in_child(heavy("a WebP of a few bytes")))

    assert refused.value.fault == "too_heavy"
