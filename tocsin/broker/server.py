"""The process: data folder, socket, background work, and a clean end."""

import asyncio
import fcntl
import logging
import os
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from tocsin.broker import protocol
from tocsin.broker.api_admin import AdminApi
from tocsin.broker.api_data import DataApi
from tocsin.broker.api_groups import GroupApi
from tocsin.broker.caller import Caller
from tocsin.broker.connection import Connection, Connections
from tocsin.broker.disk import Disk, replace_file
from tocsin.broker.groups import Groups
from tocsin.broker.offsets import Offsets
from tocsin.broker.protocol import Answer, Request
from tocsin.broker.topics import Topics

_log = logging.getLogger(__name__)
_BACKLOG = 256
_CLUSTER_ID = re.compile(r"[A-Za-z0-9_-]{22}")

Handler = Callable[[Request, Caller], Awaitable[Answer | None]]


class FolderInUse(Exception):
    """Another broker has this data folder open."""


class DataFolder:
    """Everything on disk, held by one process at a time."""

    def __init__(self, path: Path, *, fsync: bool = False) -> None:
        """Lock and open a data folder, making it when it is missing.

        Raises:
            FolderInUse: another process holds it.
            OSError: it cannot be read or written.
            DamagedTopic: see there.
        """
        path.mkdir(parents=True, exist_ok=True)
        self._clean_stop = path / "clean-stop"
        with ExitStack() as failed:
            self._lock = failed.enter_context(_lock(path / "lock"))
            self._open(path, fsync=fsync)
            failed.pop_all()

    def _open(self, path: Path, *, fsync: bool) -> None:
        was_clean = self._clean_stop.exists()
        self._clean_stop.unlink(missing_ok=True)
        self.cluster_id = _cluster_id(path / "cluster-id")
        disk = Disk(path, fsync=fsync)
        self.topics = Topics(path, disk=disk, trusted=was_clean)
        self.offsets = Offsets(path / "offsets.journal", disk=disk)

    def close(self) -> None:
        """Force everything to the disk; the next start then trusts the logs' tails. On a full disk it does not."""
        try:
            self.topics.close()
            self.offsets.close()
            self._clean_stop.touch()
        except OSError as error:
            _log.warning("no clean stop, so the next start reads every tail: %s", error)
        self._lock.close()


class Broker:
    """Listens, answers, and forgets what is too old."""

    def __init__(self, folder: DataFolder, *, retention_check_seconds: float = 30.0) -> None:
        self._folder = folder
        self._retention_check_seconds = retention_check_seconds
        self._handlers = _handlers(folder)
        self._connections = Connections()
        self._server: asyncio.Server | None = None
        self._cleaner: asyncio.Task[None] | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen; the port, chosen by the system when `port` is 0.

        Raises:
            OSError: the address cannot be had.
        """
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self.connection, host, port, backlog=_BACKLOG)
        self._cleaner = loop.create_task(self._clean())
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Hang up on everyone and close the data folder. Idempotent only before `start`."""
        if self._server:
            self._server.close()
        if self._cleaner:
            self._cleaner.cancel()
        for connection in self._connections.all():
            await connection.close()
        self._folder.close()

    def connection(self) -> Connection:
        """The serving end for one client that has just connected."""
        return Connection(self._dispatch, self._connections)

    async def _dispatch(self, request: Request, caller: Caller) -> Answer | None:
        return await self._handlers[request.key](request, caller)

    async def _clean(self) -> None:
        while True:
            await asyncio.sleep(self._retention_check_seconds)
            for log in tuple(self._folder.topics.logs()):
                if deleted := log.expire():
                    _log.info("deleted %d old segments, the log begins at %d", deleted, log.start_offset)
                await asyncio.sleep(0)  # clients come first


def _handlers(folder: DataFolder) -> Mapping[int, Handler]:
    data = DataApi(folder.topics)
    groups = GroupApi(folder.topics, Groups(), folder.offsets)
    admin = AdminApi(folder.topics, folder.offsets, folder.cluster_id)

    async def versions(request: Request, caller: Caller) -> Answer:
        return protocol.api_versions(request)

    return {
        protocol.PRODUCE: data.produce,
        protocol.FETCH: data.fetch,
        protocol.LIST_OFFSETS: data.list_offsets,
        protocol.INIT_PRODUCER_ID: data.init_producer_id,
        protocol.OFFSET_COMMIT: groups.commit,
        protocol.OFFSET_FETCH: groups.fetch_offsets,
        protocol.FIND_COORDINATOR: groups.find_coordinator,
        protocol.JOIN_GROUP: groups.join,
        protocol.HEARTBEAT: groups.heartbeat,
        protocol.LEAVE_GROUP: groups.leave,
        protocol.SYNC_GROUP: groups.sync,
        protocol.DESCRIBE_GROUPS: groups.describe_groups,
        protocol.LIST_GROUPS: groups.list_groups,
        protocol.DELETE_GROUPS: groups.delete_groups,
        protocol.API_VERSIONS: versions,
        protocol.METADATA: admin.metadata,
        protocol.CREATE_TOPICS: admin.create_topics,
        protocol.DELETE_TOPICS: admin.delete_topics,
        protocol.CREATE_PARTITIONS: admin.create_partitions,
        protocol.DESCRIBE_CONFIGS: admin.describe_configs,
        protocol.ALTER_CONFIGS: admin.alter_configs,
    }


def _lock(path: Path) -> IO[str]:
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.seek(0)
        holder = file.read().strip() or "unknown"
        file.close()
        raise FolderInUse(f"{path.parent} is in use by another broker (process {holder})") from error
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


def _cluster_id(path: Path) -> str:
    """Made once; again when a power cut left nothing of it, for clients only show it."""
    known = path.read_bytes().decode("ascii", "replace").strip() if path.exists() else ""
    if _CLUSTER_ID.fullmatch(known):
        return known
    made = secrets.token_urlsafe(16)
    replace_file(path, made)
    return made
