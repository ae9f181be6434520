"""Configuration files to events, live: ``sources.yaml``, ``receivers.yaml``, ``names.yaml``, ``watches.yaml`` and
``silences.yaml``.

A file owns the items it lists. Only differences are published, only the file's own items are removed, and an entry that
is wrong refuses only itself: its old version stays in force. Files are read, never written.
"""
