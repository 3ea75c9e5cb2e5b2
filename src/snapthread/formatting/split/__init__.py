"""Long text → messages that fit.

cutting.py  a piece that is longer than a message, part by part
ending.py   the end of a long text as one message: what a draft shows of it
pack.py     pieces into messages that fit: cut between pieces where possible, inside one where not
plain.py    long text into messages that fit: cut at a paragraph, a sentence, a word
"""
