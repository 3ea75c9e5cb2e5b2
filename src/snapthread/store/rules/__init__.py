"""The rules of the store: each verb once, as a plain function of a transaction (decision 0018).

Verbs are what store/__init__.py names; the other functions are shared by several. In the order of
a message's life:

It comes in, and waits:
accepting.py       puts it into its queue, once; says that a queue is full
bundling.py        which messages are one question: albums, cut texts, photos with a voice
queued.py          rows of a queue: read, found by a claim or a command, taken out, buried
queues.py          what waits and what is dead, for operators
urgent.py          commands that wait for no question: /reset, /stop, buttons

A worker takes it:
readiness.py       when a conversation has work, and when to look again
claiming.py        which conversation is next, and what a claim is given; stragglers
leases.py          a claim renewed, given back, borrowed; a conversation put off
conversations.py   the row of a conversation, and whether a claim still holds it

What it may use:
quotas.py          reserve the most, settle what it was
tallies.py         what each payer has used in a day and a month
records.py         the record of each turn, and the sums of days
feedback.py        reactions to answers

It is asked, with its files:
uploads.py         the intent before, the result after
shown_files.py     the files that a conversation shows, and those it has lost
composing.py       the conversation that it is asked on, within tokens and images
history.py         items of a conversation made of its rows; pages of them

It is answered:
finishing.py       the end of a turn, in one transaction
outgoing.py        the outbox: what is on its way, and what it replaces in the chat
delivering.py      where the answer grows, what was sent, and the end of the claim
page_questions.py  a question that waits until pages are chosen
exchanges.py       what was asked of late, and what showed the answer
asking_anew.py     /retry and buttons: may it be asked anew?
editing.py         an edit: of a question that waits, runs or was answered
redo.py            a question back in the queue, and what its claim is told
rewinding.py       items that leave the end of a conversation again

Its files go:
retiring.py        files leave a conversation, or take a lost one's place
leaving.py         too old, forgotten, stranded, or to make room
deletions.py       files due at OpenAI, tried until they are gone
reconciling.py     which files the ledger knows
files.py           what the row of a file says

Groups and people:
groups.py          who asked last, topics, guests; the bot leaves
moving.py          a group gets another id
people.py          one person's conversations and files; who blocked the bot
standings.py       who was answered, bans, own limits
audit.py           each decision of an admin, as a row
admission.py       strangers who ask to be let in, invitations
broadcasts.py      a message to everybody
choices.py         preferences
erasing.py         everything on one person goes
exporting.py       everything on one person, to read
adopting.py        files of the first generation

Beside it:
processes.py       installation, jobs, waits for services, replicas, tidying
marks.py           what is said or done once
times.py           how far ahead a stored time can be
"""
