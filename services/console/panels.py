"""The parts of the page that show lists, each brought up to date from the model when told."""

from collections.abc import Sequence
from typing import Any, Protocol

from nicegui import ui
from nicegui.events import GenericEventArguments

from services.console import advice, views
from services.console.components import (
    AlertCard,
    BackLink,
    FilterBar,
    MoreButton,
    Notice,
    ProblemList,
    SilenceList,
    SourceTable,
    WatchTable,
)
from services.console.read_model import Alert, ReadModel
from services.console.views import Filter, StatusView, View
from shared.times import Clock

STEP = 50
MAX_FILTER_TEXT = 200


class Panel(Protocol):
    """A part of the page."""

    def refresh(self, status: StatusView) -> None:
        """Shows the model as it stands."""


class AlertList:
    """The newest alerts that a filter lets through, each in a card of its own that outlives refreshes."""

    def __init__(self, model: ReadModel, now: Clock) -> None:
        self._model, self._now = model, now
        self._wanted, self._limit = Filter(), STEP
        self._cards: dict[str, AlertCard] = {}
        self._arranged = False
        with ui.element("div").classes("sticky"):
            self._filter = FilterBar().on("filter", self._set_filter)
        self._notice = Notice()
        self._list = ui.element("div").props('role=feed aria-label="Alerts"')
        self._more = MoreButton().on("more", self._show_more)

    def refresh(self, status: StatusView) -> None:
        """Shows the model as it stands."""
        found = list(views.shown_alerts(self._model, self._wanted))
        self._arrange(found[: self._limit])
        self._more.offer(len(found) - self._limit, STEP)
        choices = sorted((view.name, view.id) for view in views.watch_views(self._model))
        self._filter.show(
            watches=[{"id": watch_id, "name": name} for name, watch_id in choices],
            total=len(found),
            kept=status.alerts_kept,
        )
        self._notice.tell(None if found else advice.on_no_alerts(status))

    def _arrange(self, alerts: Sequence[Alert]) -> None:
        wanted = {alert.event.alert_id: alert for alert in alerts}
        for alert_id in [known for known in self._cards if known not in wanted]:
            self._cards.pop(alert_id).delete()
        for place, (alert_id, alert) in enumerate(wanted.items()):
            card = self._cards.get(alert_id) or self._add_card(alert_id)
            card.show(alert=views.alert_view(self._model, alert).model_dump(mode="json"))
            if self._list.default_slot.children[place] is not card:
                card.move(self._list, place)
        self._arranged = True

    def _add_card(self, alert_id: str) -> AlertCard:
        with self._list:
            card = self._cards[alert_id] = AlertCard()
        card.show(fresh=self._arranged)
        return card

    def _show_more(self) -> None:
        self._limit += STEP
        self.refresh(views.status_view(self._model, self._now()))

    def _set_filter(self, event: GenericEventArguments) -> None:
        self._wanted, self._limit = _filter_of(event.args), STEP
        self._arranged = False  # what a filter brings back is not news
        self.refresh(views.status_view(self._model, self._now()))


class OneAlert:
    """The page of one alert, with all its evidence."""

    def __init__(self, model: ReadModel, alert_id: str) -> None:
        self._model, self._alert_id = model, alert_id
        BackLink()
        self._notice = Notice()
        self._place = ui.element("div")
        self._card: AlertCard | None = None

    def refresh(self, status: StatusView) -> None:
        """Shows the alert as it stands."""
        alert = self._model.alert(self._alert_id)
        self._notice.tell(advice.on_unknown_alert(status) if alert is None else None)
        if alert is None:
            return
        if self._card is None:
            with self._place:
                self._card = AlertCard()
        self._card.show(alert=views.alert_view(self._model, alert).model_dump(mode="json"), whole=True)


class SourceList:
    """Sources, failing ones first."""

    def __init__(self, model: ReadModel, now: Clock) -> None:
        self._model, self._now = model, now
        self._text, self._limit = "", 2 * STEP
        self._table = SourceTable().on("find", self._find)
        self._notice = Notice()
        self._more = MoreButton().on("more", self._show_more)

    def refresh(self, status: StatusView) -> None:
        """Shows the sources as they stand."""
        every = views.source_views(self._model, self._now())
        found = [view for view in every if self._text in f"{view.name} {view.url}".casefold()]
        self._table.show(rows=_plain(found[: self._limit]), total=len(found))
        self._more.offer(len(found) - self._limit, 2 * STEP)
        self._notice.tell(None if found else advice.on_no_sources(status))

    def _find(self, event: GenericEventArguments) -> None:
        self._text = str(event.args or "")[:MAX_FILTER_TEXT].strip().casefold()
        self.refresh(views.status_view(self._model, self._now()))

    def _show_more(self) -> None:
        self._limit += 2 * STEP
        self.refresh(views.status_view(self._model, self._now()))


class WatchList:
    """Watches, the gravest first, below the silences that hold."""

    def __init__(self, model: ReadModel, now: Clock) -> None:
        self._model, self._now = model, now
        self._silences, self._table, self._notice = SilenceList(), WatchTable(), Notice()

    def refresh(self, status: StatusView) -> None:
        """Shows the watches as they stand."""
        self._silences.show(rows=_plain(views.silence_views(self._model, self._now())))
        self._table.show(rows=_plain(views.watch_views(self._model)))
        self._notice.tell(None if status.watches else advice.on_no_watches())


class Problems:
    """Dead letters and failing receivers."""

    def __init__(self, model: ReadModel) -> None:
        self._model = model
        self._list, self._notice = ProblemList(), Notice()

    def refresh(self, status: StatusView) -> None:
        """Shows the problems as they stand."""
        self._list.show(dead=_plain(views.dead_views(self._model)), receivers=_plain(views.receiver_views(self._model)))
        some = status.dead_letters or status.failing_receivers
        self._notice.tell(None if some else advice.on_no_problems())


def _plain(shown: Sequence[View]) -> list[dict[str, Any]]:
    return [view.model_dump(mode="json") for view in shown]


def _filter_of(given: Any) -> Filter:
    """The filter that a browser asks for, which may ask for anything."""
    if not isinstance(given, dict):
        return Filter()
    severities = given.get("severities")
    return Filter(
        watch_id=str(given.get("watch") or ""),
        severities=frozenset(str(word) for word in severities) if isinstance(severities, list) else frozenset(),
        text=str(given.get("text") or "")[:MAX_FILTER_TEXT],
    )
