"""The command line, the local stack and the demo: the only code that may import several services."""

__version__ = "0.1.0"
