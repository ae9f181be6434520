"""The demo's configuration directory."""

from collections.abc import Mapping
from pathlib import Path

import yaml

from tocsin.newsroom.content import Newsroom
from tocsin.newsroom.receiver import demo_secret

POLL_SECONDS = 1
DESK, SLACK = "desk", "slack"


def write_config(folder: Path, newsroom: Newsroom, feeds: Mapping[str, str], receiver_url: str) -> None:
    """Writes sources, receivers, watches and settings for a newsroom whose feeds are at these addresses."""
    folder.mkdir(parents=True, exist_ok=True)
    sources = [
        {"id": site_id, "name": newsroom.sites[site_id].name, "url": url, "interval_seconds": POLL_SECONDS}
        for site_id, url in feeds.items()
    ]
    receivers = [
        {"id": DESK, "type": "webhook", "url": f"{receiver_url}/hook/{DESK}", "secret": demo_secret(DESK)},
        {"id": SLACK, "type": "slack", "url": f"{receiver_url}/slack/{SLACK}", "per_second": 10},
    ]
    _write(folder / "sources.yaml", {"sources": sources})
    _write(folder / "receivers.yaml", {"receivers": receivers})
    _write(folder / "tocsin.yaml", {"egress": {"allow": ["127.0.0.0/8"]}})
    (folder / "watches.yaml").write_text(newsroom.watches_path.read_text(encoding="utf-8"), encoding="utf-8")


def _write(path: Path, value: object) -> None:
    path.write_text(yaml.safe_dump(value, allow_unicode=True, sort_keys=False), encoding="utf-8")
