"""The Vue components of the page, as elements. Their templates escape whatever text they are given."""

from collections.abc import Sequence
from typing import Any

from nicegui.element import Element


class Component(Element):
    """A Vue component of the ``components`` folder."""

    def show(self, **values: Any) -> None:
        """Sets these properties; the browser is told only where one is new."""
        if any(self.props.get(key) != value for key, value in values.items()):
            self.props.update(values)
            self.update()


class TopBar(Component, component="components/top_bar.js"):
    """Name, live state and theme. Property: status."""


class TabBar(Component, component="components/tab_bar.js"):
    """The views of the page. Property: tabs; event: choose."""


class FilterBar(Component, component="components/filter_bar.js"):
    """What alerts are filtered by. Properties: watches, total, kept; event: filter."""


class AlertCard(Component, component="components/alert_card.js"):
    """One alert. Properties: alert, whole (with all its evidence), fresh (it has just come)."""


class MoreButton(Component, component="components/more_button.js"):
    """Asks for more of a list. Properties: left, step; event: more."""

    def offer(self, left: int, step: int) -> None:
        """Offers what is left, if anything is."""
        self.set_visibility(left > 0)
        self.show(left=max(0, left), step=step)


class SourceTable(Component, component="components/source_table.js"):
    """Sources, with a box to find one. Properties: rows, total; event: find."""


class WatchTable(Component, component="components/watch_table.js"):
    """Watches. Property: rows."""


class SilenceList(Component, component="components/silence_list.js"):
    """Silences that hold or will. Property: rows."""


class ProblemList(Component, component="components/problem_list.js"):
    """What went wrong. Properties: dead, receivers."""


class BackLink(Component, component="components/back_link.js"):
    """The way from one alert to all."""


class Notice(Component, component="components/notice.js"):
    """What to do where there is nothing to show. Properties: heading, advice."""

    def tell(self, message: Sequence[str] | None) -> None:
        """Shows a heading and advice; nothing where there is None."""
        self.set_visibility(message is not None)
        if message is not None:
            self.show(heading=message[0], advice=message[1])
