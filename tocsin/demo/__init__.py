"""The demo: a small newsroom, the whole stack, a local receiver, and a table of what must come of it."""
