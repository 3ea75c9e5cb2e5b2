"""Text left to read of a screenshot: text through the whole prepare path, read back by an OCR.

    PYTHONPATH=src python bench/legibility.py

Needs Debian's tesseract-ocr, tesseract-ocr-rus and fonts-dejavu-core. A cell is the share of words
that come back letter by letter: by the path of before (the long side at most 1,600 pixels) and of
now (as large as the model will use, in tiles where the picture is long).
"""

import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from snapthread.adapters.media import Prepared, Sight, prepare

FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
TESSERACT = shutil.which("tesseract")
SIZES = (9, 10, 12, 14, 16, 20, 24)  # pixels
SHAPES = {"phone 1170×2532": (1170, 2532), "page 1080×6000": (1080, 6000)}
LINES = 14
ENLARGED = 3  # tesseract wants letters of 20 to 30 pixels; both paths get the same help
SIGHT = Sight(model="gpt-6-luna", detail="auto")
PATHS: dict[str, Callable[[bytes], Prepared]] = {
    "before": lambda content: prepare(content, max_side=1600, sight=SIGHT),
    "now": lambda content: prepare(content, sight=SIGHT, tiles=True),
}
WORDS = {
    "eng": "harbour letter window morning planet silver garden thirteen bottle journey market"
    " yellow surface holiday kitchen weather picture station village engine",
    "rus": "гавань письмо окно утро планета серебро огород тринадцать бутылка поездка рынок"
    " жёлтый поверхность праздник кухня погода картина станция деревня двигатель",
}


def page(size: tuple[int, int], pixels: int, words: list[str]) -> tuple[bytes, Counter[str]]:
    """Lines of words around a quarter of the height, and the words."""
    picture, font = Image.new("RGB", size, "white"), ImageFont.truetype(str(FONT), pixels)
    draw, chance = ImageDraw.Draw(picture), random.Random(pixels)
    written: Counter[str] = Counter()
    top = max(0, size[1] // 4 - LINES * pixels)
    for row in range(LINES):
        line = chance.choices(words, k=max(3, size[0] // (pixels * 7)))
        draw.text((20, top + row * pixels * 2), " ".join(line), fill="#1f2328", font=font)
        written.update(line)
    content = BytesIO()
    picture.save(content, "PNG")
    return content.getvalue(), written


def read_back(prepared: Prepared, language: str) -> Counter[str]:
    """The words of all tiles; no line is written where two overlap."""
    found: Counter[str] = Counter()
    for tile in prepared.tiles:
        found += Counter(ocr(tile.content, language).split())
    return found


def ocr(content: bytes, language: str) -> str:
    picture: Image.Image = Image.open(BytesIO(content))
    picture = picture.resize((picture.width * ENLARGED, picture.height * ENLARGED))
    box = picture.convert("L").point(lambda value: 255 if value < 200 else 0).getbbox()
    if box is None:
        return ""
    margin = 40
    picture = picture.crop((0, max(0, box[1] - margin), picture.width, box[3] + margin))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "tile.png")
        picture.save(path)
        command = [str(TESSERACT), str(path), "-", "-l", language, "--psm", "6"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def share(size: tuple[int, int], pixels: int, language: str, path: str) -> float:
    content, written = page(size, pixels, WORDS[language].split())
    found = read_back(PATHS[path](content), language)
    return sum((written & found).values()) / written.total()


def main() -> None:
    if TESSERACT is None or not FONT.exists():
        sys.exit("needs tesseract-ocr, tesseract-ocr-rus and fonts-dejavu-core of Debian")
    for shape, size in SHAPES.items():
        print(f"\n{shape:18}" + "".join(f"{pixels:>5} px" for pixels in SIZES))
        for language in WORDS:
            for path in PATHS:
                cells = [share(size, pixels, language, path) for pixels in SIZES]
                print(f"{language} {path:14}" + "".join(f"{cell:>8.0%}" for cell in cells))


if __name__ == "__main__":
    main()
