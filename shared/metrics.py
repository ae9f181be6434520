"""Every metric that a service exports, with its meaning. Dashboards and alerts are tested against this list."""

from prometheus_client import Counter, Gauge, Histogram

# A stage takes milliseconds; a slow host takes half a minute.
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)

MESSAGES_HANDLED = Counter(
    "tocsin_messages_handled_total",
    "Messages that a consumer group finished, by what they came to (ok, skipped, dead).",
    ["stage", "outcome"],
)
MESSAGE_SECONDS = Histogram(
    "tocsin_batch_handle_seconds",
    "Time to handle one batch of messages, retries included.",
    ["stage"],
    buckets=_SECONDS,
)
RETRIES = Counter("tocsin_retries_total", "Attempts repeated because a message failed for a passing reason.", ["stage"])
DEPENDENCY_DOWN = Counter("tocsin_dependency_down_total", "Stops because Kafka or Redis did not answer.", ["stage"])
CONFIG_ITEMS = Gauge("tocsin_config_items", "Configured items in force, by topic.", ["topic"])
CONFIG_REFUSED = Counter("tocsin_config_refused_total", "Entries of configuration files that were refused.", ["file"])

POLLS = Counter("tocsin_polls_total", "Polls of sources, by outcome.", ["outcome"])
POLL_SECONDS = Histogram("tocsin_poll_seconds", "Time for one poll, article pages included.", buckets=_SECONDS)
ARTICLES_FETCHED = Counter(
    "tocsin_articles_fetched_total",
    "Articles published, by what could be had of them (page, entry).",
    ["content"],
)
FETCH_REFUSED = Counter("tocsin_fetch_refused_total", "Requests that the egress guard refused.")
FETCH_BYTES = Counter("tocsin_fetch_bytes_total", "Bytes of bodies read, uncompressed.")

EXTRACT_SECONDS = Histogram("tocsin_extract_seconds", "Time to read one article into a report.", buckets=_SECONDS)
MENTIONS = Counter("tocsin_mentions_total", "Mentions found in reports, by kind (location, actor).", ["kind"])
REPORTS_GROUPED = Counter(
    "tocsin_reports_grouped_total",
    "Reports put into a story, by how (first, same_text).",
    ["joined_by"],
)

MATCHES = Counter("tocsin_matches_total", "Watches that matched a report.")
WATCHES_TRIED = Counter("tocsin_watches_tried_total", "Watches that the index could not rule out for a report.")
ALERTS_RAISED = Counter("tocsin_alerts_raised_total", "Alerts raised, by severity.", ["severity"])
NOTIFICATIONS = Counter(
    "tocsin_notifications_total", "Attempts to notify, by kind of receiver and outcome.", ["kind", "outcome"]
)
NOTIFICATIONS_PENDING = Gauge("tocsin_notifications_pending", "Notifications that await their first or next attempt.")
NOTIFICATIONS_ENDED = Counter(
    "tocsin_notifications_ended_total",
    "Notifications that nothing more is sent of, by how they ended (delivered, failed, superseded, ambiguous).",
    ["outcome"],
)
RECEIVERS_DOWN = Gauge("tocsin_receivers_down", "Receivers that fail, and are asked by one notification at a time.")
RECEIVERS_CLOSED = Gauge(
    "tocsin_receivers_closed", "Receivers that answered 410 (Gone) and wait for a change of their configuration."
)
NOTIFY_SECONDS = Histogram("tocsin_notify_seconds", "Time of one attempt to notify.", ["kind"], buckets=_SECONDS)
FETCH_TO_NOTIFY_SECONDS = Histogram(
    "tocsin_fetch_to_notify_seconds",
    "From the fetch of an article to the delivery of its notification.",
    buckets=_SECONDS,
)
CONSOLE_EVENTS = Counter("tocsin_console_events_total", "Events that the console has read into its model.", ["topic"])
