"""Examination of a set-up, and how to mend it: `snapthread doctor`.

One file a subject, each a function that returns checks. It asks the services itself, by a few plain
requests, and not through the adapters: those repeat, translate and hide, and the doctor has to see
what a service says (decision 0030).
"""
