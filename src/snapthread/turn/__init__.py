"""A turn: a question in, an answer out, and what it may take. It never sends to a chat.

running.py     runs the turns of this process, shows them as they grow, stops them
runner.py      a question → an answer, as a stream of events
state.py       one question on its way, and its result
question.py    messages → the question's item
speech.py      sounds → the words of the question
transcript.py  the conversation → the request's items
bounds.py      the most that a request holds
overheard.py   what a group said before the question
styles.py      how one person is answered: their choices over the operator's
prices.py      what a question costs on a model, as people are shown
quotas.py      reserved before anything is downloaded, settled with the record
outcome.py     the turn's result → what is said and what is kept
pages.py       a document of too many pages: a button for each choice
"""
