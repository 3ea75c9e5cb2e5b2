"""A turn: a question in, an answer out, and what that may cost. It never sends to a chat itself.

running.py          runs the turns of this process, shows them as they grow, stops them
runner.py           a question → an answer, as a stream of events, in these steps:
question_reader.py  reads its files and sounds, also those of stragglers
question_limits.py  what a request can hold, and what quotas let in
composer.py         the conversation that it is asked on, made to fit
request.py          both → the request to the model
asker.py            asks until there is an answer
items.py            the items that the conversation keeps
state.py            one question on its way
result.py           what the turn yields: the answer so far, and its end
question.py         messages → the question's item
speech.py           sounds → the words of the question
transcript.py       the conversation → the request's items
bounds.py           the most that a request holds
overheard.py        what a group said before the question
styles.py           how one person is answered: their choices over the operator's
prices.py           what a question costs on a model, as people are shown
quotas.py           reserve the most before anything is downloaded; the record settles it
estimate.py         the most that a question may take, which is reserved
records.py          the record: what an attempt did, took and cost
costs.py            what either costs, by the price list
media.py            the files that a question brings
outcome.py          the end of a claim: what is said, and what is kept
sentences.py        the turn's result → our sentences beside the answer
again.py            whether it can be asked anew, and the button for it
pages.py            a document of too many pages: a button for each choice
"""
