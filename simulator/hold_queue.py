"""`<Enqueue>`: callers in line with a waiting room, until dialled, redirected, left or gone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from simulator.leg import Leg
from simulator.mixing import Room
from simulator.player import Flow, Player, Step
from simulator.signing import new_sid
from simulator.sound import silence
from simulator.twiml import Node

if TYPE_CHECKING:
    from simulator.exchange import Exchange

DEFAULT_MAX_SIZE = 1000
"""Twilio's default; 5,000 is the ceiling."""


class Member:
    """One caller in line."""

    def __init__(self, leg: Leg, since: datetime, since_seconds: float) -> None:
        self.leg = leg
        self.enqueued_at = since
        self.since_seconds = since_seconds
        self.claimed: asyncio.Future[Bridge] = asyncio.get_running_loop().create_future()

    @property
    def waited(self) -> int:
        """Whole seconds in line."""
        return int(self.leg.clock.seconds() - self.since_seconds)


class Bridge:
    """A queued caller joined with whoever dialled the queue."""

    def __init__(self, url: str = "", method: str = "POST") -> None:
        self.url, self.method = url, method
        """What the queued caller hears before the two are joined."""
        self.room = Room()
        self.over = asyncio.Event()


class HoldQueue:
    """Callers in order of arrival."""

    def __init__(self, name: str, created_at: datetime, on_change: Callable[[], None]) -> None:
        self.sid = new_sid("QU")
        self.name = name
        self.max_size = DEFAULT_MAX_SIZE
        self.created_at = self.updated_at = created_at
        self.members: list[Member] = []
        self.waits: list[int] = []
        """Seconds waited by those who have left, for the average."""
        self._on_change = on_change

    @property
    def average_wait(self) -> int:
        """Mean seconds waited by the callers who have left."""
        return round(sum(self.waits) / len(self.waits)) if self.waits else 0

    def join(self, member: Member) -> None:
        """At the end of the line."""
        self.members.append(member)
        self._on_change()

    def leave(self, member: Member) -> None:
        """Out of the line; twice does nothing."""
        if member in self.members:
            self.members.remove(member)
            self.waits.append(member.waited)
            self._on_change()

    def claim_front(self, url: str = "", method: str = "POST") -> tuple[Member, Bridge] | None:
        """Take the longest waiting caller for a bridge."""
        for member in self.members:
            if not member.claimed.done():
                bridge = Bridge(url, method)
                member.claimed.set_result(bridge)
                self.leave(member)
                return member, bridge
        return None

    def position(self, member: Member) -> int:
        """1 for the front; 0 for somebody who is not in line."""
        return self.members.index(member) + 1 if member in self.members else 0


class HoldQueues:
    """All queues of the account, made when first named."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._named: dict[str, HoldQueue] = {}
        self.changed = asyncio.Event()

    def named(self, name: str) -> HoldQueue:
        """The queue of this name."""
        if name not in self._named:
            self._named[name] = HoldQueue(name, self._exchange.clock.now(), self._note_change)
        return self._named[name]

    def find(self, sid_or_name: str) -> HoldQueue | None:
        """By QU… id or by name."""
        return next((q for q in self.all() if sid_or_name in (q.sid, q.name)), None)

    def all(self) -> list[HoldQueue]:
        """In order of creation."""
        return list(self._named.values())

    def _note_change(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()


async def play_enqueue(player: Player, node: Node) -> Step:
    """`<Enqueue>`: wait in line; then the action, or the next verb."""
    queue = player.exchange.queues.named(node.text)
    clock = player.leg.clock
    member = Member(player.leg, clock.now(), clock.seconds())
    size = node.number("maxQueueSize", queue.max_size)
    if len(queue.members) >= size:
        return await _after(player, node, queue, member, "queue-full")
    queue.join(member)
    player.exchange.journal.add("queued", player.leg.sid, queue=queue.name, size=len(queue.members))
    try:
        result = await _wait(player, node, queue, member)
    except asyncio.CancelledError:
        _tell_departure(player, node, queue, member)
        raise
    finally:
        queue.leave(member)
    return await _after(player, node, queue, member, result)


async def _wait(player: Player, node: Node, queue: HoldQueue, member: Member) -> str:
    """Play the waiting room until the caller is claimed or leaves."""
    room = asyncio.get_running_loop().create_task(_waiting_room(player, node, queue, member))
    try:
        waits: set[asyncio.Future[Any]] = {room, member.claimed}
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        if not member.claimed.done():
            return "leave" if room.result() is Flow.LEFT else "hangup"
    finally:
        room.cancel()
        await asyncio.gather(room, return_exceptions=True)
    bridge = member.claimed.result()
    try:
        if bridge.url:
            notice = Player(player.exchange, player.leg)
            form = _wait_form(queue, member)
            await notice.run(await notice.fetch(bridge.url, bridge.method, form))
        await _talk(player, bridge)
    finally:
        bridge.over.set()
    return "bridged"


async def _talk(player: Player, bridge: Bridge) -> None:
    seat = bridge.room.sit(player.leg)
    try:
        with player.leg.hearing(seat), player.leg.tapped(seat):
            await bridge.over.wait()
    finally:
        bridge.room.rise(seat)


async def _waiting_room(player: Player, node: Node, queue: HoldQueue, member: Member) -> Flow:
    """The waitUrl's document over and over; silence without one."""
    waiting = Player(player.exchange, player.leg, within="Wait")
    waiting.document = player.document
    waiting.extra = lambda: _wait_form(queue, member)
    while True:
        if not node.get("waitUrl"):
            await player.exchange.play(player, silence(1.0))
            continue
        url = player.document.resolve(node.get("waitUrl"))
        document = await waiting.fetch(url, node.get("waitUrlMethod", "POST"))
        flow = await waiting.run(document)
        if flow is not None:
            return flow


def _wait_form(queue: HoldQueue, member: Member) -> dict[str, str]:
    return {
        "QueueSid": queue.sid,
        "QueuePosition": str(queue.position(member)),
        "QueueTime": str(member.waited),
        "AvgQueueTime": str(queue.average_wait),
        "CurrentQueueSize": str(len(queue.members)),
        "MaxQueueSize": str(queue.max_size),
    }


def _result_form(queue: HoldQueue, member: Member, result: str) -> dict[str, str]:
    return {"QueueResult": result, "QueueSid": queue.sid, "QueueTime": str(member.waited)}


async def _after(player: Player, node: Node, queue: HoldQueue, member: Member, result: str) -> Step:
    player.exchange.journal.add("dequeued", player.leg.sid, queue=queue.name, result=result)
    if player.leg.ended:
        _tell_departure(player, node, queue, member)
        return Flow.HUNG_UP
    if not node.get("action"):
        return None
    extra = _result_form(queue, member, result)
    return await player.fetch(node.get("action"), node.get("method", "POST"), extra)


def _tell_departure(player: Player, node: Node, queue: HoldQueue, member: Member) -> None:
    """The line was cut or REST took the call: the action is told, its answer does not matter."""
    redirected = "redirected-from-bridged" if member.claimed.done() else "redirected"
    result = "hangup" if player.leg.ended else redirected
    player.exchange.journal.add("dequeued", player.leg.sid, queue=queue.name, result=result)
    if node.get("action"):
        form = {**player.form(), **_result_form(queue, member, result)}
        url = player.document.resolve(node.get("action"))
        player.exchange.webhooks.notify(url, form, node.get("method", "POST"))
