"""Outgoing HTTP: one client set-up for pages, feeds and webhooks, behind the egress guard."""
