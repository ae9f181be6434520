"""Console: what the other services did, on one live page and over HTTP.

Consumes every configuration topic and ``sources.polled``, ``reports.grouped``, ``alerts.raised``, ``alerts.changed``,
``notifications.sent`` and all dead letters, in no consumer group; produces the edits of configured items that its API
is asked for. Its state is a read model in memory, built again from the topics at each start. Guarantees: nothing of it
answers without the token; no edit overwrites one that its author had not seen; a sensitive watch shows its neutral
label alone, but to who asks for its definition by its id.
"""
