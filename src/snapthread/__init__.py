"""Snapthread connects people on Telegram with an OpenAI model that can see.

The way of a message, and of the images in it; pipeline.py draws it step by step:

    adapters/bot_api ─▶ intake ─▶ pipeline.py ─▶ turn ─▶ adapters/openai_api
                                  answers.py      └─▶ images ─▶ Files API
    adapters/bot_api ◀─ reply ◀───────┘

A file of a conversation is deleted at OpenAI in images/deleter.py and nowhere else; docs/laws.md
says when.

The line:
intake/         from Telegram into the queue, and out of it to a worker
pipeline.py     a claim → its replies, kept and delivered
answers.py      a claim → what is said to it
commands/       commands and buttons, and who may use the bot
turn/           a question in, an answer out
images/         files: in from Telegram, up to OpenAI, and deleted there
reply/          from an answer to messages at Telegram
bot.py          the loops of all this, side by side

Its words and its needs:
model/          the words: a message, a claim, a file, an item of the conversation
ports/          what the line needs of the world, as promises
errors.py       our failures, split by what the reader can do; faults.py: why a file was not used
limits.py       numbers, each with its source
texts/          every sentence for people, in every language
formatting/     the model's Markdown as Telegram messages
meter.py        what one attempt took
rate_limits/    waits where a service asked us to wait
concurrency/    retries, leases, work side by side
characters.py, clock.py, vision_tokens.py: lengths, time, and the tokens of a picture
contents.py     a document or a sound as its bytes show it

The world, one technology a folder:
adapters/       Telegram, OpenAI, pictures and documents, prices, pages, logs
store/          the rules of the store, over SQLite or Redis

Where parts meet:
settings/       the operator's settings
wiring/         everything is built here
app/            the process
cli/            the command line
doctor/         `snapthread doctor`
demo/           `snapthread demo`, with the doubles of snapthread_sandbox
"""

__version__ = "0.1.0"
