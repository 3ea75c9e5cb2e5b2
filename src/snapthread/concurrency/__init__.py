"""One of each: work side by side, trying again, keeping a lease."""
