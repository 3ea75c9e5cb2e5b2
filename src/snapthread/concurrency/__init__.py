"""Mechanisms of waiting and working side by side, each written once and used everywhere.

retry.py     another try where a service is busy, after the wait that it asks for or one that grows
lease.py     work that goes on while its lease is renewed
gather.py    work side by side that fails as one
batching.py  a thread of its own for what belongs to one thread, such as SQLite
budget.py    a bound on what is in use at once, by weight
stopping.py  work that a stop cuts short
"""
