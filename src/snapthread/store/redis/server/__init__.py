"""The Redis or Valkey server: reached, examined, told what to run.

address.py   STORE_URL read, and the client
server.py    runs the script; one place that waits, counts and fails
checks.py    is this server fit to be the store?
failures.py  its failures and those of redis-py, in our words
blobs.py     images, a value each
"""
