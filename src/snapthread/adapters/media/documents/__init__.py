"""Documents: told by their bytes, and read in a child of their own.

__main__.py   the child process that reads a document
documents.py  the async face of `read`: each document in a child of its own, a few at a time
draw.py       pages of a PDF as pictures, and the child process that draws them
kinds.py      kinds of documents, told by their bytes
office.py     Word, PowerPoint, spreadsheets and OpenDocument: what they are, and the text in them
pdf.py        a PDF: how many pages it has, whether anybody may read it, its text
plain.py      text in any of its encodings, as UTF-8: what the model's server surely reads
read.py       a document's bytes → what it is, and what of it goes up
wire.py       the child's answer: a line of JSON (what was read, or the fault)
"""
