"""What every service shares: contracts (events, topics, configuration), and the thin parts around them.

Imports no service. ``names`` and ``config`` are pure: they open no connection.
"""
