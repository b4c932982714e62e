"""`<Dial>`: joins the leg with phones, browsers, the front of a queue, or a conference."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from simulator.leg import Leg
from simulator.mixing import Room
from simulator.party import Answer
from simulator.player import Player, Step
from simulator.recorder import RecordingOrder
from simulator.reporting import StatusCallback
from simulator.sound import Playback, key_tones
from simulator.twiml import Node

_DEFAULT_TIMEOUT = 30
"""Seconds a phone rings for `<Dial>`; the exchange adds none of Twilio's slack of 5."""


@dataclass(frozen=True, slots=True)
class Dialled:
    """How a `<Dial>` came out."""

    status: str
    sid: str = ""
    seconds: int = 0
    recording_url: str = ""
    bridged: bool = False


async def play_dial(player: Player, node: Node) -> Step:
    """Dial, wait until it is over, then the action or the next verb."""
    call_over = asyncio.Event()
    try:
        with ExitStack() as stack:
            if node.flag("hangupOnStar", False):
                stack.enter_context(
                    player.leg.keys_to(lambda key: call_over.set() if key == "*" else None)
                )
            dialled = await _dial(player, node, call_over)
    except asyncio.CancelledError:
        _tell_hang_up(player, node)
        raise
    player.exchange.journal.add("dialled", player.leg.sid, status=dialled.status, to=dialled.sid)
    if player.leg.ended:
        _tell_hang_up(player, node)
        return None
    if not node.get("action"):
        return None
    return await player.fetch(node.get("action"), node.get("method", "POST"), _form(dialled))


async def _dial(player: Player, node: Node, call_over: asyncio.Event) -> Dialled:
    if node.children and node.children[0].name in ("Conference", "Queue"):
        player.leg.answer()  # answerOnBridge is for phones that ring
    nouns = node.children or (Node("Number", {}, node.text),)
    if nouns[0].name == "Conference":
        return await _join_conference(player, node, nouns[0], call_over)
    if nouns[0].name == "Queue":
        return await _dial_queue(player, node, nouns[0], call_over)
    return await _dial_phones(player, node, nouns, call_over)


def _form(dialled: Dialled) -> dict[str, str]:
    form = {"DialCallStatus": dialled.status, "DialBridged": str(dialled.bridged).lower()}
    if dialled.sid.startswith("CA"):
        form |= {"DialCallSid": dialled.sid, "DialCallDuration": str(dialled.seconds)}
    if dialled.recording_url:
        form["RecordingUrl"] = dialled.recording_url
    return form


def _tell_hang_up(player: Player, node: Node) -> None:
    """The caller hung up in the middle: the action is told, its answer does not matter."""
    if node.get("action") and player.leg.ended:
        url = player.document.resolve(node.get("action"))
        form = {**player.form(), "DialCallStatus": "completed"}
        player.exchange.webhooks.notify(url, form, node.get("method", "POST"))


async def _until(event: asyncio.Event, other: asyncio.Event, seconds: float | None = None) -> None:
    """Wait for either event, at most `seconds`."""
    loop = asyncio.get_running_loop()
    waits = [loop.create_task(event.wait()), loop.create_task(other.wait())]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waits:
            task.cancel()
        await asyncio.gather(*waits, return_exceptions=True)


def _limit(player: Player, node: Node) -> float:
    """The longest a dialled call may last, in real seconds (default 4 h as Twilio)."""
    return player.leg.clock.real(node.number("timeLimit", 14_400))


async def _join_conference(
    player: Player, node: Node, noun: Node, call_over: asyncio.Event
) -> Dialled:
    conference = player.exchange.conferences.named(noun.text)
    if len(conference.participants) >= noun.number("maxParticipants", 250):
        return Dialled("failed", conference.sid)
    events = frozenset(noun.get("statusCallbackEvent", "start end").split())
    callback = noun.get("statusCallback")
    url = player.document.resolve(callback) if callback else ""
    conference.watch(url, noun.get("statusCallbackMethod", "POST"), events)
    participant = conference.join(player.leg, noun)
    stop_recording = _record_dial(player, node)
    try:
        with player.leg.hearing(participant.seat), player.leg.tapped(participant.seat):
            await _until(participant.over, call_over, _limit(player, node))
    finally:
        if player.leg.ended:
            participant.reason = "participant-hung-up"
        conference.leave(participant)
        stop_recording()
    return Dialled("answered", conference.sid)


async def _dial_queue(player: Player, node: Node, noun: Node, call_over: asyncio.Event) -> Dialled:
    """Take the longest waiting caller; wait for one as long as a phone would ring."""
    clock = player.leg.clock
    queues = player.exchange.queues
    deadline = clock.seconds() + node.number("timeout", _DEFAULT_TIMEOUT)
    url = player.document.resolve(noun.get("url")) if noun.get("url") else ""
    method = noun.get("method", "POST")
    while (claimed := queues.named(noun.text).claim_front(url, method)) is None:
        left = deadline - clock.seconds()
        if left <= 0 or call_over.is_set():
            return Dialled("no-answer")
        await _until(queues.changed, call_over, clock.real(left))
    member, bridge = claimed
    player.exchange.journal.add("bridged", player.leg.sid, other=member.leg.sid, queue=noun.text)
    began = clock.seconds()
    stop_recording = _record_dial(player, node)
    seat = bridge.room.sit(player.leg)
    try:
        with player.leg.hearing(seat), player.leg.tapped(seat):
            await _until(bridge.over, call_over, _limit(player, node))
    finally:
        bridge.room.rise(seat)
        bridge.over.set()
        stop_recording()
    return Dialled("completed", member.leg.sid, round(clock.seconds() - began), bridged=True)


