"""Files on their way in and out: from a message to OpenAI, and what becomes of them there.

request.py          a file that is wanted, and what became of it
importer.py         a file of a message → a file in the ledger
opener.py           it is downloaded, and a picture prepared, a document read
download.py         its bytes from Telegram, asked for again where it is away for a moment
documents.py        which documents are taken, and in what detail they are shown
intents.py          what is opened → intents of upload, one for each part
file_service.py     the life of a file at OpenAI, in one drawing; its parts:
file_names.py       our names, and the mark by which they are found there
uploader.py         the intent, the upload, its result
unknown_uploads.py  uploads of unknown outcome, looked for by their names
deleter.py          what is retired is deleted; no file of a conversation is anywhere else
transport.py        the two ways to carry a picture: as a file, or within the request
healing.py          a request failed and a file may be the reason: found and put right
restorer.py         a file that is gone is brought back from Telegram
housekeeping.py     beside the line: what is due is deleted, what is unknown is settled
reconcile.py        what OpenAI holds against the ledger, both mended
"""
