"""The pages for operators and their machines: health, readiness, metrics, admin.

connections.py  connections to the pages: a bound number, and each only for a while
listening.py    the port of the pages, taken before anything slow
pages.py        `/healthz`, `/readyz` and `/metrics`
server.py       the pages served beside the bot
webhook.py      Telegram's webhook: an update is confirmed only once it is durable
"""
