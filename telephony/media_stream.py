"""The Media Streams protocol without a socket: text in, events out; events to say, text out.

Messages are JSON; sound is G.711 mu-law, 8 kHz, mono, 20 ms (160 bytes) a message.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from telephony.errors import ProtocolViolation

Part = TypeVar("Part")

MESSAGE_LIMIT = 64 * 1024
"""Bytes of one message; a 20 ms frame needs about 400."""

_CALL_SID = re.compile(r"CA[0-9a-fA-F]{32}")
_STREAM_SID = re.compile(r"MZ[0-9a-fA-F]{32}")
_MARK_NAME = re.compile(r"[A-Za-z0-9_.:/-]{1,100}")
_KNOWN = frozenset({"connected", "start", "media", "dtmf", "mark", "stop"})


@dataclass(frozen=True, slots=True)
class StreamStarted:
    """The stream says whose it is; nothing may come before it."""

    stream_sid: str
    call_sid: str
    account_sid: str
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AudioArrived:
    """A piece of the caller's voice."""

    ulaw: bytes
    timestamp_ms: int
    """Since the stream began; align by this, never by counting messages."""


@dataclass(frozen=True, slots=True)
class DigitPressed:
    """The caller pressed a key."""

    digit: str


@dataclass(frozen=True, slots=True)
class MarkReached:
    """Our mark was played, or flushed by a clear."""

    name: str


@dataclass(frozen=True, slots=True)
class StreamStopped:
    """The provider ended the stream."""

    call_sid: str


Event = StreamStarted | AudioArrived | DigitPressed | MarkReached | StreamStopped


class _Format(msgspec.Struct):
    encoding: str
    sampleRate: int
    channels: int


class _Start(msgspec.Struct):
    callSid: str
    mediaFormat: _Format
    accountSid: str = ""
    tracks: list[str] = []
    customParameters: dict[str, str] = {}


class _Media(msgspec.Struct):
    payload: bytes  # msgspec undoes the base64 while it parses
    timestamp: str
    track: str = "inbound"


class _Dtmf(msgspec.Struct):
    digit: str


class _Mark(msgspec.Struct):
    name: str


class _Message(msgspec.Struct):
    event: str
    streamSid: str = ""
    start: _Start | None = None
    media: _Media | None = None
    dtmf: _Dtmf | None = None
    mark: _Mark | None = None


class _Envelope(msgspec.Struct):
    event: str


_decode_message = msgspec.json.Decoder(_Message).decode
_decode_envelope = msgspec.json.Decoder(_Envelope).decode


