"""Everything is built here, for `run`, the commands, the demo and the tests; read in this order:

adapters.py     the world, as the bot needs it
maintenance.py  the life of files, also for the commands beside the bot
people.py       who may, and who is told
turns.py        a turn: question in, answer out
claims.py       what is said to a claim, what waits for no question
bot.py          the loops around them
profiles.py     what the parts need to know of the settings
"""

from snapthread.wiring.adapters import Adapters
from snapthread.wiring.bot import build_bot
from snapthread.wiring.maintenance import Maintenance, build_maintenance
from snapthread.wiring.profiles import instructions_of

__all__ = ["Adapters", "Maintenance", "build_bot", "build_maintenance", "instructions_of"]
