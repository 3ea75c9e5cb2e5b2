"""Groups, channels and topics: what the bot gets to see of them, and what it may do there."""

import pytest

from snapthread_sandbox.telegram.bot_api import BotApi
from snapthread_sandbox.telegram.groups import Group
from snapthread_sandbox.telegram.people import Person
from tests.sandbox.bots import a_chat, call, last, refusal, told
from tests.sandbox.worlds import picture

GROUP = -1002001


def a_group(*, is_forum: bool = False) -> tuple[BotApi, Person, Group]:
    api, ada = a_chat()
    return api, ada, api.group(GROUP, is_forum=is_forum)


SEEN = {
    "a mention": ("Hey @Snapthread_Bot, look", True),
    "a command": ("/start", True),
    "a command for it": ("/reset@snapthread_bot", True),
    "a command for another bot": ("/reset@other_bot", False),
    "small talk": ("Tea?", False),
}


@pytest.mark.parametrize("name", SEEN)
def test_in_privacy_mode_the_bot_hears_what_is_meant_for_it(name: str) -> None:
    api, ada, group = a_group()
    text, is_seen = SEEN[name]

    ada.sends(text, to=group)

    assert (last(api)["text"] == text) == is_seen


def test_without_privacy_mode_or_as_an_admin_it_hears_all() -> None:
    api, ada, group = a_group()
    api.has_privacy = False
    ada.sends("one", to=group)
    api.has_privacy = True
    ada.sends("two", to=group)
    group.promotes_bot()
    ada.sends("three", to=group)

    assert [one["text"] for one in told(api) if one["chat"]["id"] == GROUP] == ["one", "three"]


def test_a_mention_in_reply_carries_the_photo_of_somebody_else() -> None:
    api, ada, group = a_group()
    bob = api.person(1002, first_name="Bob")
    photo = bob.sends_photo(picture(), to=group)

    ada.replies_to(photo, "@snapthread_bot what is it?", to=group)

    assert last(api)["reply_to_message"]["photo"] == photo.json["photo"]
    assert last(api)["reply_to_message"]["from"]["id"] == 1002
    assert last(api)["entities"][0]["type"] == "mention"


def test_of_an_album_only_the_part_with_the_mention_is_seen() -> None:
    api, ada, group = a_group()

    ada.sends_album([picture("red"), picture("blue")], caption="@snapthread_bot?", to=group)

    assert len([one for one in told(api) if "photo" in one]) == 1


def test_an_admin_may_be_anonymous_and_a_channel_speak_as_itself() -> None:
    api, ada, group = a_group()
    channel = api.channel(-1003001, title="News")
    ada.sends("/reset", to=group, as_chat=group)
    anonymous = last(api)
    ada.sends("/start", to=group, as_chat=channel)
    as_channel = last(api)

    assert (anonymous["from"]["username"], anonymous["sender_chat"]["id"]) == (
        "GroupAnonymousBot",
        GROUP,
    )
    assert as_channel["from"]["username"] == "Channel_Bot"
    assert as_channel["sender_chat"]["id"] == -1003001


def test_a_post_is_forwarded_into_the_group_that_is_linked() -> None:
    api, _, group = a_group()
    group.promotes_bot()
    channel = api.channel(-1003001, discussion=group)

    post = channel.posts_photo(picture(), caption="Read")

    assert "from" not in last(api, "channel_post")
    forwarded = last(api)
    assert forwarded["is_automatic_forward"] is True
    assert forwarded["from"]["id"] == 777000
    assert forwarded["forward_origin"]["message_id"] == post.id


async def test_the_bot_hears_how_it_comes_and_goes() -> None:
    api, ada, _ = a_group()
    group = api.group(-5, kind="group", has_bot=False)
    assert "not a member" in await call(api, "sendMessage", chat_id=-5, text="x")
    group.adds_bot(ada)
    joined = last(api, "my_chat_member")
    assert joined["new_chat_member"]["status"] == "member"
    assert last(api)["new_chat_members"][0]["id"] == 42
    assert await call(api, "leaveChat", chat_id=-5) is True
    assert last(api, "my_chat_member")["new_chat_member"]["status"] == "left"
    group.adds_bot(ada)
    group.removes_bot(ada)
    assert last(api, "my_chat_member")["new_chat_member"]["status"] == "kicked"
    refused = await refusal(api, "sendMessage", chat_id=-5, text="x")
    assert refused["error_code"] == 403


