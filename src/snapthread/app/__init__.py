"""The process: settings, adapters and the bot brought together for the command line.

opening.py    the adapters and the store: opened, and closed again in reverse order
operation.py  the running process, as the admin page reads and commands it
prices.py     prices, and limits of money that they do not allow
run.py        `snapthread run`: from the settings to a bot that runs until it is stopped
sight.py      a server that is not OpenAI's: whether it sees, and by which way images reach it
"""
