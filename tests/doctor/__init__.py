"""A doctor who looks at good and broken set-ups, over real HTTP on the loopback."""
