"""The model behind the demo: a real one of 135 million parameters where it is there, and else the
truthful stand-in. The real one is never asked about pictures: it would invent them.
"""

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

import aiohttp

from snapthread_sandbox.models.intent import NOTE, hear
from snapthread_sandbox.models.stand_in import Standing, is_own, speak
from snapthread_sandbox.openai.dead_files import Failed
from snapthread_sandbox.openai.pieces import Incomplete, Piece
from snapthread_sandbox.openai.question import Question, Said
from snapthread_sandbox.wire import Json

NAME: Final = "SmolLM2-135M-Instruct"
INSTRUCTIONS: Final = "You are Snapthread, a friendly assistant in a chat. Answer briefly."
ANSWER_TOKENS: Final = 180
TEMPERATURE: Final = 0.3
REPEAT_PENALTY: Final = 1.1  # without it a model this small goes round in circles
MEMORY: Final = 6  # messages; with more it loses the thread
MESSAGE_CHARACTERS: Final = 1200
TIMEOUT: Final = aiohttp.ClientTimeout(total=120, connect=5)


class Silent(Exception):
    """The model's server gives no answer."""


class OfflineModel:
    """Answers as the offline model once `address` names its server; before, by the stand-in."""

    def __init__(self) -> None:
        self.standing: Standing = "absent"
        self.why = ""  # it failed: a sentence
        self.address: str | None = None

    def is_ready_at(self, address: str) -> None:
        self.address, self.standing = address, "ready"

    def failed(self, why: str) -> None:
        self.address, self.standing, self.why = None, "failed", why

    async def answer(self, question: Question) -> AsyncGenerator[Piece, None]:
        heard = hear(question)
        standing = self.standing
        if self.address is not None and heard.language == "en" and not heard.is_about_files:
            is_silent = True
            try:
                async with aclosing(_generate(self.address, question)) as words:
                    async for word in words:
                        is_silent = False
                        yield word
            except Silent:
                standing = "failed"
            if not is_silent:
                return
        async with aclosing(speak(question, standing)) as told:
            async for piece in told:
                yield piece


async def _generate(address: str, question: Question) -> AsyncGenerator[Piece, None]:
    """The model's own words, and that they break off where they do. Raises Silent."""
    body = {
        "messages": _messages(question),
        "stream": True,
        "max_tokens": ANSWER_TOKENS,
        "temperature": TEMPERATURE,
        "repeat_penalty": REPEAT_PENALTY,
    }
    has_spoken = False
    try:
        async with (
            aiohttp.ClientSession(timeout=TIMEOUT) as session,
            session.post(f"{address}/v1/chat/completions", json=body) as response,
        ):
            response.raise_for_status()
            async for line in response.content:
                text, ending = _parse_line(line)
                has_spoken |= bool(text)
                if text:
                    yield text
                if ending == "length":
                    yield Incomplete(reason="max_output_tokens")
                    return
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        if not has_spoken:
            raise Silent from error
        yield Failed(code="server_error", message="The offline model broke off.")


def _messages(question: Question) -> list[Json]:
    """The last words of the conversation, without the bot's notes; one after the other's turn."""
    said = [
        {"role": message.role, "content": NOTE.sub("", message.text).strip()[:MESSAGE_CHARACTERS]}
        for message in _own_talk(question.messages)
    ]
    words = [message for message in said if message["content"]][-MEMORY:]
    while words and words[0]["role"] != "user":
        words.pop(0)
    return [{"role": "system", "content": INSTRUCTIONS}, *words]


def _own_talk(messages: tuple[Said, ...]) -> list[Said]:
    """Without the turns that the stand-in took: out of its figures a small model makes others."""
    kept: list[Said] = []
    for message in messages:
        if message.role == "assistant" and is_own(message.text):
            while kept and kept[-1].role == "user":
                kept.pop()
        else:
            kept.append(message)
    return kept


def _parse_line(line: bytes) -> tuple[str, str | None]:
    """The words in one line of the stream, and why it ends there, if it does."""
    found = line.removeprefix(b"data: ").strip()
    if not found.startswith(b"{"):
        return "", None
    choice = (json.loads(found).get("choices") or [{}])[0]
    return str(choice.get("delta", {}).get("content") or ""), choice.get("finish_reason")
