"""From Telegram into the queue, and out of it to whoever serves: durable, in order, once.

intake.py       updates → message queue, confirmed once they are durable
groups.py       of a group's talk, what was asked for
worker.py       message queue → claims, one at a time for each conversation
broken.py       puts off a conversation that cannot be read; the others go on
keeping.py      keeps the lease of a claim while it is served, then gives it back
urgent.py       what waits for no question: /reset, /stop, pressed buttons, edits
command_runner.py  these side by side, those of one conversation in order
leader.py       a job of one process at a time: polling
replicas.py     what other processes changed about work of ours
presence.py     what each process says of itself
heartbeat.py    a sign of life in the store, for `snapthread health`
health.py       why the bot is not ready, for /readyz
model_watch.py  the ends of models, looked up once a day
"""
