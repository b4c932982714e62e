"""Verbs that carry sound to the application or to disk: Connect, Start, Stop, Record."""

import asyncio
from contextlib import ExitStack

from audio.mulaw import SILENCE, decode
from audio.pcm import level_dbfs
from simulator.clock import rfc2822
from simulator.errors import StreamRefused, TwimlRefused
from simulator.leg import Leg
from simulator.player import Player, Step
from simulator.recorder import Recording, RecordingOrder
from simulator.sound import beep
from simulator.stream import MediaStream, StreamOrder
from simulator.twiml import Node

_TRACKS = {
    "inbound_track": ("inbound",),
    "outbound_track": ("outbound",),
    "both_tracks": ("inbound", "outbound"),
}
_MOST_FORKS = 4
"""Twilio's limit of one-way streams on one call."""
_QUIET_DBFS = -45.0
"""Below this a `<Record>` hears silence."""


async def play_connect(player: Player, node: Node) -> Step:
    """`<Connect><Stream>`: two-way sound until the application closes the socket."""
    noun = node.children[0] if node.children else None
    if noun is None:
        raise TwimlRefused(TwimlRefused.SCHEMA, "<Connect> needs a <Stream> inside")
    order = _order(noun, two_way=True)
    if order.tracks != ("inbound",):
        player.note_error(
            StreamRefused(31941, "<Connect><Stream> carries inbound_track only; track is refused")
        )
        return None
    stream = MediaStream(player.exchange.wire, player.leg, order)
    await _carry(player, stream, noun)
    if node.get("action"):
        extra = {"StreamSid": stream.sid, "StreamEvent": "stream-stopped"}
        return await player.fetch(node.get("action"), node.get("method", "POST"), extra)
    return None


async def play_start(player: Player, node: Node) -> Step:
    """`<Start>`: one-way streams and recordings that run beside the following verbs."""
    for noun in node.children:
        if noun.name == "Recording":
            player.exchange.recordings.start(player.leg, _recording_order(player, noun))
        else:
            _start_fork(player, noun)
    return None


async def play_stop(player: Player, node: Node) -> Step:
    """`<Stop><Stream name>`: end a one-way stream."""
    for noun in node.children:
        player.exchange.stop_forks(player.leg, noun.get("name"))
    return None


async def play_record(player: Player, node: Node) -> Step:
    """`<Record>`: beep, then one channel until a key, silence, or the longest time."""
    if node.flag("playBeep", True):
        await player.exchange.play(player, beep())
    order = RecordingOrder("RecordVerb", 1, "inbound", *_told(player, node))
    recording = player.exchange.recordings.start(player.leg, order)
    try:
        key = await _record_until(player, node, recording)
    finally:
        player.exchange.recordings.stop(player.leg, recording)
    extra = {
        "RecordingSid": recording.sid,
        "RecordingUrl": player.exchange.recordings.url(recording),
        "RecordingDuration": str(round(recording.seconds)),
        "Digits": key,
    }
    return await player.fetch(node.get("action"), node.get("method", "POST"), extra)


async def _carry(player: Player, stream: MediaStream, noun: Node) -> None:
    """Open, carry, close; what goes wrong is told, and the call goes on with the next verb."""
    leg = player.leg
    try:
        await stream.open()
        _tell(player, stream, noun, "stream-started")
        with ExitStack() as stack:
            stack.enter_context(leg.tapped(stream))
            if stream.order.two_way:
                stack.enter_context(leg.hearing(stream))
                stack.enter_context(leg.keys_to(stream.key))
            await stream.run()
    except StreamRefused as error:
        stream.error = error
        player.note_error(error)
        _tell(player, stream, noun, "stream-error")
    finally:
        if stream.closed:
            _tell(player, stream, noun, "stream-stopped")
        else:  # in the background: a slow application must not hold up the next document
            player.exchange.in_background(_close(player, stream, noun))


async def _close(player: Player, stream: MediaStream, noun: Node) -> None:
    await stream.close()
    _tell(player, stream, noun, "stream-stopped")


