"""Alerter: reports to notifications, each alert once.

Three steps, three processes. *match* consumes ``reports.grouped`` and ``watches.changed`` and produces
``reports.matched``; it keeps no state but the watches. *lifecycle* owns the alerts of its watches: it consumes
``reports.matched`` and produces ``notifications.requested``, then ``alerts.raised``, one for each (watch, story).
*dispatch* owns receivers: it consumes ``notifications.requested``, sends, and produces ``notifications.sent``.
Guarantees: one alert for each (watch, story) whatever is killed; every notification is sent at least once, with the
same ``webhook-id`` on every attempt.
"""
