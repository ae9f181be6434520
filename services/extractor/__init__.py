"""Extractor: articles to reports, reports to stories.

Two steps, two processes. *extract* consumes ``articles.fetched`` and ``names.changed`` and produces
``reports.extracted``: text, zones, language, places and actors with exact offsets; it keeps no state but the desk's own
names, so any number share the work. *group* consumes ``reports.extracted``, which is one ordered partition, and
produces ``reports.grouped``: each article once, in exactly one story; its state is rebuilt from its own output.
"""
