"""ACCESS=invite: strangers ask, admins decide, links let people in. REQUIRED_CHANNEL."""

from pathlib import Path
from typing import Any

from snapthread_sandbox.telegram.chats import Message
from snapthread_sandbox.telegram.people import Person
from tests import virtual
from tests.line.world import World, at, opened

ADA, BORIS, CEM = 1001, 1002, 1003  # Ada and Cem are admins
ADMINS = f"{ADA},{CEM}"


def button(message: Message, text: str) -> Any:
    return next(each for each in message.buttons if each["text"] == text)


async def press(world: World, person: Person, message: Message, text: str) -> None:
    answers = len(person.chat.answers)
    person.presses(button(message, text), on=message)
    await world.until(lambda: len(person.chat.answers) > answers)
    await world.rests()


async def greeted(world: World, *people: Person) -> None:
    """Telegram lets a bot write to those only who wrote before."""
    for person in people:
        person.sends("/help")
        await person.hears()


def invited(folder: Path, **more: str) -> Any:
    return opened(folder, ACCESS="invite", ADMIN_USER_IDS=ADMINS, **more)


async def asked(world: World, boris: Person) -> Message:
    boris.sends("Hello")
    (refused,) = await boris.hears()
    await press(world, boris, refused, "Ask to be let in")
    return refused


# ---------------------------------------------------------------- asking


async def test_a_stranger_asks_and_an_admin_lets_them_in(tmp_path: Path) -> None:
    async with invited(tmp_path) as world:
        ada = world.person()
        boris = world.person(BORIS, first_name="Boris", language_code="de")
        await greeted(world, ada)
        boris.sends("Hello")
        (refused,) = await boris.hears()
        await press(world, boris, refused, "Um Zugang bitten")
        assert refused.text.startswith("Du hast um Zugang gebeten.")
        assert refused.buttons == []
        (request,) = await ada.hears()
        assert request.text == "Boris asks to be let in.\nID: 1002"
        await press(world, ada, request, "Let in")
        assert request.text == "✅ You let Boris in.\nID: 1002"
        (told,) = await boris.hears()
        assert told.text.startswith("Du hast jetzt Zugang.")
        boris.sends("Hello")
        (answer,) = await boris.hears()
        assert answer.text == "You said: Hello"


async def test_two_admins_press_at_once_and_one_decides(tmp_path: Path) -> None:
    async with invited(tmp_path) as world:
        ada, cem, boris = world.person(), world.person(CEM), world.person(BORIS)
        await greeted(world, ada, cem)
        await asked(world, boris)
        (of_ada,), (of_cem,) = await ada.hears(), await cem.hears()
        ada.presses(button(of_ada, "Let in"), on=of_ada)
        cem.presses(button(of_cem, "Refuse"), on=of_cem)
        await world.until(lambda: not of_ada.buttons and not of_cem.buttons)
        await world.until(lambda: bool(ada.chat.answers and cem.chat.answers))
        texts = {of_ada.text.splitlines()[0], of_cem.text.splitlines()[0]}
        assert texts == {
            "✅ You let Ada in.",
            "✅ Ada has been let in already. Nothing was changed.",
        }
        assert cem.chat.answers[-1]["text"] == "Another admin was faster."
        assert len(await boris.hears()) == 1
        assert len(boris.sees) == 2
        assert world.process is not None
        decisions = await world.process.store.decisions(limit=9)
        assert [each.action for each in decisions] == ["admitted", "asked"]


async def test_a_refused_stranger_is_told_and_cannot_ask_until_unbanned(tmp_path: Path) -> None:
    async with invited(tmp_path) as world:
        ada, boris = world.person(), world.person(BORIS)
        await greeted(world, ada)
        stale = await asked(world, boris)
        (request,) = await ada.hears()
        await press(world, ada, request, "Refuse")
        (told,) = await boris.hears()
        assert told.text.startswith("The admins of this bot have decided not to let you in.")
        boris.sends("Please")
        (again,) = await boris.hears()
        assert (again.text, again.buttons) == (told.text, [])
        ada.sends("/unban 1002")
        await ada.hears()
        boris.sends("Please")
        (anew,) = await boris.hears()
        assert [each["text"] for each in anew.buttons] == ["Ask to be let in"]
        assert stale.buttons == []