class MediaStreamProtocol:
    """One stream's conversation; raises ProtocolViolation for a message that breaks a rule."""

    def __init__(self) -> None:
        self.ignored = 0
        """Messages of kinds we do not know: new ones may appear any day."""
        self._started: StreamStarted | None = None
        self._stopped = False
        self._media_head = ""
        self._sid_json = ""

    def receive(self, text: str | bytes) -> tuple[Event, ...]:
        """What a message from the provider means; empty when it means nothing to us."""
        message = self._parse(text)
        if message is None:
            self.ignored += 1
            return ()
        if self._stopped:
            raise ProtocolViolation("nothing follows stop", message.event)
        if message.event == "media":  # fifty a second and call: first
            return (self._audio(message),)
        if message.event == "connected":
            return ()
        if message.event == "start":
            return (self._start(message),)
        started = self._require_start(message.event)
        if message.event == "mark":
            return (MarkReached(_need(message.mark, "mark").name),)
        if message.event == "dtmf":
            return (_digit(_need(message.dtmf, "dtmf")),)
        self._stopped = True
        return (StreamStopped(started.call_sid),)

    def media(self, ulaw: bytes) -> str:
        """Sound for the caller: raw mu-law of any length, played in order."""
        self._require_start("outgoing media")
        return f'{self._media_head}{base64.b64encode(ulaw).decode()}"}}}}'

    def mark(self, name: str) -> str:
        """A name that comes back when all sound before it was played or cleared."""
        self._require_start("outgoing mark")
        if not _MARK_NAME.fullmatch(name):
            raise ValueError(f"mark name {name!r}; use 1-100 letters, digits and _.:/-")
        return f'{{"event":"mark",{self._sid_json},"mark":{{"name":"{name}"}}}}'

    def clear(self) -> str:
        """Stop playing at once; every pending mark comes back."""
        self._require_start("outgoing clear")
        return f'{{"event":"clear",{self._sid_json}}}'

    def _parse(self, text: str | bytes) -> _Message | None:
        if not isinstance(text, str):
            raise ProtocolViolation("messages are text", f"{len(text)} binary bytes")
        if _too_long(text):
            raise ProtocolViolation(
                f"a message has at most {MESSAGE_LIMIT} bytes", f"{len(text)} characters"
            )
        try:
            message = _decode_message(text)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            if _is_unknown_kind(text):
                return None
            raise ProtocolViolation(
                "messages have the documented shape", str(error)[:200]
            ) from None
        return message if message.event in _KNOWN else None

    def _start(self, message: _Message) -> StreamStarted:
        start = _need(message.start, "start")
        if self._started is not None:
            raise ProtocolViolation("a stream starts once", "a second start")
        if not _STREAM_SID.fullmatch(message.streamSid) or not _CALL_SID.fullmatch(start.callSid):
            raise ProtocolViolation("start names its stream (MZ...) and call (CA...)")
        _check_format(start)
        self._started = StreamStarted(
            message.streamSid, start.callSid, start.accountSid, start.customParameters
        )
        self._sid_json = f'"streamSid":"{message.streamSid}"'
        self._media_head = f'{{"event":"media",{self._sid_json},"media":{{"payload":"'
        return self._started

    def _audio(self, message: _Message) -> AudioArrived:
        self._require_start("media")
        media = _need(message.media, "media")
        if media.track != "inbound":
            raise ProtocolViolation(
                "a two-way stream carries track inbound", repr(media.track[:20])
            )
        if not media.timestamp.isdecimal() or len(media.timestamp) > 15:
            raise ProtocolViolation("timestamp is milliseconds", repr(media.timestamp[:20]))
        return AudioArrived(media.payload, int(media.timestamp))

    def _require_start(self, kind: str) -> StreamStarted:
        if self._started is None:
            raise ProtocolViolation("start comes first", kind)
        return self._started


def _need(part: Part | None, name: str) -> Part:
    if part is None:
        raise ProtocolViolation(f"a {name} message carries {name!r}")
    return part


def _check_format(start: _Start) -> None:
    form = start.mediaFormat
    if (form.encoding, form.sampleRate, form.channels) != ("audio/x-mulaw", 8000, 1):
        raise ProtocolViolation(
            "sound is audio/x-mulaw, 8000 Hz, 1 channel",
            f"{form.encoding[:40]!r}, {form.sampleRate} Hz, {form.channels}",
        )
    if start.tracks and start.tracks != ["inbound"]:
        raise ProtocolViolation("a two-way stream carries track inbound", repr(start.tracks)[:80])


def _digit(dtmf: _Dtmf) -> DigitPressed:
    if len(dtmf.digit) != 1 or dtmf.digit not in "0123456789*#ABCD":
        raise ProtocolViolation("a digit is 0-9, *, # or A-D", repr(dtmf.digit[:20]))
    return DigitPressed(dtmf.digit)


def _too_long(text: str) -> bool:
    if len(text) > MESSAGE_LIMIT:
        return True
    return not text.isascii() and len(text.encode("utf-8", "surrogatepass")) > MESSAGE_LIMIT


def _is_unknown_kind(text: str) -> bool:
    """True for a well-formed message of a kind whose fields we cannot know."""
    try:
        return _decode_envelope(text).event not in _KNOWN
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return False
