"""Console: what the other services did, on one live page and over HTTP.

Consumes every configuration topic and ``sources.polled``, ``reports.grouped``, ``alerts.raised``, ``alerts.changed``,
``notifications.sent`` and all dead letters, in no consumer group; produces nothing. Its state is a read model in
memory, built again from the topics at each start. Guarantees: it changes nothing; nothing of it answers without the
token; a sensitive watch shows its neutral label alone.
"""
