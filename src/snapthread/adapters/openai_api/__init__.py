"""OpenAI, or a server that speaks Responses. Nothing of its API leaves this folder.

assistant.py       the port `Assistant`: a question, streamed
question.py        a question → the body of a request
inline.py          pictures of our own store within it
stream.py          a streamed answer, event by event
whole.py           its bytes: events, or all of it at once
sse.py             server-sent events
events.py          events → what the assistant said
answer.py          the text of an answer, put together
files.py           the port `Files`: upload, delete, look, list
transcriptions.py  the port `Transcriber`
catalog.py         the port `ModelCatalog`
client.py          the one HTTP client
wire.py            its transport, over aiohttp
key.py             the headers that carry the key
faults.py          what a service says went wrong, in every shape
error_table.py     its words, in a table
refusals.py        parts of our request that a server does not know
failures.py        a fault → our failures
"""
