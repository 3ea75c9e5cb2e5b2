"""Markdown → the document tree.

builder.py     parser events to our document tree, with a stack of frames
delimiters.py  delimiters that the parser does not know, or reads too strictly
frames.py      containers that the parser opened and closed become nodes of the document tree
hidden.py      what is not for the reader: a model's thoughts, comments; raw code blocks
inlines.py     the last steps on a run of inlines
marks.py       signs of our own inside a text on its way through the parser
parser.py      the Markdown parser, with the extensions that models write
regions.py     the places of code, HTML and table rows, before anything is changed
source.py      Markdown made ready for the parser: maths, HTML and stray pipes
spoilers.py    spoilers, which the parser does not know
tagged.py      HTML in a run of inlines: paired tags become styles, links and code
tags.py        HTML tags that models write: found outside code and taken out
"""
