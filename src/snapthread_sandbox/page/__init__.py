"""The demo's page: chats as people see them, and what happens behind them.

acts.py    acts of a person: text and files become messages, as a client sends them
behind.py  the view behind the chats: the last requests, and the files at OpenAI
chats.py   the chats as the page shows them: what a person sees, as JSON
routes.py  the page's routes: JSON for what a person does, one stream of what changes, the buttons
server.py  the page's server: static files, strict headers, and only to a page of our own
"""
