"""The demo's models: a small real one, or a stand-in that invents nothing.

intent.py          the intent of a question: photos and documents that it is about
measures.py        measures of a picture: its size, its shape and its main colours
offline_model.py   the real model where it is there, and else the stand-in
offline_server.py  serves the offline model from a process of its own
read.py            the words and the number of pages of a document: for answers that invent nothing
sentences.py       the stand-in's sentences, in English and Russian
sounds.py          sounds, as far as they can be measured without understanding them
stand_in.py        answers without a model: only what is true, in English or Russian
"""
