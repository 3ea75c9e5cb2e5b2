"""Sound files are as long as their containers tell, read in a child before they cost anything."""

import asyncio
import random
import sys
from collections.abc import Callable
from contextlib import suppress

import pytest

from snapthread.adapters.media import Sounds
from snapthread.adapters.media.sounds.measure import measure
from snapthread.errors import SoundRefused
from snapthread.ports import SoundFacts
from tests.media import sounds as made

KINDS: dict[str, Callable[[float], bytes]] = {
    "wav": made.wav,
    "mp3": made.mp3,
    "flac": made.flac,
    "ogg": made.ogg,
    "mp4": made.mp4,
    "webm": made.webm,
}


@pytest.mark.parametrize("ending", KINDS)
def test_the_length_of_a_file_is_what_its_container_tells(ending: str) -> None:
    for seconds in (3.0, 61.5):
        found = measure(KINDS[ending](seconds))
        assert found.ending == ending
        assert seconds <= found.duration_s <= seconds + 1


def test_what_a_browser_recorded_is_as_long_as_its_last_block_tells() -> None:
    assert measure(made.webm(7, is_recorded=True)) == SoundFacts(duration_s=7, ending="webm")


def test_a_file_is_measured_in_a_process_of_its_own() -> None:
    async def story() -> None:
        assert await Sounds().measure(made.mp3(5)) == SoundFacts(duration_s=5, ending="mp3")
        with pytest.raises(SoundRefused):
            await Sounds().measure(b"no sound at all")

    asyncio.run(story())


@pytest.mark.parametrize(
    "content",
    [b"", b"ID3" + bytes(20_000), b"RIFF", b"\x1a\x45\xdf\xa3", made.mp4(0), b"\xff\xf1" * 9999],
    ids=["nothing", "no frames", "a beginning", "a beginning of webm", "fragments", "aac"],
)
def test_what_tells_no_length_is_refused(content: bytes) -> None:
    with pytest.raises(SoundRefused) as refused:
        measure(content)
    assert refused.value.fault == "unreadable"


def test_an_empty_recording_has_no_seconds() -> None:
    assert measure(made.wav(0)).duration_s == 0


def test_hostile_bytes_are_measured_or_refused_and_nothing_else() -> None:
    chance = random.Random(15)
    for make in KINDS.values():
        for _ in range(40):
            content = bytearray(make(2.0))
            for _ in range(chance.randint(1, 30)):
                content[chance.randrange(min(len(content), 400))] = chance.randrange(256)
            with suppress(SoundRefused):
                assert 0 <= measure(bytes(content)).duration_s <= 86_400


def test_a_child_that_hangs_or_dies_costs_a_sentence() -> None:
    async def story(code: str) -> None:
        sounds = Sounds(command=(sys.executable, "-c", code), time_limit_s=0.2)
        with pytest.raises(SoundRefused):
            await sounds.measure(b"")

    for code in ("import time; time.sleep(9)", "raise SystemExit(3)"):
        asyncio.run(story(code))
