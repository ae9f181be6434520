"""The embedded broker's parts, without a client library where possible."""
