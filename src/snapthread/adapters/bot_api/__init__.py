"""Telegram: updates in, messages out. Nothing of the Bot API leaves this folder.

types.py       what we read of the Bot API, under its own names
decode.py      JSON → types
incoming.py    an update → a message in our words
membership.py  updates that are no messages: buttons, reactions, who blocked the bot
command.py     the command in a message
asking.py      in a group: is it meant for the bot?
conversation.py  the conversation of a chat, a topic and a person
content.py     a question, a picture, what we cannot answer, or nothing
document.py    the document of a message
sound.py       the sound of a message
descriptions.py  what a message without text says: a place, a poll, a contact
links.py       text with the addresses that its links hide
reply.py       the message that it answers to
chat.py        the port `Chat`: what the line sends
outgoing.py    an outgoing message → parameters
client.py      the methods, one call each
download.py    the bytes of one file
transport.py   HTTP
failures.py    what went wrong → our failures
"""
