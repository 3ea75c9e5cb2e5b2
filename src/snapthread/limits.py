"""Fixed limits: those of Telegram and OpenAI, and our own, each with its source or its reason.

Limits that an operator sets for people are in model/quotas.py.
"""

from typing import Final

DAY_S: Final = 86_400
MEGABYTE: Final = 1024 * 1024  # of sizes, here and in settings

# Telegram (core.telegram.org/bots/api)
MESSAGE_UNITS: Final = 4096  # UTF-16 units of a message's text, after entity parsing
MESSAGE_ENTITIES: Final = 100  # entities of a message; the surplus is ignored by the server
DOWNLOAD_BYTES: Final = 20 * 1024 * 1024  # getFile serves no more from Telegram's own servers
CHAT_ACTION_S: Final = 4.0  # "typing…" lasts 5 s
UPDATES_AT_ONCE: Final = 100  # getUpdates
DRAFT_PACE_S: Final = 0.8  # others draft every 0.3 to 2 s; below 0.5 s 429s were reported
DRAFT_ALIVE_S: Final = 25.0  # a draft is on the screen for 30 s
EDIT_PACE_S: Final = 1.0  # an edit counts as a message: about one a second for each chat
EDIT_PACE_GROUP_S: Final = 3.0  # 20 a minute for each group
POLL_S: Final = 50  # a long poll; Telegram's own clients use 50
POLL_LATE_S: Final = 20  # and then it is lost: a deaf bot notices within 90 s
USER_ID_MAX: Final = 2**52 - 1  # "at most 52 significant bits"
# A client cuts a long text at a good place in the second half of what fits.
CUT_TEXT_UNITS: Final = MESSAGE_UNITS // 2
CUT_TEXT_GAP_S: Final = 1  # parts of one cut text are sent within a second
PAIR_GAP_S: Final = 10  # a photo and what is said about it: some words take so long to record

# A photo's long side, where it was longer: in standard and in high quality (Telegram's clients).
MADE_SMALLER_TO: Final = frozenset({1280, 2560})

# OpenAI (reference: Files API, images-vision guide)
FILE_LIFE_MAX_S: Final = 2_592_000  # expires_after allows 1 hour to 30 days

# Images
PIXELS_MAX: Final = 50_000_000  # a 48-megapixel phone photo passes, a bomb does not
# Memory of pictures being decoded at once, here and in children; one alone may take more.
DECODED_BYTES_AT_ONCE: Final = 160 * 1024 * 1024
DECODES_HERE_BYTES: Final = 64 * 1024 * 1024  # what takes more is decoded in a child
CHILD_DECODES_BYTES: Final = 640 * 1024 * 1024  # what takes more is refused
IMAGES_AT_ONCE: Final = 16  # on their way through this process: bounds the bytes in memory
IMAGES_OF_MESSAGE_AT_ONCE: Final = 4
# Pictures as they came, from the download until each is decoded; sixteen of 20 MB would be 640.
DOWNLOADED_BYTES_AT_ONCE: Final = 48 * 1024 * 1024
DOWNLOADED_BYTES_OF_CHAT: Final = DOWNLOADED_BYTES_AT_ONCE // 2  # so that one waits for no other
# Photos as Telegram makes them wait for no large file of somebody else: all sixteen are 32 MB.
SMALL_FILE_BYTES: Final = MEGABYTE
UPLOAD_S: Final = 120.0  # one upload; after LONGEST_UPLOAD_S its outcome can be looked up
LONGEST_UPLOAD_S: Final = 300.0
LOOK_AGAIN_S: Final = 60.0  # an intent that is being looked for is not looked for twice
UPLOAD_TRIES: Final = 3
DOWNLOAD_S: Final = 120.0
DOWNLOAD_IDLE_S: Final = 15.0  # without a byte: it hangs, and is asked for again
DOWNLOAD_TRIES: Final = 3

# Documents (file-inputs guide: "each file under 50 MB, 50 MB together")
DOCUMENT_BYTES: Final = 50 * MEGABYTE
PAGE_PIXELS: Final = (1240, 1754)  # A4 at 150 dpi: how OpenAI draws a page is not published
DOCUMENTS_READ_AT_ONCE: Final = 2  # each in a child, which may take this much memory:
CHILD_READS_BYTES: Final = 384 * 1024 * 1024

# Sounds
TRANSCRIPTION_BYTES: Final = 25 * MEGABYTE  # speech-to-text guide: "Files can be up to 25 MB"
SOUNDS_AT_ONCE: Final = 8  # in memory of this process, each with at most that many bytes
SOUNDS_MEASURED_AT_ONCE: Final = 2  # each in a child, a file of 20 MB in it
TRANSCRIPTION_S: Final = 120.0  # an upload of 25 MB, and a minute of thinking
TRANSCRIPTION_TRIES: Final = 3
SPEECH_TOKENS_S: Final = 10  # at most: three Russian words a second
SHOWN_TRANSCRIPT: Final = 600  # characters: enough to see what was misheard

# The message queue
LEASE_S: Final = 12.0
RENEW_EVERY_S: Final = 4.0  # two renewals may fail before the lease is lost
ATTEMPTS_MAX: Final = 3  # that failed in a living process; then it is a dead letter
EDIT_PAUSE_S: Final = 1.0  # two SYNC_EVERY_S: who answers the old words has let them go
WAITING_MAX: Final = 200  # messages waiting in one conversation
ALBUM_GATHER_S: Final = 5.0  # an album is asked at the latest this long after its first part
SYNC_EVERY_S: Final = 0.5  # a Stop or a reset reaches whoever runs the turn within a second
SEEN_S: Final = 48 * 3600.0  # Telegram keeps an undelivered update for 24 h

# A question to the assistant
FIRST_EVENT_S: Final = 60.0  # without thinking
NEXT_EVENT_S: Final = 60.0
ANSWER_S: Final = 300.0  # without thinking
# A model that thinks may be silent meanwhile; 8.5 minutes were reported. Unknown efforts: "high".
THINKING_S: Final = {"none": 0.0, "minimal": 0.0, "low": 60.0, "medium": 120.0, "": 120.0}
THINKING_MAX_S: Final = 600.0
ASK_RETRIES: Final = 4
ASK_RETRY_WITHIN_S: Final = 60.0

# Delivery and housekeeping
SEND_TRIES: Final = 5  # then the conversation waits, and others go on
SEND_RETRY_S: Final = 30.0
DELETIONS_AT_ONCE: Final = 12  # so that, with what is lost between, eight are always under way
DELETION_S: Final = 10.0  # one; whoever repeats it hears that the file is gone already
DELETION_LEASE_S: Final = 20.0  # after a kill in the middle of one it is begun anew
# Of the 25 s that are promised: then come the last uploads, closing, and Python's own end, which
# takes seconds where the machine is busy.
SHUTDOWN_S: Final = 16.0
ALERT_EVERY_S: Final = 3600.0

# In memory, and on the processor
# Lines of conversations that a process keeps as it read and as it sends them: a request holds some
# hundreds, and all but two were in the one before. About ten megabytes.
ITEMS_KEPT: Final = 8192

BYTES_PER_TOKEN: Final = 4  # of UTF-8, also in Russian: only an estimate

# Characters of an answer that are formatted where they are: it takes two milliseconds at most, and
# a thread costs some tenths of one. A longer answer would hold up the others.
FORMATTED_AT_ONCE: Final = 500
