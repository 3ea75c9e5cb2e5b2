"""The parts of the benchmark: each takes the processes and gives lines of the table."""

import base64
import resource
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from tests.servers import own_server

from bench.report import Row
from bench.sides import SIDES, Bot, Side, settings
from bench.town import Town

BLOCKS = 6  # of ten turns: the sides take turns, so that both have the same weather
TWELVE_MEGAPIXELS = (4032, 3024)
OF_TELEGRAM = (1280, 960)
YOUNG = 4  # conversations that an old one is measured against


# ------------------------------------------------------------ start


def start(town: Town) -> list[Row]:
    bots = {side: Bot(side, town.folder / f"start-{side}") for side in SIDES}
    time.sleep(3)  # what it does right after the start is done
    idle = {side: bot.memory_mb() for side, bot in bots.items()}
    for bot in bots.values():
        bot.close()
    cpu = {side: bot.start_cpu_s for side, bot in bots.items()}
    wall = {side: bot.start_s for side, bot in bots.items()}
    return [
        Row(
            part="start",
            what="CPU until the first poll",
            unit="s",
            limit=2.0,
            plain=cpu["plain"],
            we=cpu["we"],
        ),
        Row(
            part="start",
            what="time until the first poll",
            unit="s",
            plain=wall["plain"],
            we=wall["we"],
        ),
        Row(
            part="start",
            what="memory, idle",
            unit="MB",
            limit=110,
            plain=idle["plain"],
            we=idle["we"],
        ),
        *(_command(town.folder, *words) for words in (("--help",), ("usage",))),
    ]


def _command(folder: Path, *words: str) -> Row:
    """CPU, the best of three: the first one may be the first ever, and others use the machine."""
    given = settings("http://127.0.0.1:9", folder / "start-we")
    took_s = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, "-m", "snapthread", *words]
        subprocess.run(command, env=given, check=True, capture_output=True, cwd=folder)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took_s.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    what = f"`snapthread {' '.join(words)}`, CPU"
    return Row(part="start", what=what, we=min(took_s), unit="s", limit=0.5)


# ------------------------------------------------------------ a turn


def text(town: Town) -> list[Row]:
    part = "text turn"
    own, cpu = _turns(town, BLOCKS)
    first = {side: _ratio(ms[-10:], ms[:10]) for side, ms in own.items()}
    return [
        Row(part=part, what="own time, p50", unit="ms", limit=1.5, of_ratio=True, **_p50(own)),
        Row(
            part=part,
            what="CPU",
            unit="ms",
            limit=1.2,
            of_ratio=True,
            plain=cpu["plain"],
            we=cpu["we"],
        ),
        Row(
            part=part,
            what="last ten of 60 against the first",
            unit="×",
            limit=1.3,
            plain=first["plain"],
            we=first["we"],
        ),
    ]


def valkey(town: Town) -> list[Row]:
    """The same turns with the store on a Valkey of its own, each commit on the disk."""
    folder = town.folder / "valkey"
    folder.mkdir()
    with own_server(folder) as server:
        own, cpu = _turns(town, BLOCKS, name="valkey", STORE_URL=server.url)
        town.end("we", "valkey")
    part = "text turn on Valkey"
    return [
        Row(part=part, what="own time, p50", unit="ms", **_p50(own)),
        Row(part=part, what="CPU", unit="ms", limit=1.5, of_ratio=True, **cpu),
    ]


def photo(town: Town) -> list[Row]:
    own, cpu = _turns(town, 2, photo_each=1)
    return [
        Row(part="photo turn", what="own time, p50", unit="ms", **_p50(own)),
        Row(part="photo turn", what="CPU", unit="ms", plain=cpu["plain"], we=cpu["we"]),
    ]


