"""Answers to the requests about the cluster and its topics."""

from collections.abc import Callable
from typing import Any

from tocsin.broker.caller import NODE_ID, Caller
from tocsin.broker.errors import Code, Refused
from tocsin.broker.offsets import Offsets
from tocsin.broker.protocol import Request
from tocsin.broker.topic_config import KEYS
from tocsin.broker.topics import Topics

_TOPIC_RESOURCE = 2
_SET_ON_TOPIC, _DEFAULT = 1, 5  # Kafka's config sources DYNAMIC_TOPIC_CONFIG and DEFAULT_CONFIG


class AdminApi:
    """Topics are made, changed and removed here and nowhere else."""

    def __init__(self, topics: Topics, offsets: Offsets, cluster_id: str) -> None:
        self._topics = topics
        self._offsets = offsets
        self._cluster_id = cluster_id

    async def metadata(self, request: Request, caller: Caller) -> tuple[Any, ...]:
        """Topics and where they live: here. Unknown ones are never created, whatever the client allows."""
        version, names = request.version, request.body.topics
        if names is None or (version == 0 and not names):
            names = [topic.name for topic in self._topics]
        here = (NODE_ID, caller.host, caller.port)
        topics = [self._topic_metadata(name, version) for name in names]
        if version == 0:
            return ([here], topics)
        cluster = (self._cluster_id,) if version >= 2 else ()
        throttle = (0,) if version >= 3 else ()
        return (*throttle, [(*here, None)], *cluster, NODE_ID, topics)

    def _topic_metadata(self, name: str, version: int) -> tuple[Any, ...]:
        internal = (False,) if version >= 1 else ()
        offline: tuple[list[int], ...] = ([],) if version >= 5 else ()
        try:
            count = len(self._topics.get(name).partitions)
        except Refused as refused:
            return (refused.code, name, *internal, [])
        rows = [(Code.NONE, number, NODE_ID, [NODE_ID], [NODE_ID], *offline) for number in range(count)]
        return (Code.NONE, name, *internal, rows)

    async def create_topics(self, request: Request, caller: Caller) -> tuple[Any, ...]:
        """Each topic is there for good when this is answered."""
        validate_only = bool(getattr(request.body, "validate_only", False))
        rows = []
        for name, *wishes in request.body.create_topic_requests:
            code, reason = _outcome(self._create, name, wishes, validate_only)
            rows.append((name, code, reason) if request.version else (name, code))
        return (0, rows) if request.version >= 2 else (rows,)

    def _create(self, name: str, wishes: list[Any], validate_only: bool) -> None:
        partitions, replicas, assignment, configs = wishes
        if replicas not in {-1, 1} or any(len(nodes) != 1 for _, nodes in assignment):
            raise Refused(Code.INVALID_REPLICATION_FACTOR, "there is one broker, so one replica")
        count = len(assignment) or (1 if partitions == -1 else partitions)
        if validate_only:
            self._topics.check_new(name, count, dict(configs))
        else:
            self._topics.create(name, count, dict(configs))

    async def delete_topics(self, request: Request, caller: Caller) -> tuple[Any, ...]:
        """Removes events and committed offsets."""
        rows = [(name, _outcome(self._delete, name)[0]) for name in request.body.topics]
        return (0, rows) if request.version >= 1 else (rows,)

    def _delete(self, name: str) -> None:
        self._topics.delete(name)
        self._offsets.forget_topic(name)

    async def create_partitions(self, request: Request, caller: Caller) -> tuple[Any, ...]:
        """More partitions for a topic; never fewer."""
        check = bool(request.body.validate_only)
        rows = [
            (name, *_outcome(self._topics.grow, name, count, check))
            for name, (count, _) in request.body.topic_partitions
        ]
        return (0, rows)

    async def describe_configs(self, request: Request, caller: Caller) -> tuple[Any, ...]:
        """Every key with its value and whether it is the default."""
        return (0, [self._description(request.version, *resource) for resource in request.body.resources])

    def _description(self, version: int, kind: int, name: str, keys: list[str] | None) -> tuple[Any, ...]:
        try:
            _check_kind(kind)
            overrides = self._topics.get(name).overrides
        except Refused as refused:
            return (refused.code, refused.reason, kind, name, [])
        wanted = [key for key in KEYS if keys is None or key in keys]
        return (Code.NONE, None, kind, name, [_entry(version, key, overrides) for key in wanted])

    async def alter_configs(self, request: Request, caller: Caller) -> tuple[Any, ...]:
        """Replace a topic's configuration by what is given."""
        check = bool(request.body.validate_only)
        rows = [
            (*_outcome(self._alter, kind, name, dict(configs), check), kind, name)
            for kind, name, configs in request.body.resources
        ]
        return (0, rows)

    def _alter(self, kind: int, name: str, configs: dict[str, str | None], validate_only: bool) -> None:
        _check_kind(kind)
        self._topics.alter(name, configs, validate_only)


def _check_kind(kind: int) -> None:
    if kind != _TOPIC_RESOURCE:
        raise Refused(Code.INVALID_REQUEST, "only topics have a configuration here")


def _entry(version: int, key: str, overrides: dict[str, str]) -> tuple[Any, ...]:
    value, is_set = overrides.get(key, KEYS[key].default), key in overrides
    if version == 0:
        return (key, value, False, not is_set, False)
    return (key, value, False, _SET_ON_TOPIC if is_set else _DEFAULT, False, [])


def _outcome(change: Callable[..., None], *arguments: Any) -> tuple[Code, str | None]:
    try:
        change(*arguments)
    except Refused as refused:
        return refused.code, refused.reason or None
    return Code.NONE, None
