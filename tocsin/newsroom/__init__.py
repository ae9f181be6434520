"""The demo's small newsroom: invented sites with feeds (`server`), and a receiver of webhooks and Slack posts.

`content` loads the hand-written material beside it: `sites.yaml`, `articles/`, `watches.yaml` and `expected.yaml`,
the table of alerts that a demanding analyst would expect. Nothing here imports a service.
"""
