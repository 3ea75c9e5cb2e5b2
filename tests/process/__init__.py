"""The bot as operators run it: a real process, real sockets, real time; and what ends it."""
