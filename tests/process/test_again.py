"""Choices, questions asked anew, history, and who may come: over HTTP, by a real process."""

from typing import Any

from snapthread_sandbox.faults import flood
from snapthread_sandbox.telegram.chats import Message
from tests.process.town import Town, heard, hears


def button(message: Message, text: str) -> Any:
    return next(each for each in message.buttons if each["text"].removeprefix("✓ ") == text)


def test_a_choice_a_question_from_before_a_stale_button_and_the_history(town: Town) -> None:
    async def story() -> None:
        await town.bot()
        ada = town.newcomer()
        ada.sends("/settings")
        (screen,) = await heard(ada)
        ada.presses(button(screen, "Answers"), on=screen)
        await town.until(lambda: screen.text.startswith("How long"))
        ada.presses(button(screen, "Brief"), on=screen)
        await town.until(lambda: "Answers: Brief" in screen.text)
        question = ada.sends("Oen")
        assert await hears(ada) == ["You said: Oen"]
        assert "one to three sentences" in town.last_request.body["instructions"]
        ada.sends("Two")
        await hears(ada)
        ada.edits(question, "One")
        (offered,) = await heard(ada)
        again = button(offered, "Ask again from here")
        ada.presses(again, on=offered)
        await town.until(lambda: "You said: One" in ada.sees and "You said: Two" not in ada.sees)
        assert len(town.last_request.body["input"]) == 1
        ada.sends("/undo")
        await hears(ada)
        ada.presses(again, on=offered)
        assert (await hears(ada))[0].startswith("This button no longer works")
        ada.sends("Three")
        await hears(ada)
        ada.sends("/history")
        (page,) = await hears(ada)
        assert "Three" in page
        assert "One" not in page

    town.play(story)


def test_admins_who_press_at_once_and_a_message_to_everybody_that_has_to_wait(town: Town) -> None:
    async def story() -> None:
        await town.end_bots()
        ada, cem, boris = town.newcomer(), town.newcomer(), town.newcomer()
        admins = f"{ada.id},{cem.id}"
        town.bots.append(town.starts(cold=False, ACCESS="invite", ADMIN_USER_IDS=admins))
        await town.bots[-1].ready()
        for admin in (ada, cem):
            admin.sends("/start")
            await hears(admin)
        boris.sends("Hello")
        (refused,) = await heard(boris)
        boris.presses(button(refused, "Ask to be let in"), on=refused)
        (of_ada,), (of_cem,) = await heard(ada), await heard(cem)
        ada.presses(button(of_ada, "Let in"), on=of_ada)
        cem.presses(button(of_cem, "Let in"), on=of_cem)
        await town.until(lambda: not of_ada.buttons and not of_cem.buttons)
        assert len([text for text in (of_ada.text, of_cem.text) if "You let" in text]) == 1
        assert (await hears(boris))[0].startswith("You have been let in")
        boris.sends("Hello")
        await hears(boris)
        ada.sends("/broadcast The bot rests on Sunday.")
        _, ask = await heard(ada, 2)
        wait = town.telegram.faults.add(
            on="sendMessage", reply=flood(1), when=lambda sent: sent["chat_id"] == boris.id
        )
        ada.presses(button(ask, "Send it"), on=ask)
        assert await hears(boris) == ["The bot rests on Sunday."]
        await town.until(lambda: any("everybody has been sent" in text for text in ada.sees))
        assert wait.used
        assert boris.sees.count("The bot rests on Sunday.") == 1
        await town.end_bots()

    town.play(story)
