"""What every test may use."""

from hypothesis import settings

pytest_plugins = ["tests.stack.plugin"]

# The first example pays for tables that are built on first use; how long one takes is the bench's business.
settings.register_profile("tocsin", deadline=None)
settings.load_profile("tocsin")