async def test_whoever_has_asked_reads_that_and_admins_are_told_once(tmp_path: Path) -> None:
    async with invited(tmp_path) as world:
        ada, boris = world.person(), world.person(BORIS)
        await greeted(world, ada)
        boris.sends("One")
        boris.sends("Two")
        one, two = await boris.hears(2)
        await press(world, boris, one, "Ask to be let in")
        await press(world, boris, two, "Ask to be let in")
        assert one.text == two.text
        boris.sends("Three")
        (three,) = await boris.hears()
        assert three.text == one.text
        await ada.hears()
        assert len(ada.sees) == 2


async def test_a_request_of_whoever_was_erased_is_not_open_any_more(tmp_path: Path) -> None:
    async with invited(tmp_path) as world:
        ada, boris = world.person(), world.person(BORIS)
        await greeted(world, ada)
        await asked(world, boris)
        (request,) = await ada.hears()
        assert world.process is not None
        await world.process.store.erase(BORIS, at())
        await press(world, ada, request, "Let in")
        assert request.text == "This request is not open any more.\nID: 1002"


async def test_a_button_of_admins_is_nobody_elses(tmp_path: Path) -> None:
    async with invited(tmp_path) as world:
        ada, boris = world.person(), world.person(BORIS)
        await greeted(world, ada)
        await asked(world, boris)
        (request,) = await ada.hears()
        boris.presses(button(request, "Let in"), on=request)
        await world.until(lambda: bool(world.telegram.calls[-1].method))
        boris.sends("Hello")
        (refused,) = await boris.hears()
        assert refused.text.startswith("You have asked to be let in.")


async def test_a_button_that_means_nothing_any_more_says_so(tmp_path: Path) -> None:
    async with invited(tmp_path) as world:
        ada, boris = world.person(), world.person(BORIS)
        await greeted(world, ada)
        boris.sends("Hello")
        (refused,) = await boris.hears()
        world.settings = world.settings.model_copy(update={"access": "open"})
        await world.restart()
        await press(world, boris, refused, "Ask to be let in")
        assert boris.chat.answers[-1]["text"] == "This button does nothing any more."


async def test_a_ban_wins_over_being_let_in(tmp_path: Path) -> None:
    async with invited(tmp_path) as world:
        ada, boris = world.person(), world.person(BORIS)
        await greeted(world, ada)
        await asked(world, boris)
        (request,) = await ada.hears()
        await press(world, ada, request, "Let in")
        await boris.hears()
        ada.sends("/ban 1002")
        await ada.hears()
        boris.sends("Hello")
        (refused,) = await boris.hears()
        assert refused.text.startswith("You can't use this bot any more")
        ada.sends("/unban 1002")
        await ada.hears()
        boris.sends("Hello")
        (answer,) = await boris.hears()
        assert answer.text == "You said: Hello"


async def test_without_admins_nobody_is_asked(tmp_path: Path) -> None:
    async with opened(tmp_path, ACCESS="invite") as world:
        boris = world.person(BORIS)
        boris.sends("Hello")
        (refused,) = await boris.hears()
        assert refused.text.startswith("This bot is by invitation only.")
        assert refused.buttons == []


async def test_whom_the_operator_named_is_in_without_asking(tmp_path: Path) -> None:
    async with invited(tmp_path, ALLOWED_TELEGRAM_USER_IDS=str(BORIS)) as world:
        boris = world.person(BORIS)
        boris.sends("Hello")
        (answer,) = await boris.hears()
        assert answer.text == "You said: Hello"


# ---------------------------------------------------------------- links


async def test_a_link_lets_as_many_in_as_it_says_and_no_more(tmp_path: Path) -> None:
    async with invited(tmp_path) as world:
        ada, boris = world.person(), world.person(BORIS)
        ada.sends("/invite 1 2")
        (made,) = await ada.hears()
        assert made.text.startswith("This link lets 1 person in, until 14:0")
        assert [each["text"] for each in made.buttons] == ["End it"]
        link = made.text.splitlines()[-1]
        assert link.startswith("https://t.me/snapthread_bot?start=")
        start = f"/start {link.partition('start=')[2]}"
        boris.sends(start)
        (hello,) = await boris.hears()
        assert hello.text.startswith("Hello! Write to me")
        boris.sends(start)
        await boris.hears()
        dora = world.person(1004)
        dora.sends(start)
        (refused,) = await dora.hears()
        assert refused.text.startswith("This bot is by invitation only.")


