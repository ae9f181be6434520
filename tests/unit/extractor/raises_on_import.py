"""A module of somebody's whose model is not there."""

raise OSError("no such model")
