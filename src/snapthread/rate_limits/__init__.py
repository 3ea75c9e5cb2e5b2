"""The ports to both services, waiting where a service asked any process of ours to wait.

cooldowns.py  how long each service said to wait, in the store
openai.py     the assistant, its files, its transcripts
telegram.py   the chat
"""
