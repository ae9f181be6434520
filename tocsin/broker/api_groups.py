"""Answers to the requests of consumer groups and their administration."""

from typing import Any

from tocsin.broker.caller import NODE_ID, Caller
from tocsin.broker.errors import Code, Refused
from tocsin.broker.groups import Groups, Joined, JoinRequest, State
from tocsin.broker.offsets import Committed, Offsets, Partition
from tocsin.broker.protocol import Request
from tocsin.broker.topics import Topics

_MAX_METADATA_CHARACTERS = 4096
_NOTHING_COMMITTED = Committed(-1, "")


class GroupApi:
    """Membership and committed offsets."""

    def __init__(self, topics: Topics, groups: Groups, offsets: Offsets) -> None:
        self._topics = topics
        self._groups = groups
        self._offsets = offsets

    async def find_coordinator(self, request: Request, caller: Caller) -> tuple[Any, ...]:
        """This broker is every group's coordinator."""
        here = (NODE_ID, caller.host, caller.port)
        return (0, Code.NONE, None, *here) if request.version else (Code.NONE, *here)

    async def join(self, request: Request, caller: Caller) -> tuple[Any, ...]:
        """Held until the group's next generation begins."""
        try:
            joined = await self._groups.join(_join_request(request, caller))
            return _joined(request.version, Code.NONE, joined)
        except Refused as refused:
            nothing = Joined(-1, "", "", request.body.member_id or "")
            return _joined(request.version, refused.code, nothing)

    async def sync(self, request: Request, caller: Caller) -> tuple[Any, ...]:
        """Held until the leader has handed out the assignments."""
        body, code, assignment = request.body, Code.NONE, b""
        try:
            group = self._groups.active(body.group)
            assignment = await group.sync(body.member_id, body.generation_id, dict(body.group_assignment or ()))
        except Refused as refused:
            code = refused.code
        return (0, code, assignment) if request.version else (code, assignment)

    async def heartbeat(self, request: Request, caller: Caller) -> tuple[Any, ...]:
        """Tells a member to join again when a rebalance is under way."""
        body, code = request.body, Code.NONE
        try:
            self._groups.active(body.group).heartbeat(body.member_id, body.generation_id)
        except Refused as refused:
            code = refused.code
        return (0, code) if request.version else (code,)

    async def leave(self, request: Request, caller: Caller) -> tuple[Any, ...]:
        """The others rebalance at once."""
        body, code = request.body, Code.NONE
        try:
            self._groups.active(body.group).leave(body.member_id)
        except Refused as refused:
            code = refused.code
        return (0, code) if request.version else (code,)

    async def commit(self, request: Request, caller: Caller) -> tuple[Any, ...]:
        """Store offsets, if the member belongs to the present generation."""
        body = request.body
        codes = {
            (topic, number): self._check_partition(topic, number, metadata)
            for topic, partitions in body.topics
            for number, _, metadata in partitions
        }
        try:
            self._check_committer(body)
            self._offsets.commit(body.consumer_group, _accepted(body, codes))
            await self._offsets.settled()
        except Refused as refused:
            codes = dict.fromkeys(codes, refused.code)
        answers = [
            (topic, [(number, codes[topic, number]) for number, *_ in partitions]) for topic, partitions in body.topics
        ]
        return (0, answers) if request.version >= 3 else (answers,)

    def _check_partition(self, topic: str, number: int, metadata: str | None) -> Code:
        try:
            self._topics.partition(topic, number)
        except Refused as refused:
            return refused.code
        too_long = len(metadata or "") > _MAX_METADATA_CHARACTERS
        return Code.OFFSET_METADATA_TOO_LARGE if too_long else Code.NONE

    def _check_committer(self, body: Any) -> None:
        group = self._groups.find(body.consumer_group)
        if body.consumer_group_generation_id < 0 and group is None:
            return  # a lone consumer that assigns partitions to itself
        if group is None:
            raise Refused(Code.UNKNOWN_MEMBER_ID)
        group.check(body.consumer_id, body.consumer_group_generation_id)
        if group.state is State.COMPLETING:
            raise Refused(Code.REBALANCE_IN_PROGRESS)

    async def fetch_offsets(self, request: Request, caller: Caller) -> tuple[Any, ...]:
        """Committed offsets of the partitions named, or of all; -1 where nothing was committed."""
        committed = self._offsets.of(request.body.consumer_group)
        asked = _by_topic(committed) if request.body.topics is None else request.body.topics
        answers = [
            (topic, [(number, *committed.get((topic, number), _NOTHING_COMMITTED), Code.NONE) for number in numbers])
            for topic, numbers in asked
        ]
        if request.version >= 3:
            return (0, answers, Code.NONE)
        return (answers, Code.NONE) if request.version == 2 else (answers,)

    async def list_groups(self, request: Request, caller: Caller) -> tuple[Any, ...]:
        """Groups with members or committed offsets."""
        types = dict.fromkeys(self._offsets.groups(), "consumer")
        types |= {group.name: group.protocol_type for group in self._groups.all()}
        rows = list(types.items())
        return (0, Code.NONE, rows) if request.version else (Code.NONE, rows)

    async def describe_groups(self, request: Request, caller: Caller) -> tuple[Any, ...]:
        """State and members; a group that nobody knows is "Dead", as in Apache Kafka."""
        rows = [self._description(name) for name in request.body.groups]
        return (0, rows) if request.version else (rows,)

    def _description(self, name: str) -> tuple[Any, ...]:
        group = self._groups.find(name)
        if group is None:
            state, kind = (State.EMPTY, "consumer") if name in self._offsets else (State.DEAD, "")
            return Code.NONE, name, state, kind, "", []
        members = [
            (member.id, member.request.client_id, member.request.client_host, member.metadata(group.protocol),
             member.assignment) for member in group.members.values()
        ]  # fmt: skip
        return Code.NONE, name, group.state, group.protocol_type, group.protocol, members

    async def delete_groups(self, request: Request, caller: Caller) -> tuple[Any, ...]:
        """Forget the committed offsets of groups without members."""
        return (0, [(name, await self._delete(name)) for name in request.body.groups_names])

    async def _delete(self, name: str) -> Code:
        if self._groups.find(name):
            return Code.NON_EMPTY_GROUP
        if name not in self._offsets:
            return Code.GROUP_ID_NOT_FOUND
        try:
            self._offsets.forget_group(name)
            await self._offsets.settled()
        except Refused as refused:
            return refused.code
        return Code.NONE


