"""Groups over HTTP: what was asked is answered, the rest is not taken."""

import sqlite3
from contextlib import closing

from snapthread_sandbox.telegram.groups import Group
from tests.line.photos import photo
from tests.process.town import Town

BOT = "@snapthread_bot"


def downloads(town: Town) -> int:
    return sum(call.method == "getFile" for call in town.telegram.calls)


def files_of(town: Town, group: Group) -> int:
    """Rows of files of this group, in the bot's own store."""
    with closing(sqlite3.connect(town.folder / "data" / "snapthread.db")) as db:
        like = f"group:{group.chat.id}:%"
        row = db.execute("SELECT count(*) FROM files WHERE conversation LIKE ?", [like]).fetchone()
    return int(row[0])


async def said(town: Town, group: Group, count: int) -> list[str]:
    """So many answers, none of which grows any more."""

    def are_whole() -> bool:
        messages = group.chat.from_bot
        return len(messages) == count and not any(message.buttons for message in messages)

    await town.until(are_whole)
    return group.chat.texts


def test_a_group_is_answered_where_it_asks_and_nothing_else_is_taken(town: Town) -> None:
    async def story() -> None:
        await town.bot()
        ann, bob = town.newcomer(), town.newcomer()
        ann.user["first_name"], bob.user["first_name"] = "Ann", "Bob"
        group, before = town.telegram.group(-1007001), downloads(town)
        town.telegram.has_privacy = False
        try:
            for _ in range(1000):
                bob.sends_photo(photo(), caption="Look!", to=group)
            bob.sends("/help@other_bot", to=group)
            await town.until(lambda: not town.telegram.pending)
            assert (downloads(town), files_of(town, group)) == (before, 0)
            ann.sends(f"🦊 {BOT.upper()} one", to=group)
            assert (await said(town, group, 1))[0].startswith("You said: Ann: 🦊")
            bob.replies_to(group.chat.from_bot[-1], "And two?", to=group)
            assert "Bob: And two?" in (await said(town, group, 2))[1]
            for colour, caption in (("red", None), ("green", None), ("blue", f"{BOT} three")):
                ann.post(ann.photo_of(photo(colour), caption) | {"media_group_id": "9"}, to=group)
            third = (await said(town, group, 3))[2]
            assert all(colour in third for colour in ("red", "green", "blue"))
            assert (downloads(town), files_of(town, group)) == (before + 3, 3)
            ann.sends(f"/help{BOT}", to=group)
            assert "20 MB" in (await said(town, group, 4))[3]
        finally:
            town.telegram.has_privacy = True

    town.play(story)


def test_thirty_people_of_a_group_are_answered_once_each_in_order_also_after_it_moved(
    town: Town,
) -> None:
    async def story() -> None:
        await town.bot()
        group = town.telegram.group(-7002, kind="group")
        people = [town.newcomer() for _ in range(30)]
        for number, person in enumerate(people):
            person.user["first_name"] = f"P{number}"
            person.sends(f"{BOT} q{number}.", to=group)
        expected = [f"You said: P{number}: {BOT} q{number}." for number in range(30)]
        assert await said(town, group, 30) == expected
        new = group.becomes_supergroup(-1007002)
        people[0].sends(f"{BOT} still there?", to=new)
        assert await said(town, new, 1) == [f"You said: P0: {BOT} still there?"]
        assert "q29." in str(town.last_request)

    town.play(story)
