"""Processes that the tests run on: both brokers, both Redis servers."""
