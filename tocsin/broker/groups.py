"""Consumer groups: Kafka's classic rebalance protocol as a state machine, in memory.

    EMPTY -> PREPARING (members join) -> COMPLETING (the leader assigns) -> STABLE -> PREPARING ...

Nothing here survives a restart: members are then unknown, and clients join again by themselves. What they committed is
in `offsets`. Members that stay silent for their session timeout are removed; a member that waits in `join` or `sync`
is alive as long as its connection is. What clients may keep here is bounded: `_MAX_GROUPS`, members of a group, and
what each says about itself.
"""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from tocsin.broker.errors import Code, Refused

_FORMATION_SECONDS = 0.2  # a new group waits so long for its other members
_MAX_GROUPS = 1_000
_MAX_MEMBERS = 1_000
_MAX_MEMBER_BYTES = 256 * 1024  # of metadata, in all protocols
_MAX_CLIENT_ID_CHARACTERS = 200
_MAX_SESSION_SECONDS = 1_800.0
_MAX_REBALANCE_SECONDS = 3_600.0


class State(StrEnum):
    """The names that DescribeGroups answers with."""

    EMPTY = "Empty"
    PREPARING = "PreparingRebalance"
    COMPLETING = "CompletingRebalance"
    STABLE = "Stable"
    DEAD = "Dead"


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """What a member says when it joins; `protocols` in its order of preference."""

    group: str
    member_id: str
    instance_id: str | None
    client_id: str
    client_host: str
    session_seconds: float
    rebalance_seconds: float
    protocol_type: str
    protocols: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Joined:
    """The answer to a join. `members` (id, instance id, metadata) is filled for the leader alone."""

    generation: int
    protocol: str
    leader_id: str
    member_id: str
    members: tuple[tuple[str, str | None, bytes], ...] = ()


