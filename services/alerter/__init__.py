"""Alerter: reports to notifications, each alert once.

Three steps, three processes. *match* consumes ``reports.grouped``, ``watches.changed``, ``sources.changed`` and
``names.changed`` and produces ``reports.matched``; it keeps no state but what is configured. *lifecycle* owns the
alerts of its watches: it consumes ``reports.matched`` and ``silences.changed`` and produces
``notifications.requested``, then ``alerts.raised``, one for each (watch, story); whom a silence covers is not told.
*dispatch* owns receivers: it consumes ``notifications.requested``, sends, and produces ``notifications.sent``.
Guarantees: one alert for each (watch, story) whatever is killed; the newest revision of every notification is sent at
least once, with the same ``webhook-id`` on every attempt, and no older one after it; a receiver that cannot tell a
repeat from a first send (Slack) gets at most one repeat of a send whose end nobody knows.
"""
