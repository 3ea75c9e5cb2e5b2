"""The world, one technology a folder: a library's types and errors end there.

bot_api/     Telegram's Bot API, over aiohttp
openai_api/  OpenAI and servers that speak Responses, by httpx2
media/       pictures, documents and sounds: measured, read, made fit
prices/      what a model's tokens cost
telemetry/   logs, metrics, traces
web/         health, metrics, the webhook, the admin page

There are two HTTP clients, as two things are asked of them. The Bot API takes small JSON calls, and
aiohttp, which serves our pages, is there already (decision 0020). On the way to OpenAI go streams,
through any kind of proxy, and tests answer at httpx2's seam (0022); its bytes travel by aiohttp
too, as that costs a third (0034).
"""
