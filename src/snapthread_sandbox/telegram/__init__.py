"""A double of Telegram's Bot API, and the people who talk to the bot.

accounts.py      accounts: people as chats know them, and those by which Telegram stands for a chat
bot_api.py       the double itself, for one bot
channels.py      channels: their posts, and the groups that discuss them
chats.py         chats as a person sees them
copies.py        copyMessage and forwardMessage: the same content in another chat
edits.py         methods that change what the bot has said, or take it back
entities.py      texts and their entities: lengths in UTF-16 units, strict checks
ephemeral.py     ephemeral messages: seen by one person of a group
files.py         files at Telegram: a file_id for each sending, one unique id for each upload
groups.py        groups: who belongs to them, what of them the bot gets to see
guests.py        guest mode: the bot is called into a chat where it is not a member
html.py          parse_mode HTML, as Telegram takes it: few tags, strict nesting
markdown_v2.py   parse_mode MarkdownV2, as Telegram takes it
markup.py        a text whose entities are being collected, for both parse modes
media.py         methods that send files: uploads in a form, files that Telegram has already
membership.py    standings in a chat, as ChatMember objects, and the methods that ask for them
messages.py      methods that put something into a chat: texts, drafts, actions, reactions
methods.py       every method of the Bot API that this double knows, by name
params.py        errors of the Bot API, and its parameters
parse_modes.py   a text with markup → its plain text and its entities, or a refusal
people.py        people who talk to the bot: each act becomes the updates that Telegram would send
people_media.py  messages of people besides text: photos, albums, documents and everything else
posting.py       the way of everything that the bot says: checks first, then a message in a chat
profile.py       the bot's profile: name, descriptions and commands, by scope and language
topics.py        topics of forums and of private chats: what the bot may do with them
updates.py       the queue of updates: long polling as Telegram does it, or a webhook, never both
world.py         everything that Telegram remembers of one bot: chats, people, files, updates
"""