@dataclass(slots=True)
class Member:
    """One consumer in a group."""

    id: str
    request: JoinRequest
    last_seen: float
    assignment: bytes = b""
    joining: "asyncio.Future[None] | None" = None
    syncing: "asyncio.Future[None] | None" = None
    session: asyncio.TimerHandle | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether a request of its is being held, so that it cannot send heartbeats."""
        return self.joining is not None or self.syncing is not None

    def metadata(self, protocol: str) -> bytes:
        """What it said about itself for one protocol."""
        return dict(self.request.protocols).get(protocol, b"")


@dataclass(slots=True)
class Group:
    """One group: members, generation and the timer of the rebalance that is under way."""

    name: str
    discard: "Callable[[Group], None]"
    state: State = State.EMPTY
    generation: int = 0
    protocol: str = ""
    leader_id: str = ""
    members: dict[str, Member] = field(default_factory=dict)
    _deadline: asyncio.TimerHandle | None = None
    _forming: bool = False

    @property
    def protocol_type(self) -> str:
        """What kind of group; "consumer" for consumers."""
        return next((member.request.protocol_type for member in self.members.values()), "")

    async def join(self, request: JoinRequest) -> Joined:
        """Enter the group, or enter it again; answered when the next generation begins.

        Raises:
            Refused: UNKNOWN_MEMBER_ID, INCONSISTENT_GROUP_PROTOCOL, GROUP_MAX_SIZE_REACHED.
        """
        member = self._admit(request)
        if self._is_repetition(member, request):
            self._touch(member)
            return self._joined(member)
        member.request = request
        self._release(member)
        answer = member.joining = asyncio.get_running_loop().create_future()
        self._prepare()
        self._finish_joining_if_complete()  # which may answer at once
        await self._held(member, answer)
        return self._joined(member)

    async def sync(self, member_id: str, generation: int, assignments: dict[str, bytes]) -> bytes:
        """The leader hands out assignments; everyone gets its own.

        Raises:
            Refused: UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS.
        """
        member = self.check(member_id, generation)
        if self.state is State.PREPARING:
            raise Refused(Code.REBALANCE_IN_PROGRESS)
        if self.state is State.COMPLETING and member_id == self.leader_id:
            self._assign(assignments)
        if self.state is State.COMPLETING:
            self._release(member)
            answer = member.syncing = asyncio.get_running_loop().create_future()
            await self._held(member, answer)
        return member.assignment

    def heartbeat(self, member_id: str, generation: int) -> None:
        """Note that a member lives.

        Raises:
            Refused: UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS (join again).
        """
        self.check(member_id, generation)
        if self.state is State.PREPARING:
            raise Refused(Code.REBALANCE_IN_PROGRESS)

    def check(self, member_id: str, generation: int) -> Member:
        """The member, if it belongs to the present generation.

        Raises:
            Refused: UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION.
        """
        member = self.members.get(member_id)
        if member is None:
            raise Refused(Code.UNKNOWN_MEMBER_ID)
        self._touch(member)
        if generation != self.generation:
            raise Refused(Code.ILLEGAL_GENERATION)
        return member

    def leave(self, member_id: str) -> None:
        """Remove a member and share its work among the others.

        Raises:
            Refused: UNKNOWN_MEMBER_ID.
        """
        if member_id not in self.members:
            raise Refused(Code.UNKNOWN_MEMBER_ID)
        self._remove(self.members[member_id])

    def _admit(self, request: JoinRequest) -> Member:
        if request.member_id and request.member_id not in self.members:
            raise Refused(Code.UNKNOWN_MEMBER_ID)
        self._check_protocols(request)
        if request.member_id:
            return self.members[request.member_id]
        if len(self.members) >= _MAX_MEMBERS:
            raise Refused(Code.GROUP_MAX_SIZE_REACHED)
        self._replace_instance(request.instance_id)
        loop = asyncio.get_running_loop()
        member = Member(
            f"{request.client_id[:_MAX_CLIENT_ID_CHARACTERS] or 'member'}-{uuid.uuid4().hex}", request, loop.time()
        )
        member.session = loop.call_later(request.session_seconds, self._expire, member)
        self.members[member.id] = member
        return member

    def _check_protocols(self, request: JoinRequest) -> None:
        others = [member.request for member in self.members.values() if member.id != request.member_id]
        offered = {name for name, _ in request.protocols}
        for other in others:
            offered &= {name for name, _ in other.protocols}
        if not offered or any(other.protocol_type != request.protocol_type for other in others):
            raise Refused(Code.INCONSISTENT_GROUP_PROTOCOL)

    def _replace_instance(self, instance_id: str | None) -> None:
        """A static member that comes back under its name takes its former self's place at once (KIP-345)."""
        if instance_id is None:
            return
        for member in tuple(self.members.values()):
            if member.request.instance_id == instance_id:
                self._detach(member)

    def _is_repetition(self, member: Member, request: JoinRequest) -> bool:
        """A member that did not hear the answer asks again: only the leader may mean a rebalance by that."""
        return (
            self.state in {State.COMPLETING, State.STABLE}
            and request.member_id == member.id != self.leader_id
            and request.protocols == member.request.protocols
        )

    def _prepare(self) -> None:
        if self.state is State.PREPARING:
            return
        self._forming = self.state is State.EMPTY
        self.state = State.PREPARING
        for member in self.members.values():
            _fail(member.syncing, Code.REBALANCE_IN_PROGRESS)
        longest = max(member.request.rebalance_seconds for member in self.members.values())
        seconds = _FORMATION_SECONDS if self._forming else longest
        self._deadline = asyncio.get_running_loop().call_later(seconds, self._finish_joining)

    def _finish_joining_if_complete(self) -> None:
        everyone_is_here = all(member.joining for member in self.members.values())
        if self.state is State.PREPARING and everyone_is_here and not self._forming:
            self._finish_joining()

    def _finish_joining(self) -> None:
        self._stop_deadline()
        for member in [member for member in self.members.values() if member.joining is None]:
            self._detach(member)
        if not self.members:
            self._dissolve()
            return
        self.generation += 1
        self.state = State.COMPLETING
        self.protocol = self._elect_protocol()
        if self.leader_id not in self.members:
            self.leader_id = next(iter(self.members))
        for member in self.members.values():
            _succeed(member.joining)
            member.joining = None

    def _elect_protocol(self) -> str:
        requests = [member.request for member in self.members.values()]
        common = set.intersection(*({name for name, _ in request.protocols} for request in requests))
        return next(name for name, _ in requests[0].protocols if name in common)

    def _assign(self, assignments: dict[str, bytes]) -> None:
        self.state = State.STABLE
        for member in self.members.values():
            member.assignment = assignments.get(member.id, b"")
            _succeed(member.syncing)
            member.syncing = None

    def _joined(self, member: Member) -> Joined:
        members: tuple[tuple[str, str | None, bytes], ...] = ()
        if member.id == self.leader_id:
            members = tuple(
                (other.id, other.request.instance_id, other.metadata(self.protocol)) for other in self.members.values()
            )
        return Joined(self.generation, self.protocol, self.leader_id, member.id, members)

    async def _held(self, member: Member, answer: "asyncio.Future[None]") -> None:
        """Wait for the group. A client that hangs up meanwhile must not keep the others waiting for it."""
        try:
            await answer
        except asyncio.CancelledError:
            if answer.cancelled() and self.members.get(member.id) is member:
                self._remove(member)
            raise
        finally:
            if member.joining is answer:
                member.joining = None
            if member.syncing is answer:
                member.syncing = None
            self._touch(member)

    def _release(self, member: Member) -> None:
        """A second request of a member supersedes the one that is being held."""
        _fail(member.joining, Code.UNKNOWN_MEMBER_ID)
        _fail(member.syncing, Code.REBALANCE_IN_PROGRESS)

    def _touch(self, member: Member) -> None:
        member.last_seen = asyncio.get_running_loop().time()

    def _expire(self, member: Member) -> None:
        loop = asyncio.get_running_loop()
        seconds = member.request.session_seconds
        left = seconds if member.is_waiting else member.last_seen + seconds - loop.time()
        if left <= 0:
            self._remove(member)
        else:
            member.session = loop.call_later(left, self._expire, member)

    def _detach(self, member: Member) -> None:
        del self.members[member.id]
        if member.session:
            member.session.cancel()
        self._release(member)

    def _remove(self, member: Member) -> None:
        self._detach(member)
        if not self.members:
            self._stop_deadline()
            self._dissolve()
            return
        self._prepare()
        self._finish_joining_if_complete()

    def _dissolve(self) -> None:
        self.state = State.EMPTY
        self.generation += 1
        self.discard(self)

    def _stop_deadline(self) -> None:
        if self._deadline:
            self._deadline.cancel()
        self._deadline, self._forming = None, False


