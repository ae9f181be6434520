"""The live page. Each browser tab has its own; a timer looks twice a second whether the model has changed.

What comes from feeds reaches the browser as properties of Vue components, whose templates escape it; no HTML is made
of it anywhere.
"""

from pathlib import Path
from typing import Any

from fastapi import FastAPI
from nicegui import ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments
from starlette.staticfiles import StaticFiles

from services.console import views
from services.console.components import TabBar, TopBar
from services.console.panels import AlertList, OneAlert, Panel, Problems, SourceList, WatchList
from services.console.read_model import ReadModel
from services.console.views import StatusView
from shared.times import Clock

REFRESH_SECONDS = 0.5
# Counts of the last hour shrink, and sources fall overdue, without any event.
MOST_TICKS_AT_REST = 10
RECONNECT_SECONDS = 20.0
ASSETS = Path(__file__).parent / "assets"
_HEAD = '<script src="/assets/theme.js"></script><link rel="stylesheet" href="/assets/console.css">'


class ConsolePage:
    """The page of one browser tab. With ``alert_id`` it shows that alert in place of the list."""

    def __init__(self, model: ReadModel, now: Clock, alert_id: str | None = None) -> None:
        self._model, self._now = model, now
        self._seen_version, self._ticks_at_rest = -1, 0
        self._top = TopBar()
        self._tabs = TabBar().on("choose", self._choose)
        self._panels: dict[str, tuple[Element, Panel]] = {}
        self._add("alerts", lambda: OneAlert(model, alert_id) if alert_id else AlertList(model, now))
        self._add("sources", lambda: SourceList(model, now))
        self._add("watches", lambda: WatchList(model, now))
        self._add("problems", lambda: Problems(model))
        self._chosen = "alerts"
        self._open("alerts")
        ui.timer(REFRESH_SECONDS, self._tick, immediate=False)

    def _add(self, name: str, build: Any) -> None:
        section = ui.element("section").classes("panel")
        section.props(f'id="panel-{name}" role=tabpanel aria-labelledby="tab-{name}"')
        with section:
            self._panels[name] = section, build()

    def _choose(self, event: GenericEventArguments) -> None:
        if event.args in self._panels:
            self._open(str(event.args))

    def _open(self, chosen: str) -> None:
        self._chosen = chosen
        for name, (section, _) in self._panels.items():
            section.set_visibility(name == chosen)
        self._refresh()

    def _tick(self) -> None:
        self._ticks_at_rest += 1
        if self._model.version != self._seen_version or self._ticks_at_rest >= MOST_TICKS_AT_REST:
            self._refresh()

    def _refresh(self) -> None:
        self._seen_version, self._ticks_at_rest = self._model.version, 0
        status = views.status_view(self._model, self._now())
        self._top.show(status=status.model_dump(mode="json"))
        self._tabs.show(tabs=_tabs(status))
        self._panels[self._chosen][1].refresh(status)


def _tabs(status: StatusView) -> list[dict[str, Any]]:
    failing = f"{status.failing:,} failing" if status.failing else ""
    problems = status.failing_receivers + (status.dead_letters > 0)
    return [
        {"id": "alerts", "name": "Alerts", "count": status.alerts_kept, "alarm": ""},
        {"id": "sources", "name": "Sources", "count": status.sources, "alarm": failing},
        {"id": "watches", "name": "Watches", "count": status.watches, "alarm": ""},
        {"id": "problems", "name": "Problems", "count": None, "alarm": str(problems or "")},
    ]


def mount_page(web: FastAPI, model: ReadModel, now: Clock) -> None:
    """Puts the page on ``/`` and ``/alerts/{alert_id}`` of the app. Once a process: NiceGUI is one per process."""

    @ui.page("/")
    def every_alert() -> None:
        ui.add_head_html(_HEAD)
        ConsolePage(model, now)

    @ui.page("/alerts/{alert_id}")
    def one_alert(alert_id: str) -> None:
        ui.add_head_html(_HEAD)
        ConsolePage(model, now, alert_id)

    web.mount("/assets", StaticFiles(directory=ASSETS))
    ui.run_with(
        web,
        title="Tocsin",
        language="en-US",
        favicon=ASSETS / "favicon.svg",
        dark=None,
        reconnect_timeout=RECONNECT_SECONDS,
        tailwind=False,
        gzip_middleware_factory=None,  # the guard reads pages
        show_welcome_message=False,
    )
