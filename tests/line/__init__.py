"""The whole line in one process: real adapters, the sandbox's doubles, a virtual clock."""
