"""The whole talk of a person with the bot, as it must go through every server and every proxy."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from snapthread.store.folder import images_folder
from snapthread_sandbox.faults import hangs
from snapthread_sandbox.telegram.people import Person
from tests.line.photos import album, photo
from tests.process.town import Town, heard, hears

Restart = Callable[[], Awaitable[object]]


def kept(town: Town) -> list[Path]:
    """The images in our own store."""
    folder = images_folder(town.folder / "data" / "snapthread.db")
    return list(folder.iterdir()) if folder.exists() else []


def held(town: Town) -> set[str]:
    """Images wherever they lie."""
    return {path.name for path in kept(town)} | set(town.openai.files)


def shown(town: Town) -> int:
    """Images in the last request, by whichever way they went."""
    request = town.last_request
    return len(request.file_ids) + str(request.body).count(";base64,")


async def the_whole_talk(town: Town, restart: Restart, *, kills: int) -> None:
    """Words, captions, three in sequence, a reply, a restart, an album of ten, an image that
    vanishes, `/reset`.

    `kills`: up to 2, in the middle of the album and of an answer; each waits for a lease to end.
    """
    began = held(town)
    ada = await three_in_sequence(town)
    await _restarts(town, restart)
    ada.sends("Still there?")
    assert "red" in (await hears(ada))[0]
    ada.sends_album(album(10), caption="And these?")
    if kills:
        await town.until(lambda: len(held(town) - began) >= 5)
        await _kill(town, restart)
    await hears(ada)
    ada.sends("How many?")
    await hears(ada)
    assert shown(town) >= 10
    asked, fails = len(town.openai.requests), bool(town.last_request.file_ids)
    vanish(town)
    ada.sends("Look again")
    await hears(ada)
    if not fails:  # what lies here is missed before
        assert len(town.openai.requests) == asked + 1
    assert shown(town) >= 10
    assert town.last_request.dead_ids == ()
    if kills > 1:
        await kill_in_an_answer(town, ada, restart)
    await resets(town, ada, began)


async def three_in_sequence(town: Town) -> Person:
    ada = town.newcomer()
    ada.sends("Good morning")
    assert await hears(ada) == ["You said: Good morning"]
    first = ada.sends_photo(photo("red"), caption="One?")
    assert "red" in (await hears(ada))[0]
    for colour in ("green", "blue"):
        ada.sends_photo(photo(colour))
        assert colour in (await hears(ada))[0]
    assert shown(town) == 3
    ada.sends("This one?", reply_to=first)
    await hears(ada)
    assert shown(town) == 3
    return ada


def vanish(town: Town) -> None:
    """One file at OpenAI, or all that lie here."""
    for openai_id in town.last_request.file_ids[-1:]:
        town.openai.vanish(openai_id)
    for path in kept(town):
        path.unlink()


async def kill_in_an_answer(town: Town, ada: Person, restart: Restart) -> None:
    slow = town.openai.faults.add(on="POST /responses", reply=hangs())
    ada.sends("Again?")
    await town.until(lambda: slow.used)
    await _kill(town, restart)
    assert (await hears(ada))[0].startswith("You said: ")


async def resets(town: Town, ada: Person, began: set[str]) -> None:
    """Find by its name, minutes later, a file that a kill left on its way up."""
    named = set(town.last_request.file_ids) or held(town) - began
    ada.sends("/reset")
    await heard(ada)
    await town.until(lambda: not held(town) & named)
    ada.sends("Fresh")
    assert await hears(ada) == ["You said: Fresh"]
    assert len(town.last_request.body["input"]) == 1


async def _restarts(town: Town, restart: Restart) -> None:
    town.bots[-1].terminate()
    assert await town.bots[-1].ended() == 0
    await restart()


async def _kill(town: Town, restart: Restart) -> None:
    town.bots[-1].kill()
    await town.bots[-1].ended()
    await restart()
