"""Python's garbage collector in a process that loads much, and then makes many short-lived objects."""

import gc

# A report makes about 20,000 objects, nearly all of which are gone by counting before it ends: with Python's own 700
# the collector takes a sixth of the time in which texts are read.
YOUNG_OBJECTS = 50_000


def settle() -> None:
    """Leaves what is loaded by now out of every later collection, and collects the rest less often.

    The collector would walk millions of objects that stay, and hold up every thread meanwhile.
    """
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)
