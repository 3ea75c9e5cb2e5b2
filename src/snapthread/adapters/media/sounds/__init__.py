"""Sound files: how long one is, told by its container and read in a child."""
