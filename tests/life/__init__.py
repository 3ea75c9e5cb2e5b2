"""The laws of an image's life, walked by a state machine in one process and virtual time."""
