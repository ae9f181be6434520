"""Bytes that nobody sensible sends: to the broker, to its files on a start, to codec, configuration and text queries.

The property is the same everywhere: the declared error or an answer, in bounded time and memory. `targets` holds what
is tried, `seeds` makes inputs that get past the first check, `mutate` spoils them, `python -m tests.fuzz` does so for
as long as one likes. An input that broke something stays in `findings/` and is tried on every test run.
"""
