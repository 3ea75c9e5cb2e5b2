"""Cost of preparing an image: peak memory and time, each in a process of its own.

Times are told as multiples of the first line's, as machines differ. And: how readable the small
coloured text of a screenshot stays.

    PYTHONPATH=src python bench/images.py [FILE …]

HEIC is measured where pillow-heif is installed (it writes HEIC; Snapthread only reads it).
"""

import importlib.util
import math
import resource
import subprocess
import sys
import tempfile
import time
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageStat

from snapthread.adapters.media import prepare

FIRST = "12-megapixels.jpg"
TWELVE, FORTY_EIGHT = (4032, 3024), (8064, 6048)


def photograph(size: tuple[int, int]) -> Image.Image:
    """Soft noise and slopes: it compresses as a photograph does, a few bits a pixel."""
    soft = Image.effect_noise((size[0] // 8, size[1] // 8), 60).resize(size)
    slope, round_slope = Image.linear_gradient("L"), Image.radial_gradient("L")
    return Image.merge("RGB", (soft, slope.resize(size), round_slope.resize(size)))


def write_samples(folder: Path) -> None:
    forms: dict[str, dict[str, Any]] = {
        "jpg": {"quality": 90},
        "progressive.jpg": {"quality": 90, "progressive": True},
        "png": {"compress_level": 1},
        "webp": {"quality": 80, "method": 0},
        "avif": {"quality": 70, "speed": 10},
    }
    if importlib.util.find_spec("pillow_heif"):
        importlib.import_module("pillow_heif").register_heif_opener()
        forms["heic"] = {"quality": 80}
    else:
        print("no pillow-heif, so no HEIC: see AVIF, or name a FILE.heic")
    for name, size in (("12-megapixels", TWELVE), ("48-megapixels", FORTY_EIGHT)):
        picture = photograph(size)
        for ending, options in forms.items():
            picture.save(folder / f"{name}.{ending}", **options)


def measure_here(path: Path) -> None:
    """In a child: the seconds of the second run (the first one warms up), and the peak in MB."""
    content = path.read_bytes()
    prepare(content)
    started = time.perf_counter()
    prepare(content)
    taken_s = time.perf_counter() - started
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # in kB on Linux
    print(taken_s, peak_kb // 1024)


def measure(paths: list[Path]) -> None:
    print(f"{'image':32} {'time':>6} {'peak':>8}")
    first_s = None
    for path in paths:
        taken_s, peak_mb = in_child("--measure", path).split()
        first_s = first_s or float(taken_s)
        print(f"{path.name:32} {float(taken_s) / first_s:5.1f}x {peak_mb:>5} MB")


def in_child(verb: str, path: Path) -> str:
    """Writing the samples too: a child's peak begins at what its parent had when it started."""
    command = [sys.executable, __file__, verb, str(path)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def screenshot() -> Image.Image:
    picture = Image.new("RGB", (1280, 480), "white")
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(12)
    pairs = [("black", "white"), ("red", "blue"), ("#0645ad", "white"), ("#d73a49", "#0d1117")]
    for row in range(24):
        ink, paper = pairs[row % len(pairs)]
        draw.rectangle((0, row * 20, 1280, row * 20 + 20), fill=paper)
        line = "The quick brown fox 0123456789 il1I| {}[]();:,. jumps over it; " * 4
        draw.text((4, row * 20 + 3), line, fill=ink, font=font)
    return picture


def readability() -> None:
    picture = screenshot()
    print(f"\n{'12-pixel letters of a screenshot':32} {'bytes':>8} {'PSNR':>8} {'red on blue':>12}")
    for quality, subsampling in ((85, "4:2:0"), (90, "4:2:0"), (85, "4:4:4"), (90, "4:4:4")):
        written = BytesIO()
        picture.save(written, "JPEG", quality=quality, subsampling=subsampling)
        seen = Image.open(written)
        row = (0, 20, 1280, 40)
        whole, worst = _psnr(picture, seen), _psnr(picture.crop(row), seen.crop(row))
        size_kb = len(written.getvalue()) // 1000
        print(
            f"quality {quality}, {subsampling:20} {size_kb:>5} kB {whole:>5.1f} dB {worst:>9.1f} dB"
        )


def _psnr(one: Image.Image, other: Image.Image) -> float:
    squares = sum(ImageStat.Stat(ImageChops.difference(one, other)).sum2)
    return 10 * math.log10(255**2 * 3 * one.width * one.height / squares)


def main() -> None:
    match sys.argv[1:]:
        case ["--write", folder]:
            write_samples(Path(folder))
        case ["--measure", path]:
            measure_here(Path(path))
        case []:
            with tempfile.TemporaryDirectory() as folder:
                print(in_child("--write", Path(folder)), end="")
                measure(sorted(Path(folder).iterdir(), key=lambda path: (path.name != FIRST, path)))
            readability()
        case names:
            measure([Path(name) for name in names])


if __name__ == "__main__":
    main()
