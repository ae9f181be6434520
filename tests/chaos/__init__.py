"""Chaos and soak: the whole pipeline under kills, and at full rate for minutes."""
