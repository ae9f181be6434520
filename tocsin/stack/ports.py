"""Ports for processes that are told where to listen."""

import random
import socket

# Below every system's range of ephemeral ports: no outgoing connection takes the port of a process that restarts.
_RANGE = range(20_000, 32_000)
# A port is free until its process listens, which is later: what one caller was given, no other is.
_given: set[int] = set()


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether nobody listens there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(preferred: int | None = None) -> int:
    """The preferred port where it is free, else one that nobody has and no other caller in this process was given.

    Raises OSError where there is none.
    """
    wanted = [] if preferred is None else [preferred]
    for port in (*wanted, *random.sample(_RANGE, len(_RANGE))):
        if port not in _given and is_free(port):
            _given.add(port)
            return port
    raise OSError("no free port on 127.0.0.1")