async def test_a_group_that_becomes_a_supergroup_says_so_everywhere() -> None:
    api, ada = a_chat()
    group = api.group(-5, kind="group")
    ada.sends("/start", to=group)
    new = group.becomes_supergroup(-1005)
    told_of = [one for one in told(api) if "migrate_to_chat_id" in one]
    assert told_of[0]["migrate_to_chat_id"] == -1005
    assert last(api)["migrate_from_chat_id"] == -5
    refused = await refusal(api, "sendMessage", chat_id=-5, text="x")
    assert refused["parameters"] == {"migrate_to_chat_id": -1005}
    await call(api, "sendMessage", chat_id=-1005, text="x")
    assert new.chat.texts == ["x"]
    assert new.chat.status_of(1001) == "member"


async def test_standings_can_be_asked_for() -> None:
    api, ada, group = a_group()
    eve = api.person(666, first_name="Eve")
    group.admits(ada, "creator")
    member = await call(api, "getChatMember", chat_id=GROUP, user_id=1001)
    assert member == {"user": ada.user, "status": "creator", "is_anonymous": False}
    asked = await call(api, "getChatMember", chat_id=GROUP, user_id=eve.id)
    assert asked["status"] == "left"
    assert "user not found" in await call(api, "getChatMember", chat_id=GROUP, user_id=9)
    admins = await call(api, "getChatAdministrators", chat_id=GROUP)
    assert [one["user"]["id"] for one in admins] == [1001]


async def test_a_channel_tells_its_members_only_to_its_admins() -> None:
    api, ada = a_chat()
    api.channel(-1003001, username="news").admits(ada)
    api.channel(-1003002, username="other")
    asked = await call(api, "getChatMember", chat_id="@News", user_id=1001)
    assert asked["status"] == "member"
    foreign = api.channel(-1003003, username="foreign")
    foreign.chat.members[42] = {"user": api.me, "status": "member"}
    refused = await call(api, "getChatMember", chat_id="@foreign", user_id=1001)
    assert "member list is inaccessible" in refused


# ---------------------------------------------------------------- topics


async def test_a_topic_takes_what_is_sent_to_it_until_it_is_closed_or_deleted() -> None:
    api, ada, group = a_group(is_forum=True)
    thread = group.opens_topic("Cats", ada)
    assert last(api)["forum_topic_created"]["name"] == "Cats"
    ada.sends("/start", to=group, thread=thread)
    assert last(api)["message_thread_id"] == thread
    where = {"chat_id": GROUP, "message_thread_id": thread}
    assert "message_id" in await call(api, "sendMessage", **where, text="in")
    group.closes_topic(thread, ada)
    assert "TOPIC_CLOSED" in await call(api, "sendMessage", **where, text="closed")
    group.reopens_topic(thread)
    group.deletes_topic(thread)
    gone = await call(api, "sendChatAction", **where, action="typing")
    assert gone == "Bad Request: message thread not found"
    assert group.chat.texts == []


async def test_the_general_topic_has_no_number() -> None:
    api, _, group = a_group(is_forum=True)
    assert "message_id" in await call(api, "sendMessage", chat_id=GROUP, text="x")
    refused = await call(api, "sendMessage", chat_id=GROUP, text="x", message_thread_id=1)
    assert "message thread not found" in refused
    group.closes_topic(1)
    assert "TOPIC_CLOSED" in await call(api, "sendMessage", chat_id=GROUP, text="x")


async def test_a_bot_opens_topics_where_it_is_an_admin() -> None:
    api, _, group = a_group(is_forum=True)
    refused = await call(api, "createForumTopic", chat_id=GROUP, name="Dogs")
    assert "not enough rights" in refused
    group.promotes_bot()
    topic = await call(api, "createForumTopic", chat_id=GROUP, name="Dogs")
    where = {"chat_id": GROUP, "message_thread_id": topic["message_thread_id"]}
    assert await call(api, "editForumTopic", **where, name="Hounds") is True
    assert await call(api, "closeForumTopic", **where) is True
    assert "TOPIC_NOT_MODIFIED" in await call(api, "closeForumTopic", **where)
    assert await call(api, "deleteForumTopic", **where) is True
    assert "message thread not found" in await call(api, "editForumTopic", **where, name="x")


async def test_private_topics_are_a_switch() -> None:
    api, ada = a_chat()
    assert "not a forum" in await call(api, "createForumTopic", name="x")
    api.has_topics = True
    assert (await call(api, "getMe"))["has_topics_enabled"] is True
    ada.sends("What is a cat?")
    created, said = told(api)[-2:]
    assert created["forum_topic_created"]["is_name_implicit"] is True
    assert said["message_thread_id"] == created["message_id"]
    where = {"message_thread_id": said["message_thread_id"]}
    assert await call(api, "editForumTopic", **where, name="Cats") is True
    await call(api, "sendMessage", **where, text="An animal.")
    assert ada.chat.from_bot[-1].thread == said["message_thread_id"]
    api.world.opens_topics = False
    ada.sends("and outside?")
    assert "message_thread_id" not in last(api)