async def test_a_link_ends(tmp_path: Path) -> None:
    async with invited(tmp_path) as world:
        ada, boris = world.person(), world.person(BORIS)
        ada.sends("/invite 5 1")
        (made,) = await ada.hears()
        await world.rests()
        virtual.jump(86_400)
        boris.sends(f"/start {made.text.partition('start=')[2]}")
        (refused,) = await boris.hears()
        assert refused.text.startswith("This bot is by invitation only.")


async def test_an_invitation_could_not_be_ended_early(tmp_path: Path) -> None:
    async with invited(tmp_path) as world:
        ada, boris = world.person(), world.person(BORIS)
        ada.sends("/invite 5 7")
        (made,) = await ada.hears()
        await world.rests()
        code = made.text.partition("start=")[2]
        await press(world, ada, made, "End it")
        assert made.text == "✅ Ended. This link lets nobody in any more; those it let in stay."
        assert (made.buttons, code in made.text) == ([], False)
        boris.sends(f"/start {code}")
        (refused,) = await boris.hears()
        assert refused.text.startswith("This bot is by invitation only.")


async def test_what_is_no_invitation_is_explained(tmp_path: Path) -> None:
    async with invited(tmp_path) as world:
        ada = world.person()
        for words in ("0", "x", "1 2 3", "1 9999"):
            ada.sends(f"/invite {words}")
            (told,) = await ada.hears()
            assert told.text.startswith("Write how many people the link lets in")


# ---------------------------------------------------------------- a channel


def looked_up(world: World) -> int:
    return sum(call.method == "getChatMember" for call in world.telegram.calls)


async def test_members_of_the_channel_are_served_and_looked_up_every_ten_minutes(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, REQUIRED_CHANNEL="@news") as world:
        ada, channel = world.person(), world.telegram.channel(username="news")
        channel.admits(ada)
        for _ in range(3):
            ada.sends("Hello")
            await ada.hears()
        assert looked_up(world) == 1
        await world.rests()
        virtual.jump(601)
        channel.admits(ada, "left")
        ada.sends("Hello")
        (refused,) = await ada.hears()
        assert refused.text.startswith("This bot is for the members of a channel.")
        assert (looked_up(world), len(world.requests)) == (2, 3)


async def test_a_button_leads_to_the_channel_and_another_looks_again(tmp_path: Path) -> None:
    async with opened(tmp_path, REQUIRED_CHANNEL="@news") as world:
        ada, channel = world.person(), world.telegram.channel(username="news")
        ada.sends("Hello")
        (refused,) = await ada.hears()
        assert refused.buttons[0] == {"text": "Open the channel", "url": "https://t.me/news"}
        await press(world, ada, refused, "Check again")
        assert ada.chat.answers[-1]["text"] == "You are not a member of the channel yet."
        channel.admits(ada)
        await press(world, ada, refused, "Check again")
        assert refused.text.startswith("Welcome!")
        ada.sends("Hello")
        (answer,) = await ada.hears()
        assert answer.text == "You said: Hello"


async def test_a_channel_that_cannot_be_looked_into_lets_nobody_new_in_and_admins_hear(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, REQUIRED_CHANNEL="@news", ADMIN_USER_IDS=str(CEM)) as world:
        ada, cem = world.person(), world.person(CEM)
        world.telegram.channel(username="news", has_bot=False)
        await greeted(world, cem)
        ada.sends("Hello")
        (refused,) = await ada.hears()
        assert refused.text.startswith("I can't check right now whether you are a member")
        (alert,) = await cem.hears()
        assert alert.text.startswith("⚠️ I can't see who is a member of REQUIRED_CHANNEL")


async def test_the_channel_is_required_in_groups_too(tmp_path: Path) -> None:
    async with opened(tmp_path, REQUIRED_CHANNEL="@news") as world:
        ada, group = world.person(first_name="Ada"), world.telegram.group()
        world.telegram.channel(username="news")
        ada.sends("@snapthread_bot hello", to=group)
        await world.until(lambda: len(group.chat.ephemerals) == 1)
        assert group.chat.ephemerals[0].text.startswith("Ada, this bot is for the members")
        assert world.requests == []
