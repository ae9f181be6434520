"""Configuration files to events: ``sources.yaml``, ``receivers.yaml`` and ``watches.yaml``, live.

A file owns the items it lists. Only differences are published, only the file's own items are removed, and an entry that
is wrong refuses only itself: its old version stays in force. Files are read, never written.
"""