async def _dial_phones(
    player: Player, node: Node, nouns: tuple[Node, ...], call_over: asyncio.Event
) -> Dialled:
    """Ring all at once (or one after the other); the first who answers is joined."""
    groups = [(noun,) for noun in nouns] if node.flag("sequential", False) else [nouns]
    dialled = Dialled("failed")
    for group in groups:
        dialled, leg = await _ring_group(player, node, group, call_over)
        if leg is not None:
            return await _talk(player, node, leg, call_over)
    return dialled


async def _ring_group(
    player: Player, node: Node, nouns: tuple[Node, ...], call_over: asyncio.Event
) -> tuple[Dialled, Leg | None]:
    seconds = node.number("timeout", _DEFAULT_TIMEOUT)
    loop = asyncio.get_running_loop()
    rings: dict[asyncio.Task[Answer], tuple[Leg, Node]] = {}
    for noun in nouns:
        leg = _called_leg(player, node, noun)
        rings[loop.create_task(player.exchange.ring(leg, seconds))] = (leg, noun)
    winner: Leg | None = None
    status, last = "no-answer", ""
    stopped = loop.create_task(call_over.wait())
    pending: set[asyncio.Task[Answer]] = set(rings)
    try:
        while pending and not stopped.done():
            await asyncio.wait({*pending, stopped}, return_when=asyncio.FIRST_COMPLETED)
            for task in [one for one in pending if one.done()]:
                pending.discard(task)
                leg, noun = rings[task]
                if task.result() is Answer.ANSWERED and not leg.ended:
                    await _screen(player, leg, noun)
                    if not leg.ended:
                        winner = leg
                        return Dialled("completed", leg.sid), leg
                status, last = _dial_status(task.result()), leg.sid
    finally:
        for unfinished in (*pending, stopped):
            unfinished.cancel()
        await asyncio.gather(*pending, stopped, return_exceptions=True)
        for leg, _ in rings.values():
            if leg is not winner:  # two may have answered in the same moment
                leg.hang_up("canceled")
    return Dialled(status, last), None


def _dial_status(answer: Answer) -> str:
    refused = answer in (Answer.BUSY, Answer.REJECTED)
    return "busy" if refused else "no-answer"


def _called_leg(player: Player, node: Node, noun: Node) -> Leg:
    """A new leg towards a phone or browser."""
    address = noun.text
    if noun.name == "Client":
        identity = next((one.text for one in noun.children if one.name == "Identity"), noun.text)
        address = f"client:{identity}"
    caller = node.get("callerId") or player.leg.from_
    leg = player.exchange.new_leg(
        from_=caller, to=address, direction="outbound-dial", parent_sid=player.leg.sid
    )
    url = noun.get("statusCallback")
    callback = StatusCallback.wanted(
        player.document.resolve(url) if url else "",
        noun.get("statusCallbackMethod", "POST"),
        noun.get("statusCallbackEvent").split(),
    )
    player.exchange.report_to(leg, callback)
    return leg


async def _screen(player: Player, leg: Leg, noun: Node) -> None:
    """What the called party hears before the two are joined; over when its line is dead."""
    gone = asyncio.Event()
    leg.on_end.append(gone.set)
    heard = asyncio.get_running_loop().create_task(_play_screen(player, leg, noun))
    heard.add_done_callback(lambda _: gone.set())
    try:
        await gone.wait()
        if heard.done():
            heard.result()
    finally:
        heard.cancel()
        await asyncio.gather(heard, return_exceptions=True)


async def _play_screen(player: Player, leg: Leg, noun: Node) -> None:
    """The noun's keys as tones, then its own document."""
    if noun.get("sendDigits"):
        playback = Playback(key_tones(noun.get("sendDigits").upper()))
        with leg.hearing(playback):
            await playback.done.wait()
    if noun.get("url"):
        screen = Player(player.exchange, leg)
        screen.document = player.document
        await screen.run(await screen.fetch(noun.get("url"), noun.get("method", "POST")))


async def _talk(player: Player, node: Node, leg: Leg, call_over: asyncio.Event) -> Dialled:
    """Both in one room until either is gone."""
    room = Room()
    gone = asyncio.Event()
    leg.on_end.append(gone.set)
    leg.on_redirect.append(gone.set)
    stop_recording = _record_dial(player, node)
    player.leg.answer()
    ours, theirs = room.sit(player.leg), room.sit(leg)
    player.exchange.journal.add("bridged", player.leg.sid, other=leg.sid)
    try:
        with ExitStack() as stack:
            for one, seat in ((player.leg, ours), (leg, theirs)):
                stack.enter_context(one.hearing(seat))
                stack.enter_context(one.tapped(seat))
            if not leg.ended:
                await _until(gone, call_over, _limit(player, node))
    finally:
        recording_url = stop_recording()
        if leg.program is None:  # else REST has taken it elsewhere
            leg.hang_up("other-side-left")
    return Dialled("completed", leg.sid, leg.seconds, recording_url, bridged=True)


def _record_dial(player: Player, node: Node) -> Callable[[], str]:
    """Record the caller's leg while it is joined, if `record` says so; returns the stopper."""
    wanted = node.get("record", "do-not-record")
    if wanted == "do-not-record":
        return lambda: ""
    callback = node.get("recordingStatusCallback")
    order = RecordingOrder(
        source="DialVerb",
        channels=2 if wanted.endswith("dual") else 1,
        track=node.get("recordingTrack", "both"),
        callback=player.document.resolve(callback) if callback else "",
        method=node.get("recordingStatusCallbackMethod", "POST"),
        events=frozenset(node.get("recordingStatusCallbackEvent", "completed").split()),
    )
    recordings = player.exchange.recordings
    recording = recordings.start(player.leg, order)

    def stop() -> str:
        recordings.stop(player.leg, recording)
        return recordings.url(recording)

    return stop
