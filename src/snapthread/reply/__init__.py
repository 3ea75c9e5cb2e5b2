"""From an answer to messages at Telegram.

draft.py    the answer while it grows: by edits, or by Telegram's drafts
growing.py  the messages that show it
preview.py  its newest text, and the loop that shows it
pace.py     how often a chat may be edited
shown.py    messages of a growing answer that are finished on the screen
reply.py    delivery: message by message, in order, at least once
simpler.py  a message that Telegram refused, made simpler until it is taken
guests.py   answers where the bot is no member
topics.py   names topics, and notices those that are gone
alerts.py   what the admins are told
"""
