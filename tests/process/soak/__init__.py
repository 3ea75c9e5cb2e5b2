"""One long run with everything at once: people, faults, kills, jumps of the clock."""
