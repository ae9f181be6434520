"""The names that articles are read with, kept in step with the desk's edits."""

import gc

from shared import collector, log
from shared.config.history import History
from shared.events import ConfigChanged
from shared.names.gazetteer import Gazetteer
from shared.names.live import LiveNames, Refused


class NamesInForce:
    """Takes nothing over before ``begin``, then every edit as it comes. ``history`` is kept in step by a follower."""

    def __init__(self, listed: Gazetteer) -> None:
        self.history = History()
        self.names = LiveNames(listed, self.history)
        self._has_begun = False
        self._log = log.get("tocsin.extract")

    def load(self) -> None:
        """Takes over all that is known by now: about 0.15 ms a name, so in a thread beside the follower."""
        gc.disable()
        self._tell(self.names.sync())
        collector.settle()
        gc.enable()

    def begin(self) -> None:
        """Takes over what came meanwhile, and from now on every edit as it comes."""
        self._has_begun = True
        self._tell(self.names.sync())
        self._log.info("names_ready", own=len(self.names.own), version=self.names.version)

    def edited(self, _: ConfigChanged) -> None:
        """Takes an edit over."""
        if self._has_begun:
            self._tell(self.names.sync())

    def _tell(self, refused: Refused) -> None:
        for name_id, reason in refused.items():
            self._log.error("name_invalid", name_id=name_id, error=reason)
