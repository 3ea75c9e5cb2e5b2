"""Sound files: how long one is, told by its container and read in a child.

__main__.py  the child process that measures a sound file
measure.py   a sound file's bytes → how long it is and which kind
sounds.py    the async face of `measure`: each sound file in a child of its own
webm.py      the duration of a WebM: what its header says, else the time of its last block
"""