def _join_request(request: Request, caller: Caller) -> JoinRequest:
    body = request.body
    return JoinRequest(
        group=body.group or "",
        member_id=body.member_id or "",
        instance_id=getattr(body, "group_instance_id", None) or None,
        client_id=request.client_id,
        client_host=caller.client_host,
        session_seconds=body.session_timeout / 1000,
        rebalance_seconds=getattr(body, "rebalance_timeout", body.session_timeout) / 1000,
        protocol_type=body.protocol_type,
        protocols=tuple(body.group_protocols),
    )


def _joined(version: int, code: Code, joined: Joined) -> tuple[Any, ...]:
    members = [(name, instance, data) if version >= 5 else (name, data) for name, instance, data in joined.members]
    answer = (code, joined.generation, joined.protocol, joined.leader_id, joined.member_id, members)
    return (0, *answer) if version >= 2 else answer


def _accepted(body: Any, codes: dict[Partition, Code]) -> dict[Partition, Committed]:
    return {
        (topic, number): Committed(offset, metadata or "")
        for topic, partitions in body.topics
        for number, offset, metadata in partitions
        if not codes[topic, number]
    }


def _by_topic(committed: dict[Partition, Committed]) -> list[tuple[str, list[int]]]:
    topics: dict[str, list[int]] = {}
    for topic, number in committed:
        topics.setdefault(topic, []).append(number)
    return list(topics.items())
