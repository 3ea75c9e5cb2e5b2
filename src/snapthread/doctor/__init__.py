"""Examination of a set-up, and how to mend it: `snapthread doctor`.

One file a subject, each a function that returns checks. It asks the services itself, by a few plain
requests, and not through the adapters: those repeat, translate and hide, and the doctor has to see
what a service says (decision 0030).

at_start.py  at the start a server that is not OpenAI's is shown a picture
bot.py       the bot that runs on this store: when it last polled, and last answered
chats.py     Telegram's chats: groups, topics, guests, and the channel that is required
check.py     one finding: what was looked at, whether it is well, and a sentence
clocks.py    the clock of this machine against the clocks of the services
examine.py   the whole examination: what is set is looked at, one part after the other
machine.py   the machine: its Python, and the room on its disk
openai.py    OpenAI, or the server in its place: key, model, pictures, credit, prices
picture.py   a tiny picture of two colours, and whether an answer names them
proxies.py   each proxy: is it there, and does it let us through?
service.py   a service as the doctor sees it: one request, one reply, whatever happens on the way
sight.py     does the server look at pictures? one is shown to it
store.py     the store: is it there, ours, durable, whole, and nobody else's to read?
telegram.py  Telegram: the token, how updates come, and what the bot may do
"""
