"""Commands and buttons, and who may use the bot.

access.py              who is served, and what the others are told
admission.py           ACCESS=invite: who is let in, and by whom
membership.py          REQUIRED_CHANNEL: who is a member
rights.py              who may decide for a group
commands.py            commands that wait their turn
presses.py             pressed buttons
replies.py             the reply to a command, and to a pressed button
confirming.py          questions with two buttons
asking_anew.py         /retry, the buttons below answers, edits
choosing.py            /settings, /language, /instructions
screens.py             the screens of /settings
history.py             /history, a page at a time
allowance.py           /usage
exporter.py            /export
export_page.py         the page in it
eraser.py              /delete_me and `snapthread erase`
admin.py               commands of admins: people, and what is used
invitations.py         /invite, and its end
broadcast_commands.py  /broadcast, shown before it is sent
broadcaster.py         a message to everybody
legacy_import.py       `snapthread adopt`: files of the first generation
"""