def _tell(player: Player, stream: MediaStream, noun: Node, event: str) -> None:
    facts: dict[str, object] = {"stream_sid": stream.sid, "url": stream.order.url}
    if event == "stream-stopped":
        facts |= stream.counts
    if stream.error is not None and event == "stream-error":
        facts |= {"code": stream.error.code, "reason": stream.error.sentence}
    player.exchange.journal.add(event, player.leg.sid, **facts)
    if not noun.get("statusCallback"):
        return
    form = {
        "AccountSid": player.exchange.account_sid,
        "CallSid": player.leg.sid,
        "StreamSid": stream.sid,
        "StreamName": stream.order.name or stream.sid,
        "StreamEvent": event,
        "Timestamp": rfc2822(player.leg.clock.now()),
    }
    if stream.error is not None and event == "stream-error":
        form |= {"StreamError": stream.error.sentence, "StreamErrorCode": str(stream.error.code)}
    url = player.document.resolve(noun.get("statusCallback"))
    player.exchange.webhooks.notify(url, form, noun.get("statusCallbackMethod", "POST"))


def _order(noun: Node, *, two_way: bool) -> StreamOrder:
    parameters = {one.get("name"): one.get("value") for one in noun.children}
    tracks = _TRACKS[noun.get("track", "inbound_track")]
    return StreamOrder(noun.get("url"), tracks, parameters, noun.get("name"), two_way)


def _start_fork(player: Player, noun: Node) -> None:
    exchange, leg = player.exchange, player.leg
    if len(exchange.forks_of(leg)) >= _MOST_FORKS:
        sentence = f"a call may have at most {_MOST_FORKS} streams at once"
        player.note_error(StreamRefused(31930, sentence))
        return
    stream = MediaStream(exchange.wire, leg, _order(noun, two_way=False))
    exchange.start_fork(leg, noun.get("name") or stream.sid, _carry(player, stream, noun))


def _told(player: Player, node: Node) -> tuple[str, str, frozenset[str]]:
    callback = node.get("recordingStatusCallback")
    return (
        player.document.resolve(callback) if callback else "",
        node.get("recordingStatusCallbackMethod", "POST"),
        frozenset(node.get("recordingStatusCallbackEvent", "completed").split()),
    )


def _recording_order(player: Player, noun: Node) -> RecordingOrder:
    channels = 1 if noun.get("channels") == "mono" else 2
    track = noun.get("track", "both")
    return RecordingOrder("StartCallRecordingTwiML", channels, track, *_told(player, noun))


class SilenceWatch:
    """A tap that notices when the party has said nothing for so long."""

    def __init__(self, seconds: float) -> None:
        self.over = asyncio.Event()
        self._limit = round(seconds * 50)
        self._quiet = 0

    def frame(self, said: bytes, heard: bytes) -> None:
        """Count frames of silence in a row."""
        quiet = said == SILENCE or level_dbfs(decode(said)) < _QUIET_DBFS
        self._quiet = self._quiet + 1 if quiet else 0
        if self._limit and self._quiet >= self._limit:
            self.over.set()

    def skipped(self, frames: int) -> None:
        """Time without frames says nothing about silence."""


async def _record_until(player: Player, node: Node, recording: Recording) -> str:
    """The key that ended the recording, or nothing."""
    leg: Leg = player.leg
    pressed: asyncio.Queue[str] = asyncio.Queue()
    finish = node.get("finishOnKey", "1234567890*#")
    watch = SilenceWatch(node.number("timeout", 5))

    def take(key: str) -> None:
        if key in finish:
            pressed.put_nowait(key)

    loop = asyncio.get_running_loop()
    waits = [loop.create_task(pressed.get()), loop.create_task(watch.over.wait())]
    try:
        with leg.keys_to(take), leg.tapped(watch):
            seconds = leg.clock.real(node.number("maxLength", 3600))
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        return str(waits[0].result()) if waits[0].done() else ""
    finally:
        for task in waits:
            task.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
