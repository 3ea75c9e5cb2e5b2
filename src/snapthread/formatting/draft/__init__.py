"""Half-written Markdown, made fit to be shown.

closing.py  half-written Markdown made whole for a draft
tail.py     the end of half-written Markdown: the last block, and loose markers
"""
