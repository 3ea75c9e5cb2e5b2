"""Files, from a message to OpenAI, and their life there until they are deleted.

request.py          a file to bring in, and what became of it
importer.py         a file of a message → a file in the ledger
opener.py           downloads it, and prepares the picture or reads the document
download.py         its bytes from Telegram, with another try where Telegram is away for a moment
documents.py        which documents are taken, and in what detail they are shown
intents.py          an opened file → intents of upload, one for each part
file_service.py     the life of a file at OpenAI, in one drawing; its parts:
file_names.py       our names, and the mark by which they are found there
uploader.py         the intent, the upload, its result
unknown_uploads.py  uploads of unknown outcome, looked for by their names
deleter.py          deletes what is retired; no other place deletes a file of a conversation
transport.py        the two ways to carry a picture: as a file, or within the request
healing.py          finds the files that made a request fail, and mends them
restorer.py         brings a vanished file back from Telegram
housekeeping.py     beside the line: deletes what is due, settles uploads of unknown outcome
reconcile.py        compares what OpenAI holds with the ledger, and mends both
"""
