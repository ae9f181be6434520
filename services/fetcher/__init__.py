"""Fetcher: sources to articles.

Consumes ``sources.changed`` (followed from the start). Produces ``articles.fetched`` and ``sources.polled``.
Guarantees: an article is marked as seen only after the broker confirmed it, and a feed's validators are kept only after
all its new articles were; whatever dies, an entry that a feed still shows is published at least once. Any number of
fetchers share the sources through Redis, which holds nothing that the sources and Kafka could not give again.
"""
