"""Whatever the picture, the bot's own process rises by less than 200 MB, and a child is bounded."""

import struct
import subprocess
import sys
from collections.abc import Callable
from functools import partial

import pytest
from PIL import Image

from snapthread import limits
from snapthread.adapters.media.child import PYTHON, environment
from snapthread.adapters.media.headers import read_header
from snapthread.adapters.media.sniff import recognise
from snapthread.adapters.media.weight import weigh
from tests.media.pictures import CASES, SAMPLES, SIZE, encoded, heavy

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="peaks are told in kB on Linux")

RISES_MB = 200
# The peak of a process begins at its parent's, so a small one is put between.
MEASURE = """
import asyncio, resource, sys
from snapthread.errors import ImageRefused
from snapthread.adapters.media import Images
content = sys.stdin.buffer.read()
def peak(of): return resource.getrusage(of).ru_maxrss // 1024
before = peak(resource.RUSAGE_SELF)
try: said = "made" if asyncio.run(Images().prepare(content)) else ""
except ImageRefused as refused: said = refused.fault
print(said, peak(resource.RUSAGE_SELF) - before, peak(resource.RUSAGE_CHILDREN))
"""


def _measured(content: bytes) -> tuple[str, int, int]:
    between = (
        "import subprocess, sys; sys.exit(subprocess.call([*sys.argv[2:], '-c', sys.argv[1]]))"
    )
    command = [*PYTHON, "-c", between, MEASURE, *PYTHON]
    done = subprocess.run(
        command, env=environment(), input=content, capture_output=True, check=True
    )
    said, own, child = done.stdout.split()
    return said.decode(), int(own), int(child)


def _gif() -> bytes:
    return encoded(Image.new("P", (7000, 7000)), "GIF")


KEPT = [
    "a WebP of a few bytes",
    "a TIFF of floats",
    "a TIFF of 32 bits",
    "an AVIF",
    "a progressive JPEG of CMYK",
    "a progressive JPEG",
    "a PNG",
]
HEAVY: dict[str, Callable[[], bytes]] = {name: partial(heavy, name) for name in KEPT}
HEAVY["a GIF"] = _gif  # as fast to make as to read


@pytest.mark.parametrize("name", HEAVY)
def test_the_bots_own_process_hardly_rises(name: str) -> None:
    said, own_mb, child_mb = _measured(HEAVY[name]())

    assert said in ("made", "too_heavy")
    assert own_mb < RISES_MB
    assert child_mb < (limits.CHILD_DECODES_BYTES >> 20) + 64


@pytest.mark.skipif(not CASES.exists(), reason="the shared cases are not here")
@pytest.mark.parametrize(
    ("name", "outcome"),
    [("webp_lossless_50mp.webp", "too_heavy"), ("tiff_float_50mp.tif", "made")],
)
def test_the_heavy_ones_of_the_cases_are_bounded(name: str, outcome: str) -> None:
    said, own_mb, child_mb = _measured((CASES / name).read_bytes())
    assert said == outcome
    assert own_mb < 50
    assert child_mb < 350


@pytest.mark.parametrize("form", SAMPLES)
def test_a_header_is_read_without_a_decoder(form: str) -> None:
    assert recognise(SAMPLES[form]) == form
    header = read_header(SAMPLES[form], recognise(SAMPLES[form]))
    assert header is not None
    assert (header.width, header.height) in (SIZE, (64, 64), SIZE[::-1])
    assert header.is_plain == (form in ("JPEG", "PNG"))


@pytest.mark.parametrize("form", SAMPLES)
def test_a_header_that_breaks_off_is_unknown_or_whole(form: str) -> None:
    for length in range(20, 60):
        cut = SAMPLES[form][:length]
        header = read_header(cut, recognise(cut))
        assert header is None or header.pixels > 0


@pytest.mark.parametrize("lossless", [True, False])
def test_every_kind_of_webp_tells_its_size(lossless: bool) -> None:
    plain = encoded(Image.new("RGB", (300, 200)), "WEBP", lossless=lossless)
    extended = encoded(Image.new("RGB", (300, 200)), "WEBP", lossless=lossless, exif=b"Exif\0\0")

    sizes = [read_header(content, "WEBP") for content in (plain, extended)]

    assert [size and (size.width, size.height) for size in sizes] == [(300, 200)] * 2


def test_a_bitmap_of_negative_width_is_unknown() -> None:
    negative = SAMPLES["BMP"][:18] + struct.pack("<i", -48) + SAMPLES["BMP"][22:]
    assert read_header(negative, "BMP") is None


def test_a_progressive_jpeg_weighs_what_is_kept_of_it() -> None:
    picture = Image.new("RGB", (800, 600))
    plain = read_header(encoded(picture, "JPEG"), "JPEG")
    progressive = read_header(encoded(picture, "JPEG", progressive=True), "JPEG")
    assert plain is not None
    assert progressive is not None

    more = weigh(progressive, (800, 600)) - weigh(plain, (800, 600))

    assert more == 800 * 600 * 2 * 1.5  # two bytes a coefficient, 4:2:0
