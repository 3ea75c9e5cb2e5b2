"""Every table of the store and its indexes, for every backend: to add one is to declare it in this
folder, and to name it here.

The columns are explained beside them; docs/store-keys.md tells how they look on Redis.
"""

from typing import Any, Final

from snapthread.store.schema.conversations import (
    CONVERSATIONS,
    EXCHANGES,
    GROUP_CONVERSATIONS,
    HISTORY,
)
from snapthread.store.schema.files import FILES
from snapthread.store.schema.people import AUDIT, BROADCASTS, INVITES, PEOPLE, PREFERENCES
from snapthread.store.schema.processes import BLOCKED, COOLDOWNS, JOBS, MARKS, META, REPLICAS, SEEN
from snapthread.store.schema.queues import DEAD_LETTERS, OUTBOX, PAGE_QUESTIONS, QUEUED
from snapthread.store.schema.usage import (
    ANSWERS,
    DAYS,
    FEEDBACK,
    GROUP_DAYS,
    RECORDS,
    RESERVATIONS,
    TALLIES,
)
from snapthread.store.table import Table

VERSION: Final = 17  # of what is written; raised with a change that older versions cannot read

TABLES: Final[tuple[Table[Any], ...]] = (
    META,
    SEEN,
    MARKS,
    JOBS,
    COOLDOWNS,
    REPLICAS,
    BLOCKED,
    CONVERSATIONS,
    QUEUED,
    DEAD_LETTERS,
    PAGE_QUESTIONS,
    OUTBOX,
    HISTORY,
    EXCHANGES,
    GROUP_CONVERSATIONS,
    FILES,
    PEOPLE,
    INVITES,
    BROADCASTS,
    PREFERENCES,
    AUDIT,
    RESERVATIONS,
    TALLIES,
    RECORDS,
    ANSWERS,
    FEEDBACK,
    DAYS,
    GROUP_DAYS,
)
