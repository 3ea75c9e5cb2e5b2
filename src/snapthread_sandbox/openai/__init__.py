"""A double of OpenAI's API.

api.py             the double itself: Files, Responses, transcriptions, models
azure.py           Azure's habits, as a switch: address, header, deployments as models
background.py      answers that are made while nobody waits: queued, in progress, then done
dead_files.py      the words for a file that is gone, or is no picture: each way a switch
documents.py       documents in a question: their bytes, their pages, and what they cost in tokens
errors.py          errors as OpenAI's API words them
events.py          the stream of one answer: every event in its published order, numbered
files.py           the Files API: what is uploaded stays until it is deleted or expires
kept.py            answers that OpenAI keeps: found, continued, deleted
models.py          the models that the OpenAI double knows, and what each of them takes
output.py          one message among the output items of an answer, and the objects that tell of it
over_http.py       an answer over HTTP: its events as they come, or all of it at once
pieces.py          pieces of an answer: words, items, thoughts, odd blocks between the events
prompt_cache.py    token usage as OpenAI bills it, with a prompt cache that can be predicted
question.py        the request as the model sees it: messages, pictures, their cost in tokens
request.py         is this a request that OpenAI takes? else it is refused in its words
response.py        the response object: what was asked for comes back in it, the rest by default
routes.py          routes of OpenAI's API, and what a fault rule may know of a request
scripted_model.py  the model behind it: says what a test told it to, else what it was given
sdk_types.py       the SDK's own types of a request, where it is installed
servers.py         servers that are not OpenAI's: what they do with pictures, as a switch
transcriptions.py  transcriptions: what a test said is heard, else how long the sound is
"""
