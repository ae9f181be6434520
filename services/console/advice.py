"""What an empty list says, so that a new user knows what to do. Pure."""

from services.console.views import StatusView

Advice = tuple[str, str]  # heading, what to do

_NO_SOURCE = ("No source yet", "Add feeds to sources.yaml in your configuration folder; they are polled at once.")


def on_no_alerts(status: StatusView) -> Advice:
    """For a page without any alert."""
    if not status.ready:
        return "Reading what happened so far", "Alerts appear as soon as the topics are read to their ends."
    if status.alerts_kept:
        return "No alert matches", "Change the filter above, or clear it, to see the others."
    return _on_missing(status) or _on_quiet(status)


def _on_missing(status: StatusView) -> Advice | None:
    if not status.sources:
        return _NO_SOURCE
    if not status.watches:
        return "No watch yet", "Add one to watches.yaml in your configuration folder, and articles are matched with it."
    if status.failing == status.sources:
        return "No alert yet, and no source can be read", "The Sources tab says what each of them answered."
    return None


def _on_quiet(status: StatusView) -> Advice:
    polled = "1 source is" if status.sources == 1 else f"{status.sources} sources are"
    if not status.articles_last_hour:
        return "No alert yet", f"{polled} polled; the first articles usually arrive within a minute."
    read = "1 article" if status.articles_last_hour == 1 else f"{status.articles_last_hour} articles"
    return "No alert yet", f"{polled} polled and {read} came in the last hour; none of them touched a watch."


def on_no_sources(status: StatusView) -> Advice:
    """For a list without any source."""
    if status.sources:
        return "No source matches", "Look for another part of its name or address."
    return _NO_SOURCE


def on_no_watches() -> Advice:
    """For a list without any watch."""
    return "No watch yet", "A watch says which places, actors or words wake you. Add one to watches.yaml."


def on_no_problems() -> Advice:
    """For a list without any problem."""
    return "No problems", "Every message was handled, and every receiver takes what it is sent."


def on_unknown_alert(status: StatusView) -> Advice:
    """For the page of an alert that is not kept."""
    if not status.ready:
        return "Reading what happened so far", "The alert appears here as soon as it is read."
    return "No such alert", "It may be older than those that the console keeps. Its notification still has the link."
