"""Guest mode: the bot is called into a chat where it is not a member, and answers once.

How long a query waits is unknown; here it is a switch.
"""

from dataclasses import dataclass
from typing import Final

from snapthread_sandbox.telegram.chats import Chat, Message
from snapthread_sandbox.telegram.edits import Edits
from snapthread_sandbox.telegram.entities import MESSAGE_UNITS
from snapthread_sandbox.telegram.params import bad_request, need
from snapthread_sandbox.telegram.posting import Posting, markup
from snapthread_sandbox.telegram.world import World
from snapthread_sandbox.wire import Json

QUERY_S: Final = 60.0
TOO_OLD: Final = "query is too old and response timeout expired or query ID is invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A call for the bot that was not answered yet."""

    chat: Chat
    caller: Json
    at: float


class Guests:
    """Guest queries and their answers. `query_s`: how long one waits."""

    def __init__(self, posting: Posting, edits: Edits) -> None:
        self._posting = posting
        self._world: World = posting.world
        self._edits = edits
        self._answers: dict[str, Message] = {}  # by inline message id
        self.queries: dict[str, Query] = {}
        self.query_s = QUERY_S

    def ask(self, chat: Chat, message: Message) -> str:
        """Somebody has mentioned the bot where it is a guest."""
        query_id = f"guest{self._world.number():012d}"
        caller = message.json["from"]
        self.queries[query_id] = Query(chat=chat, caller=caller, at=self._world.now())
        self._world.updates.push("guest_message", message.json | {"guest_query_id": query_id})
        return query_id

    def answer(self, params: Json) -> Json:
        query = self.queries.pop(need(params, "guest_query_id"), None)
        if query is None or self._world.now() - query.at > self.query_s:
            raise bad_request(TOO_OLD)
        content = self._content(need(params, "result"))
        by = {"guest_bot_caller_user": query.caller}
        message = self._world.post(query.chat, self._world.sender, content | by)
        inline_id = f"inline{message.id:012d}"
        self._answers[inline_id] = message
        return {"inline_message_id": inline_id}

    def edit_text(self, params: Json) -> bool:
        """editMessageText of an inline message."""
        message = self._answers.get(params["inline_message_id"])
        if message is None:
            raise bad_request("MESSAGE_ID_INVALID")
        self._world.chats[message.json["chat"]["id"]].keep_pace()
        self._edits.apply_text(message, params)
        return True

    def _content(self, result: Json) -> Json:
        shown = result.get("input_message_content", {})
        if result.get("type") != "article" or "message_text" not in shown:
            raise bad_request("can't parse inline query result")
        if "id" not in result or "title" not in result:
            raise bad_request("can't parse inline query result: a field is missing")
        known = {k: v for k, v in shown.items() if k in ("entities", "parse_mode")}
        known |= {"text": shown["message_text"]}
        text, entities = self._posting.text("answerGuestQuery", known, "text", MESSAGE_UNITS)
        if not text:
            raise bad_request("MESSAGE_EMPTY")
        return {"text": text, **({"entities": entities} if entities else {}), **markup(result)}
