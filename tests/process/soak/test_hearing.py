"""A kill and a restart in each step of a voice message, a sound file, a document and an album."""

from collections.abc import Callable, Iterator
from typing import Any, Final, Literal

import pytest

from snapthread_sandbox.faults import Faults, hangs
from snapthread_sandbox.telegram.people import Person
from tests.line.photos import photo
from tests.media import documents as made
from tests.media import sounds
from tests.process.town import Town

SOUND: Final = b"ID3" + bytes(20_000)
PDF: Final[dict[str, Any]] = {"file_name": "a.pdf", "mime_type": "application/pdf"}
End = Literal["kill", "restart"]
Moment = Literal["before", "after"]


def speaks(ada: Person) -> None:
    ada.sends_voice(SOUND)


def sends_a_sound(ada: Person) -> None:
    ada.sends_document(sounds.wav(3), file_name="a.wav", mime_type="audio/wav")


def sends_a_document(ada: Person) -> None:
    ada.sends_document(made.pdf(14), **PDF)


def sends_an_album(ada: Person) -> None:
    album = ada.new_album()
    ada.sends_document(made.pdf(2), album=album, **PDF)
    ada.sends_photo(photo("blue"), album=album)
    ada.sends_photo(photo("red"), album=album, caption="Together?")


def shows_and_speaks(ada: Person) -> None:
    album = ada.new_album()
    ada.sends_photo(photo("blue"), album=album)
    ada.sends_photo(photo("red"), album=album)
    ada.sends_voice(SOUND)


SPOKEN: Final = ("getFile", "POST /audio/transcriptions", "POST /responses", "sendMessage")
SHOWN: Final = ("getFile", "POST /files", "POST /responses", "sendMessage")
# What is sent → the steps of its way, and the files that it needs.
STORIES: Final[dict[Callable[[Person], None], tuple[tuple[str, ...], int]]] = {
    speaks: (SPOKEN, 0),
    sends_a_sound: (SPOKEN, 0),
    sends_a_document: (SHOWN, 1),
    sends_an_album: (SHOWN, 3),
    shows_and_speaks: ((*SHOWN, "POST /audio/transcriptions"), 2),
}


def steps() -> Iterator[Any]:
    for act, (routes, _) in STORIES.items():
        for route in routes:
            for moment in ("before", "after"):
                for end in ("kill", "restart"):
                    name = f"{act.__name__}-{route}-{moment}-{end}"
                    yield pytest.param(act, route, moment, end, id=name)


@pytest.mark.soak
@pytest.mark.parametrize(("act", "route", "moment", "end"), list(steps()))
def test_what_was_sent_is_answered_once_and_nothing_is_left_behind(
    town: Town, act: Callable[[Person], None], route: str, moment: Moment, end: End
) -> None:
    async def story() -> None:
        bot, ada = await town.bot(), town.newcomer()
        asked, before = len(town.openai.requests), len(town.openai.files)
        faults: Faults = town.telegram.faults if route[0].islower() else town.openai.faults
        rule = faults.add(on=route, reply=hangs(moment))
        act(ada)
        await town.until(lambda: rule.used)
        bot.kill() if end == "kill" else bot.terminate()
        await bot.ended()
        faults.clear()
        await town.bot()
        await town.until(lambda: any(text.startswith("You said:") for text in ada.sees))
        files = STORIES[act][1]
        assert len(town.last_request.file_ids) == files
        assert len(town.openai.requests) - asked <= 2
        whole = [text for text in ada.sees if text.startswith("You said:")]
        assert len(whole) <= 2  # at most one kill: at most one message twice
        ada.sends("/reset")
        await town.until(lambda: any("A new conversation" in text for text in ada.sees))
        # Uploads of which nobody heard are looked for once they cannot be under way any more.
        is_heard = end == "restart" and (route, moment) != ("POST /files", "after")
        left = 0 if is_heard else STORIES[act][1]
        await town.until(lambda: len(town.openai.files) <= before + left)

    town.play(story)
