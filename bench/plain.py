"""The plain script beside which Snapthread is measured: an afternoon with aiogram and the SDK.

The conversation is at OpenAI (`previous_response_id`), images go up as files, `/reset` deletes them
one after the other. Nothing is durable, ordered, limited or tried again. It runs in a virtual
environment of its own, from requirements of its own: `bench/plain.txt`.
"""
# mypy: ignore-errors

import asyncio
import os
from collections import defaultdict

from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import Command
from aiogram.types import Message
from openai import AsyncOpenAI

INSTRUCTIONS = "You are a friendly assistant in a chat. Answer briefly."
server = TelegramAPIServer.from_base(os.environ["TELEGRAM_API_BASE_URL"])
bot = Bot(os.environ["TELEGRAM_BOT_TOKEN"], session=AiohttpSession(api=server))
openai = AsyncOpenAI()
dispatcher = Dispatcher()
last_answers: dict[int, str] = {}
files: dict[int, list[str]] = defaultdict(list)


@dispatcher.message(Command("reset"))
async def reset(message: Message) -> None:
    last_answers.pop(message.chat.id, None)
    for file_id in files.pop(message.chat.id, []):
        await openai.files.delete(file_id)
    await message.answer("History and files are cleared.")


@dispatcher.message(F.photo | F.document)
async def see(message: Message) -> None:
    await bot.send_chat_action(message.chat.id, "typing")
    content = await bot.download(message.photo[-1] if message.photo else message.document)
    file = await openai.files.create(file=("photo.jpg", content), purpose="vision")
    files[message.chat.id].append(file.id)
    image = {"type": "input_image", "file_id": file.id, "detail": "auto"}
    text = {"type": "input_text", "text": message.caption or "What is this?"}
    await answer(message, [text, image])


@dispatcher.message(F.text)
async def talk(message: Message) -> None:
    await bot.send_chat_action(message.chat.id, "typing")
    await answer(message, [{"type": "input_text", "text": message.text}])


async def answer(message: Message, content: list[dict[str, str]]) -> None:
    response = await openai.responses.create(
        model=os.environ["OPENAI_MODEL"],
        instructions=INSTRUCTIONS,
        input=[{"role": "user", "content": content}],
        previous_response_id=last_answers.get(message.chat.id),
    )
    last_answers[message.chat.id] = response.id
    await message.answer(response.output_text)


if __name__ == "__main__":
    asyncio.run(dispatcher.start_polling(bot))
