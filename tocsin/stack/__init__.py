"""The local stack: broker, Valkey and services as processes under one supervisor."""

RUN_FILE = "stack.json"  # in the data directory: where a running stack listens
