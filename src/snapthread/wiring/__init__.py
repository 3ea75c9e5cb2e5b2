"""Everything is built here, for `run`, the commands, the demo and the tests; read in this order:

adapters.py    the ports of the whole bot, and the same with rate limits
file_parts.py  files in, kept right, out; also for the commands beside the bot
people.py      who may, and who is told
turns.py       a turn: question in, answer out
commands.py    commands, and the buttons below them
claims.py      what is said to a claim, what waits for no question
bot.py         the loops around them
profiles.py    what the parts need to know of the settings
"""

from snapthread.wiring.adapters import Adapters, with_rate_limits
from snapthread.wiring.bot import build_bot
from snapthread.wiring.file_parts import FileParts, build_file_parts
from snapthread.wiring.profiles import instructions_of

__all__ = [
    "Adapters",
    "FileParts",
    "build_bot",
    "build_file_parts",
    "instructions_of",
    "with_rate_limits",
]
