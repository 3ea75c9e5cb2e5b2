"""Every picture of a folder through the whole prepare path, beside a second decoder.

    PYTHONPATH=src python bench/corpus.py FOLDER [--list]

Tells crashes, what of a file's metadata came out, the bot's own peak of memory, and where what came
out differs from what libvips shows (Debian: `libvips-tools`; left out where it is missing). A
folder is made of libraries' own test files: the source distributions of pillow, pillow-heif, wand
and piexif hold about 1,000. The memory is told with what comparing takes here. `--list`: a line for
each file that was refused or differs.
"""

import asyncio
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops, ImageStat

from snapthread.adapters.media import Images, Prepared
from snapthread.adapters.media.jpeg import is_bare
from snapthread.errors import ImageRefused

AT_ONCE = int(os.environ.get("AT_ONCE", "2"))
SMALL = 48  # pixels: what both decoders' pictures are compared at
DIFFERENT = 10.0  # of 255, on average; two decoders' chroma and scaling stay within 3
LARGEST = 20 * 1024 * 1024
VIPS = shutil.which("vips")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    path: Path
    word: str
    detail: str = ""
    form: str = ""
    leaks: bool = False
    distance: float | None = None
    vips_reads: bool = False


async def outcome_of(path: Path, images: Images) -> Outcome:
    content = await asyncio.to_thread(path.read_bytes)
    try:
        made = await images.prepare(content)
    except ImageRefused as refused:
        seen = await asyncio.to_thread(seen_by_vips, path, (SMALL, SMALL))
        return Outcome(path=path, word=refused.fault, detail=str(refused), vips_reads=bool(seen))
    except Exception as failure:  # noqa: BLE001  # what must never be, and is counted
        return Outcome(path=path, word="EXCEPTION", detail=repr(failure))
    apart = await asyncio.to_thread(distance_to_vips, path, made)
    return Outcome(
        path=path,
        word="made",
        form=made.source_format,
        leaks=not is_bare(made.content),
        distance=apart,
        vips_reads=apart is not None,
    )


def distance_to_vips(path: Path, made: Prepared) -> float | None:
    """To the nearer of two: libvips as it is, and by the file's profile and its own of sRGB."""
    ours, size = small(Image.open(BytesIO(made.content))), (made.width, made.height)
    found: list[float] = []
    for how in ([], ["--export-profile", "srgb"]):
        theirs = seen_by_vips(path, size, how)
        found += [] if theirs is None else [distance(ours, theirs)]
        if found and found[0] <= DIFFERENT:
            break
    return min(found, default=None)


def seen_by_vips(path: Path, size: tuple[int, int], more: Sequence[str] = ()) -> Image.Image | None:
    """As large as ours and then small, upright and on white."""
    if VIPS is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder, "made.png")
        how = ["--height", str(size[1]), "--size", "force", *more]
        command = [VIPS, "thumbnail", str(path), f"{made}[strip]", str(size[0]), *how]
        done = subprocess.run(command, check=False, capture_output=True, timeout=120)
        if done.returncode or not made.exists():
            return None
        picture: Image.Image = Image.open(made)
        if picture.mode.startswith("I"):
            picture = picture.point([value >> 8 for value in range(65_536)], "L")
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        return small(Image.alpha_composite(white, picture))


def small(picture: Image.Image) -> Image.Image:
    return picture.convert("RGB").resize((SMALL, SMALL), Image.Resampling.BOX)


def distance(one: Image.Image, other: Image.Image) -> float:
    means = ImageStat.Stat(ImageChops.difference(one, other)).mean
    return sum(means) / len(means)


def files_of(folder: Path) -> list[Path]:
    found = sorted(folder.rglob("*"))
    return [path for path in found if path.is_file() and path.stat().st_size <= LARGEST]


async def main(paths: list[Path], *, is_listed: bool) -> None:
    images, gate = Images(), asyncio.Semaphore(AT_ONCE)
    before_kb = peak_kb(resource.RUSAGE_SELF)

    async def bounded(path: Path) -> Outcome:
        async with gate:
            return await outcome_of(path, images)

    outcomes = await asyncio.gather(*(bounded(path) for path in paths))
    tell(outcomes, is_listed=is_listed)
    rose_mb = (peak_kb(resource.RUSAGE_SELF) - before_kb) // 1024
    child_mb = peak_kb(resource.RUSAGE_CHILDREN) // 1024
    print(f"own memory rose by {rose_mb} MB; a child's was {child_mb} MB")


def peak_kb(of: int) -> int:
    return resource.getrusage(of).ru_maxrss  # in kB on Linux


def tell(outcomes: list[Outcome], *, is_listed: bool) -> None:
    words = Counter(outcome.word for outcome in outcomes)
    compared = [one for one in outcomes if one.distance is not None]
    different = [one for one in compared if (one.distance or 0) > DIFFERENT]
    lost = [one for one in outcomes if one.word == "unreadable" and one.vips_reads]
    print(f"{len(outcomes)} files: {dict(words.most_common())}")
    print(f"metadata in what came out: {sum(one.leaks for one in outcomes)}")
    print(f"compared with libvips: {len(compared)}, different: {len(different)}")
    print(f"called damaged, though libvips reads them: {len(lost)}")
    if is_listed:
        for one in outcomes:
            if one in different or one.word != "made":
                shown = f"{one.distance:.0f}" if one.distance is not None else one.detail
                print(f"{one.word:20} {'vips' if one.vips_reads else '-':5} {shown:40} {one.path}")


if __name__ == "__main__":
    arguments = [one for one in sys.argv[1:] if one != "--list"]
    if len(arguments) != 1:
        sys.exit(__doc__)
    asyncio.run(main(files_of(Path(arguments[0])), is_listed="--list" in sys.argv))
