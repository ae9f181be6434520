"""The commands, one a module. Heavy parts are imported inside them, so that ``tocsin --help`` is quick."""
