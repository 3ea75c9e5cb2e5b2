"""Everything is built here, for `run`, the commands, the demo and the tests; read in this order:

adapters.py         the ports of the whole bot, and the same with rate limits
file_components.py  files: in, kept right and deleted; also for the commands beside the bot
people.py           who may use the bot, and the admins' alerts
turns.py            a turn: question in, answer out
commands.py         commands, and the buttons below them
claims.py           what serves a claim, and the commands that wait for no question
bot.py              the loops around them
profiles.py         what the components need to know of the settings
"""

from snapthread.wiring.adapters import Adapters, with_rate_limits
from snapthread.wiring.bot import build_bot
from snapthread.wiring.file_components import FileComponents, build_file_components
from snapthread.wiring.profiles import instructions_of

__all__ = [
    "Adapters",
    "FileComponents",
    "build_bot",
    "build_file_components",
    "instructions_of",
    "with_rate_limits",
]
