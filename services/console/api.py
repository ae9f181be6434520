"""The HTTP API: the same views as the page, as JSON. The guard in front of it asks for the token."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query

from services.console import views
from services.console.read_model import ReadModel
from services.console.views import (
    AlertView,
    DeadView,
    Filter,
    ReceiverView,
    SourceView,
    StatusView,
    View,
    WatchView,
)
from shared.events import Severity
from shared.times import Clock

MOST_ALERTS = 500


class AlertPage(View):
    """Some of the alerts, newest first; ``total`` is how many the filter lets through."""

    total: int
    alerts: Sequence[AlertView]


class Problems(View):
    """Dead letters by topic, and receivers that do not take what they are sent."""

    dead: Sequence[DeadView]
    receivers: Sequence[ReceiverView]


def create_api(model: ReadModel, now: Clock) -> APIRouter:
    """The routes under ``/api``."""
    api = APIRouter(prefix="/api")

    @api.get("/alerts")
    async def alerts(
        watch: str = "",
        severity: Annotated[list[Severity], Query()] = [],  # noqa: B006 - FastAPI copies it
        text: Annotated[str, Query(max_length=200)] = "",
        limit: Annotated[int, Query(ge=1, le=MOST_ALERTS)] = 50,
        offset: Annotated[int, Query(ge=0)] = 0,
    ) -> AlertPage:
        """Alerts, newest first."""
        found = list(views.shown_alerts(model, Filter(watch, frozenset(severity), text)))
        page = found[offset : offset + limit]
        return AlertPage(total=len(found), alerts=[views.alert_view(model, alert) for alert in page])

    @api.get("/alerts/{alert_id}")
    async def alert(alert_id: str) -> AlertView:
        """One alert; 404 where it is not, or no longer, kept."""
        found = model.alert(alert_id)
        if found is None:
            raise HTTPException(404, "no such alert among those that the console keeps")
        return views.alert_view(model, found)

    @api.get("/sources")
    async def sources() -> list[SourceView]:
        """Sources, failing ones first."""
        return views.source_views(model, now())

    @api.get("/watches")
    async def watches() -> list[WatchView]:
        """Watches, the gravest first."""
        return views.watch_views(model)

    @api.get("/dead")
    async def dead() -> Problems:
        """What went wrong."""
        return Problems(dead=views.dead_views(model), receivers=views.receiver_views(model))

    @api.get("/status")
    async def status() -> StatusView:
        """The whole in numbers."""
        return views.status_view(model, now())

    return api
