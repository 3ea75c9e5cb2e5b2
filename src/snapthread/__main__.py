"""`python -m snapthread` is the `snapthread` command."""

from snapthread.cli import main

main()