class Groups:
    """Every group that has members."""

    def __init__(self) -> None:
        self._groups: dict[str, Group] = {}

    def all(self) -> tuple[Group, ...]:
        """Every group with members."""
        return tuple(self._groups.values())

    def find(self, name: str) -> Group | None:
        """The group, if it has members."""
        return self._groups.get(name)

    def active(self, name: str) -> Group:
        """The group that a member speaks of.

        Raises:
            Refused: UNKNOWN_MEMBER_ID when the group has no members at all.
        """
        group = self._groups.get(name)
        if group is None:
            raise Refused(Code.UNKNOWN_MEMBER_ID)
        return group

    async def join(self, request: JoinRequest) -> Joined:
        """Enter a group, which is made when it is new; see `Group.join`.

        Raises:
            Refused: as `Group.join`, and INVALID_GROUP_ID, INVALID_SESSION_TIMEOUT, INVALID_REQUEST.
        """
        if not request.group:
            raise Refused(Code.INVALID_GROUP_ID)
        if not 0 < request.session_seconds <= _MAX_SESSION_SECONDS:
            raise Refused(Code.INVALID_SESSION_TIMEOUT)
        if not 0 < request.rebalance_seconds <= _MAX_REBALANCE_SECONDS:
            raise Refused(Code.INVALID_SESSION_TIMEOUT)
        if sum(len(name) + len(data) for name, data in request.protocols) > _MAX_MEMBER_BYTES:
            raise Refused(Code.INVALID_REQUEST)
        if request.group not in self._groups and len(self._groups) >= _MAX_GROUPS:
            raise Refused(Code.GROUP_MAX_SIZE_REACHED)
        group = self._groups.setdefault(request.group, Group(request.group, self._discard))
        try:
            return await group.join(request)
        finally:
            if not group.members:
                self._discard(group)

    def _discard(self, group: Group) -> None:
        if self._groups.get(group.name) is group:
            del self._groups[group.name]


def _succeed(answer: "asyncio.Future[None] | None") -> None:
    if answer and not answer.done():
        answer.set_result(None)


def _fail(answer: "asyncio.Future[None] | None", code: Code) -> None:
    if answer and not answer.done():
        answer.set_exception(Refused(code))
