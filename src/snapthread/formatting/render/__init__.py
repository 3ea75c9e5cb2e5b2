"""The document tree → text and entities, in pieces.

canvas.py    text being written together with its formatting: spans that nest
cells.py     widths in a monospace font: East Asian characters and emoji take two cells
document.py  the document tree written down: blocks and inlines onto a canvas
gaps.py      the gap between two blocks: a title stands close to what it is about
links.py     addresses that may become links
pieces.py    a document in pieces: the places where one message may end and the next begin
rich.py      text with formatted spans, in characters, before it is counted in Telegram's units
table.py     tables in a monospace font: columns aligned on a phone, or a list where they cannot be
"""