def _turns(
    town: Town, blocks: int, photo_each: int = 0, *, name: str = "", **settings: str
) -> tuple[dict[Side, list[float]], dict[str, Any]]:
    """Own time of each turn, and CPU of one in the mean; the sides take turns. `name`: of ours,
    where it has other settings."""
    own: dict[Side, list[float]] = {side: [] for side in SIDES}
    cpu_s = dict.fromkeys(SIDES, 0.0)
    bots: dict[Side, Bot] = {"plain": town.bot("plain"), "we": town.bot("we", name, **settings)}
    people = {side: bot.doubles("people", count=1)[0] for side, bot in bots.items()}
    for bot in bots.values():
        bot.doubles("pictures", photos=_photos(OF_TELEGRAM, 10))
    for _ in range(blocks):
        for side, bot in bots.items():
            with _cpu_of(bot) as used_s:
                done = bot.doubles("turns", person=people[side], count=10, photo_each=photo_each)
            own[side] += done["own_ms"]
            cpu_s[side] += used_s[0]
    return own, {side: cpu_s[side] * 100 / blocks for side in SIDES}


@contextmanager
def _cpu_of(bot: Bot) -> Iterator[list[float]]:
    """The seconds used inside, as the only item."""
    used_s, before_s = [0.0], bot.cpu_s()
    yield used_s
    used_s[0] = bot.cpu_s() - before_s


# ------------------------------------------------------------ side by side


def closed_loop(town: Town) -> list[Row]:
    people, each = 100, 5
    turns_s: dict[str, Any] = {}
    cpu_ms: dict[str, Any] = {}
    doubles_ms: dict[str, Any] = {}
    for side in SIDES:
        bot = town.bot(side)
        crowd = bot.doubles("people", count=people)
        before_s = bot.doubles("cpu")
        with _cpu_of(bot) as used_s:
            took_s = bot.doubles("closed_loop", people=crowd, count=each)
        doubles_ms[side] = (bot.doubles("cpu") - before_s) * 1000 / people / each
        turns_s[side], cpu_ms[side] = people * each / took_s, used_s[0] * 1000 / people / each
    what = "100 people in a closed loop"
    return [
        Row(
            part=what,
            what="turns/s",
            limit=0.8,
            of_ratio=True,
            at_least=True,
            plain=turns_s["plain"],
            we=turns_s["we"],
        ),
        Row(part=what, what="CPU of a turn", unit="ms", plain=cpu_ms["plain"], we=cpu_ms["we"]),
        Row(
            part=what,
            what="CPU of the doubles, which share the machine",
            unit="ms",
            plain=doubles_ms["plain"],
            we=doubles_ms["we"],
        ),
    ]


def crowd(town: Town) -> list[Row]:
    """The plain script answers the five questions of one person at once, in any order."""

    def take(bot: Bot) -> float:
        people = bot.doubles("people", count=40)
        bot.doubles("says", words=12, first_s=1.0)
        took_s: float = bot.doubles("at_once", people=people, count=5)
        bot.doubles("says", words=12)
        return took_s / 5

    took = _both(town, take)
    part = "40 × 5 questions, model of 1 s"
    return [Row(part=part, what="against 5 s", unit="×", limit=1.3, **took)]


def group(town: Town) -> list[Row]:
    """Messages of a group that are not for the bot: each comes by a poll of its own."""
    bot = town.bot("we", "group")
    bot.doubles("overheard", people=200, count=10)  # it has joined
    before = _rows_of(bot)
    with _cpu_of(bot) as used_s:
        count = bot.doubles("overheard", people=200, count=200)
    kept = _rows_of(bot) - before
    town.end("we", "group")
    part = "a group of 200, nobody asks"
    return [
        Row(part=part, what="CPU of a message", we=used_s[0] * 1000 / count, unit="ms"),
        Row(part=part, what="rows kept of 200 messages", we=kept, limit=0),
    ]


def _rows_of(bot: Bot) -> int:
    with closing(sqlite3.connect(bot.folder / "data" / "snapthread.db")) as store:
        names = store.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        queries = [f"SELECT count(*) FROM {name}" for (name,) in names]  # noqa: S608 - its own
        counts = [store.execute(query).fetchone() for query in queries]
    return sum(int(count) for (count,) in counts)


def first_words(town: Town) -> list[Row]:
    """An answer of 40 words in 4 seconds; the plain script shows it when it is whole."""

    def take(bot: Bot) -> float:
        [person] = bot.doubles("people", count=1)
        bot.doubles("says", words=40, first_s=0.5, between_s=0.1)
        shown = [bot.doubles("first_words", person=person) for _ in range(3)]
        bot.doubles("says", words=12)
        return float(statistics.median(shown))

    what = "after the model's first token"
    return [Row(part="first words on the screen", what=what, unit="ms", **_both(town, take))]


# ------------------------------------------------------------ images


def album(town: Town) -> list[Row]:
    done, cpu = {}, {}
    for side in SIDES:
        bot = town.bot(side)
        bot.doubles("pictures", photos=_photos(OF_TELEGRAM, 10))
        [person] = bot.doubles("people", count=1)
        with _cpu_of(bot) as used_s:
            answers = 10 if side == "plain" else 1
            done[side] = bot.doubles("album", person=person, count=10, answers=answers)
        cpu[side] = used_s[0] * 1000

    def of(name: str) -> dict[str, Any]:
        return {side: one[name] for side, one in done.items()}

    return [
        Row(part="album of ten", what="requests, and answers", **of("requests")),
        Row(part="album of ten", what="time", unit="s", **of("seconds")),
        Row(part="album of ten", what="CPU", unit="ms", plain=cpu["plain"], we=cpu["we"]),
    ]


def reset(town: Town) -> list[Row]:
    """The plain script deletes 100, and its time is taken times ten."""
    said, gone = {}, {}
    for side in SIDES:
        bot = town.bot(side, "reset", ALBUM_WAIT_S="0.1")  # a hundred albums one after the other
        bot.doubles("pictures", photos=_photos((64, 48), 10))
        bot.doubles("reset", person=bot.doubles("people", count=1)[0])
        [person] = bot.doubles("people", count=1)
        images, times = (1000, 1) if side == "we" else (100, 10)
        for _ in range(images // 10):
            bot.doubles("album", person=person, count=10, answers=1 if side == "we" else 10)
        bot.doubles("slow", on="DELETE *", seconds=0.05)
        done = bot.doubles("reset", person=person)
        bot.doubles("slow", on="DELETE *", seconds=0.0)
        said[side], gone[side] = done["said_s"] * times, done["gone_s"] * times
        town.end(side, "reset")
    part = "`/reset` of 1,000 images, 50 ms a deletion"
    return [
        Row(part=part, what="until the sentence", unit="s", plain=said["plain"], we=said["we"]),
        Row(
            part=part,
            what="until the last file is gone",
            unit="s",
            plain=gone["plain"],
            we=gone["we"],
        ),
    ]


def memory(town: Town) -> list[Row]:
    def take(bot: Bot) -> float:
        people = bot.doubles("people", count=20)
        bot.doubles("pictures", photos=_photos(TWELVE_MEGAPIXELS, 1))
        bot.forget_peak()
        bot.doubles("large_photos", people=people, count=5)
        return bot.memory_mb("VmHWM")

    what = "100 photos of 12 megapixels at once"
    return [Row(part="memory", what=what, unit="MB", limit=350, we=take(town.bot("we")))]


def images(town: Town) -> list[Row]:
    """By kind; each is prepared in a process of its own (images.py)."""
    del town
    script = Path(__file__).with_name("images.py")
    told = subprocess.run(
        [sys.executable, str(script)], check=True, capture_output=True, text=True
    ).stdout
    rows = []
    for line in told.splitlines():
        fields = line.split()
        if len(fields) == 4 and fields[1].endswith("x") and fields[3] == "MB":
            name, times, peak, _ = fields
            what = f"{name}: {times} the time of the first"
            rows.append(Row(part="preparing an image", what=what, we=float(peak), unit="MB"))
    return rows


# ------------------------------------------------------------ growth


def growth(town: Town) -> list[Row]:
    """One conversation of 2,000 turns; each tenth brings a photo. At its end it takes turns with
    other conversations that are at their turns 51 to 60, so that both have the same weather."""
    bot = town.bot("we", "growth")
    bot.doubles("says", words=60)
    bot.doubles("pictures", photos=_photos(OF_TELEGRAM, 10))
    [person] = bot.doubles("people", count=1)
    at = {upto: _grow(bot, person, upto) for upto in (10, 60, 500, 2000)}
    part = "a conversation of 2,000 turns, 200 images"
    rows = [
        Row(
            part=part,
            what=f"turns {upto - 9}–{upto}, {items} items: own time {own:.1f} ms, CPU",
            we=cpu,
            unit="ms",
        )
        for upto, (own, cpu, items) in at.items()
    ]
    (own_then, cpu_then), (own_now, cpu_now) = _side_by_side(bot, person)
    against = f"last {10 * YOUNG} against turns 51–60 of others at the same time"
    size_mb = sum(f.stat().st_size for f in (bot.folder / "data").glob("*.db*")) / 1e6
    town.end("we", "growth")
    return [
        *rows,
        Row(part=part, what=f"own time, {against}", we=own_now / own_then, unit="×", limit=1.3),
        Row(part=part, what=f"CPU, {against}", we=cpu_now / cpu_then, unit="×", limit=1.3),
        Row(part=part, what="the store's files", we=size_mb, unit="MB"),
    ]


def _side_by_side(bot: Bot, old: int) -> tuple[tuple[float, float], tuple[float, float]]:
    """Own time and CPU of a turn in conversations at their turns 51 to 60, and in an old one."""
    young = bot.doubles("people", count=YOUNG)
    for person in young:
        _grow(bot, person, 50)
    taken = [(_ten(bot, person), _ten(bot, old)) for person in young]
    return _mean([then for then, _ in taken]), _mean([now for _, now in taken])


def _mean(tens: Sequence[tuple[list[float], float]]) -> tuple[float, float]:
    own = [ms for some, _ in tens for ms in some]
    return statistics.median(own), statistics.mean(cpu for _, cpu in tens)


def _ten(bot: Bot, person: int) -> tuple[list[float], float]:
    with _cpu_of(bot) as used_s:
        done = bot.doubles("turns", person=person, count=10)
    return done["own_ms"], used_s[0] * 100


_asked: dict[int, int] = {}


def _grow(bot: Bot, person: int, upto: int) -> tuple[float, float, int]:
    """Ask on until ten before; own time and CPU of those ten texts, and items of the request."""
    before = _asked.get(person, 0)
    if upto - 10 > before:
        for _ in range((upto - 10 - before) // 10):
            bot.doubles("turns", person=person, count=10, photo_each=9)
    with _cpu_of(bot) as used_s:
        done = bot.doubles("turns", person=person, count=10)
    _asked[person] = upto
    return statistics.median(done["own_ms"]), used_s[0] * 100, done["items"]


# ------------------------------------------------------------ shared


def _both(town: Town, take: Callable[[Bot], float]) -> dict[str, Any]:
    return {side: take(town.bot(side)) for side in SIDES}


def _p50(own: dict[Side, list[float]]) -> dict[str, Any]:
    return {side: statistics.median(ms) for side, ms in own.items()}


def _ratio(later: Sequence[float], earlier: Sequence[float]) -> Any:
    return statistics.median(later) / statistics.median(earlier)


def _photos(size: tuple[int, int], count: int) -> list[str]:
    """Soft noise, so that each weighs what a photograph does; as JPEG, in base64."""
    photos = []
    for _ in range(count):
        soft = Image.effect_noise((size[0] // 8, size[1] // 8), 60).resize(size)
        picture = Image.merge("RGB", (soft, soft.transpose(Image.Transpose.ROTATE_180), soft))
        written = BytesIO()
        picture.save(written, "JPEG", quality=87)
        photos.append(base64.b64encode(written.getvalue()).decode())
    return photos
